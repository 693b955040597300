package cite

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"past/internal/evidence"
	"past/internal/ident"
	"past/internal/starter"
)

// works.csv holds the bibliographic facts of the papers that the embedded
// starter set rests on, each row with its source; authors as Family|Given.
//
//go:embed data/works.csv
var worksCSV string

var known = sync.OnceValues(func() (map[string]Item, error) {
	rows, err := csv.NewReader(strings.NewReader(worksCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("embedded works: %w", err)
	}
	out := map[string]Item{}
	for _, r := range rows[1:] {
		it := Item{Type: Article, DOI: r[0], MoreAuthors: r[2] == "1", Issued: ParseDate(r[3]), Title: r[4], ContainerTitle: r[5], Volume: r[6],
			Issue: r[7], Pages: r[8]}
		if strings.HasPrefix(it.DOI, "10.1101/") {
			it.Type = Preprint
		}
		for _, a := range strings.Split(r[1], ";") {
			p := strings.Split(strings.TrimSpace(a), "|")
			n := Name{Family: p[0]}
			if len(p) > 1 {
				n.Given = p[1]
			}
			if len(p) > 2 {
				n.Suffix = p[2]
			}
			it.Authors = append(it.Authors, n)
		}
		out[it.DOI] = it
	}
	papers, err := starter.Papers()
	if err != nil {
		return nil, err
	}
	for _, p := range papers {
		doi := ident.NormalDOI(p.DOI)
		if _, have := out[doi]; have || doi == "" || p.Title == "" {
			continue
		}
		out[doi] = Item{Type: Article, DOI: doi, PMID: p.PMID, Issued: ParseDate(p.Year), Title: strings.TrimSuffix(p.Title, "."),
			Authors: listedNames(p.Authors)}
	}
	return out, nil
})

var leadingInitials = regexp.MustCompile(`^((?:\p{Lu}{1,4}\.[ -]?)+)\s*(.+)$`)

// listedNames reads "BA. van der Kolk, J. Wang": initials, then the family name.
func listedNames(s string) []Name {
	var out []Name
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		m := leadingInitials.FindStringSubmatch(part)
		if m == nil {
			out = append(out, Name{Family: part})
			continue
		}
		var given []string
		for _, r := range m[1] {
			if unicode.IsUpper(r) {
				given = append(given, string(r)+".")
			}
		}
		out = append(out, Name{Family: m[2], Given: strings.Join(given, " ")})
	}
	return out
}

// FromPublication makes an item of a paper's record.
func FromPublication(p evidence.Publication, url string) Item {
	it := Item{Type: Article, Title: strings.TrimSuffix(p.Title, "."), ContainerTitle: p.Journal, Volume: p.Volume, Issue: p.Issue,
		Pages: p.Pages,
		DOI:   strings.TrimSpace(p.DOI), PMID: p.PMID, PMCID: p.PMCID, Language: p.Language, Issued: ParseDate(p.Published)}
	if p.Preprint {
		it.Type = Preprint
	}
	if it.DOI == "" {
		it.URL = url
	}
	for _, a := range p.Authors {
		switch {
		case a.Collective != "":
			it.Authors = append(it.Authors, Name{Literal: a.Collective})
		case a.Family != "" || a.Given != "":
			it.Authors = append(it.Authors, Name{Family: cmp.Or(a.Family, a.Given), Given: map[bool]string{true: a.Given}[a.Family != ""]})
		}
	}
	if p.Retracted {
		it.Notes = append(it.Notes, "RETRACTED")
	}
	for _, r := range p.Related {
		if kind, other := r.Notice(); kind != "" && !other {
			it.Notes = append(it.Notes, strings.TrimSpace(r.Type+" "+cmp.Or(r.DOI, r.PMID, r.Label)))
		}
	}
	it.Key = workKey(it)
	return it
}

// workKey is the first author's family name, the year and four hex digits that
// tell apart: of the DOI, else of PMID or title.
func workKey(it Item) string {
	name := "anon"
	if len(it.Authors) > 0 {
		if s := slug(cmp.Or(it.Authors[0].Family, it.Authors[0].Literal)); s != "" {
			name = s
		}
	}
	year := "nd"
	if it.Issued.Year > 0 {
		year = fmt.Sprint(it.Issued.Year)
	}
	sum := sha256.Sum256([]byte(cmp.Or(ident.NormalDOI(it.DOI), it.PMID, it.URL, it.Title)))
	return name + "-" + year + "-" + hex.EncodeToString(sum[:2])
}

var plainLetters = strings.NewReplacer("ä", "a", "á", "a", "à", "a", "â", "a", "å", "a", "ã", "a", "æ", "ae", "ç", "c", "č", "c",
	"é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ï", "i",
	"ñ", "n", "ö", "o", "ó", "o", "ô", "o", "ø", "o", "õ", "o", "š", "s", "ß", "ss", "ü", "u", "ú", "u", "û", "u", "ý", "y",
	"ž", "z", "ł", "l")

func slug(s string) string {
	var b strings.Builder
	for _, r := range plainLetters.Replace(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == ' ' || r == '-':
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		}
	}
	return strings.Trim(b.String(), "-")
}
