package cite_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"past/internal/cite"
)

// words are texts as registers and papers have them, with what breaks formats.
var words = rapid.Custom(func(t *rapid.T) string {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"MDMA", "for", "PTSD:", "a {trial}", "50 %", "A & B", "x_y", `back\slash`, "tilde~",
		"“quoted”", `"plain"`, "it's", "β-blocker", "Ärzte", "日本", "#1", "$5",
		"a^2", "line\nbreak", "cr\r\nER  - ", "TY  - BOOK", "</x>",
		"@misc{a,", "tab\tstop", "und}er", "\u2028"}), 1, 6).Draw(t, "words")
	return "Trial " + strings.Join(parts, " ")
})

var dates = rapid.Custom(func(t *rapid.T) cite.Date {
	d := cite.Date{Year: rapid.IntRange(1900, 2030).Draw(t, "year")}
	if rapid.Bool().Draw(t, "has a month") {
		d.Month = rapid.IntRange(1, 12).Draw(t, "month")
		d.Day = rapid.IntRange(0, 28).Draw(t, "day")
	}
	return d
})

var items = rapid.Custom(func(t *rapid.T) cite.Item {
	it := cite.Item{Key: rapid.StringMatching(`[a-z]{1,8}-[0-9]{4}`).Draw(t, "key"),
		Type:  rapid.SampledFrom([]string{cite.Article, cite.Preprint, cite.Dataset, cite.Software, cite.Webpage}).Draw(t, "type"),
		Title: words.Draw(t, "title"), ContainerTitle: words.Draw(t, "journal"),
		DOI:   rapid.StringMatching(`10\.[0-9]{4}/[a-z0-9().;{}_-]{1,12}`).Draw(t, "doi"),
		Pages: rapid.SampledFrom([]string{"", "1-9", "e100", "12–14"}).Draw(t, "pages"), MoreAuthors: rapid.Bool().Draw(t, "more authors"),
		Issued: dates.Draw(t, "issued"), Notes: rapid.SliceOfN(words, 0, 2).Draw(t, "notes")}
	for range rapid.IntRange(0, 3).Draw(t, "authors") {
		n := cite.Name{Family: words.Draw(t, "family"), Given: rapid.SampledFrom([]string{"", "A. B.", "Zoë", "José and"}).Draw(t, "given")}
		if rapid.Bool().Draw(t, "a body") {
			n = cite.Name{Literal: words.Draw(t, "body")}
		}
		it.Authors = append(it.Authors, n)
	}
	return it
})

// line is a text as every format may write it: in one line.
func line(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// TestRISReadsBack reads what was written, whatever the texts hold: one record an item,
// with its title, journal, DOI and authors.
func TestRISReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(items, 1, 4).Draw(t, "items")
		records := strings.Split(strings.TrimSuffix(cite.RIS(list), "ER  - \r\n"), "ER  - \r\n")
		if len(records) != len(list) {
			t.Fatalf("%d records of %d items", len(records), len(list))
		}
		for i, rec := range records {
			got := map[string][]string{}
			for j, l := range strings.Split(strings.TrimSuffix(rec, "\r\n"), "\r\n") {
				if len(l) < 6 || l[2:6] != "  - " || (l[:2] == "TY") != (j == 0) {
					t.Fatalf("line %d of record %d is %q", j+1, i+1, l)
				}
				got[l[:2]] = append(got[l[:2]], l[6:])
			}
			it := list[i]
			for tag, want := range map[string]string{"ID": it.Key, "TI": line(it.Title), "T2": line(it.ContainerTitle), "DO": it.DOI} {
				if strings.Join(got[tag], "|") != want {
					t.Errorf("%s of record %d is %q, want %q", tag, i+1, got[tag], want)
				}
			}
			if len(got["AU"]) != len(it.Authors) {
				t.Errorf("record %d has authors %q, the item %d", i+1, got["AU"], len(it.Authors))
			}
		}
	})
}

// TestCSLReadsBack reads the JSON as a reference manager does.
func TestCSLReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(items, 1, 4).Draw(t, "items")
		js, err := cite.CSLJSON(list)
		if err != nil {
			t.Fatal(err)
		}
		var got []struct {
			ID, Title, DOI, Page string
			Author               []struct{ Family, Literal string }
			Issued               struct {
				Parts [][]int `json:"date-parts"`
			}
		}
		if err := json.Unmarshal([]byte(js), &got); err != nil || len(got) != len(list) {
			t.Fatalf("%d entries of %d items: %v", len(got), len(list), err)
		}
		for i, it := range list {
			g := got[i]
			if g.ID != it.Key || g.Title != line(it.Title) || g.DOI != it.DOI || g.Page != it.Pages {
				t.Errorf("entry %d is %+v, the item %+v", i+1, g, it)
			}
			if d := g.Issued.Parts; len(d) != 1 || d[0][0] != it.Issued.Year || len(d[0]) > 1 != (it.Issued.Month > 0) {
				t.Errorf("entry %d is dated %v, the item %+v", i+1, d, it.Issued)
			}
			for j, n := range it.Authors {
				if g.Author[j].Family != line(n.Family) || g.Author[j].Literal != line(n.Literal) {
					t.Errorf("author %d of entry %d is %+v, want %+v", j+1, i+1, g.Author[j], n)
				}
			}
		}
	})
}

var bibOpening = regexp.MustCompile(`(?m)^@[a-z]+\{`)

// TestBibTeXStaysWhole keeps braces in pairs and fields in their entry.
func TestBibTeXStaysWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(items, 1, 4).Draw(t, "items")
		bib := cite.BibTeX(list)
		if n := len(bibOpening.FindAllString(bib, -1)); n != len(list) {
			t.Fatalf("%d entries of %d items:\n%s", n, len(list), bib)
		}
		depth := 0
		for i := 0; i < len(bib); i++ {
			switch {
			case bib[i] == '\\' && i+1 < len(bib) && strings.IndexByte(`{}&%$#_`, bib[i+1]) >= 0:
				i++
			case bib[i] == '{':
				depth++
			case bib[i] == '}':
				depth--
			case bib[i] == '@' && depth == 0 && !bibOpening.MatchString(bib[i:]):
				t.Fatalf("an entry opens where none is: %q", bib[i:])
			}
			if depth < 0 || depth > 5 {
				t.Fatalf("braces %d deep at %q", depth, bib[max(0, i-20):i+1])
			}
		}
		if depth != 0 {
			t.Fatalf("%d braces are open:\n%s", depth, bib)
		}
	})
}

// TestTextIsALineEach gives each item one paragraph, and dates as far as they are known.
func TestTextIsALineEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(items, 1, 4).Draw(t, "items")
		if n := strings.Count(cite.Text(list), "\n"); n != len(list) {
			t.Fatalf("%d lines of %d items", n, len(list))
		}
		if d := dates.Draw(t, "date"); cite.ParseDate(d.String()) != d {
			t.Fatalf("%+v is written %s and read %+v", d, d, cite.ParseDate(d.String()))
		}
	})
}
