package crossref

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/charset"
	"past/internal/evidence"
	"past/internal/ident"
)

// RecogniseRIS recognises a file of RIS, as reference managers and libraries save
// it.
func RecogniseRIS(_ string, head []byte) bool {
	text := bytes.TrimLeft(charset.Text(head), "\ufeff \t\r\n")
	if preamble, rest, ok := bytes.Cut(text, []byte("\nTY  -")); ok && len(rest) > 0 && bytes.HasPrefix(preamble, []byte("Provider:")) {
		return true // publishers name themselves before the first work
	}
	return bytes.HasPrefix(text, []byte("TY  -"))
}

// readRIS reads records of RIS. A work is known by its DOI, as all of this
// source's are.
func readRIS(p evidence.Payload) (crawler.Parsed, error) {
	text, problems := answer.Text(p.Body)
	out := crawler.Parsed{Problems: problems}
	fields := answer.TaggedLines(text)
	for start := 0; start < len(fields); {
		end := start + 1
		for end < len(fields) && fields[end].Tag != "TY" {
			end++
		}
		readWork(&out, fields[start:end], p.SHA256)
		start = end
	}
	answer.Stamp(&out, SourceName, p)
	return out, nil
}

// risTypes are the words of Crossref for the types of RIS.
var risTypes = map[string]string{"JOUR": "journal-article", "JFULL": "journal", "CHAP": "book-chapter", "BOOK": "book",
	"CPAPER": "proceedings-article",
	"CONF":   "proceedings-article", "THES": "dissertation", "RPRT": "report", "DATA": "dataset", "UNPB": "posted-content"}

var pubmedLink = regexp.MustCompile(`pubmed(?:\.ncbi\.nlm\.nih\.gov|/)/?(\d{1,9})`)

func readWork(out *crawler.Parsed, fields []answer.Tagged, sha string) {
	at := evidence.Provenance{PayloadSHA256: sha, Pointer: line(fields[0])}
	get := func(tags ...string) answer.Tagged {
		for _, tag := range tags {
			for _, f := range fields {
				if f.Tag == tag && f.Value != "" {
					return f
				}
			}
		}
		return fields[0]
	}
	text := func(tags ...string) string {
		if f := get(tags...); f.Tag != "TY" {
			return f.Value
		}
		return ""
	}
	doi, ok := "", false
	for _, tag := range []string{"DO", "M3", "L3", "UR"} { // a reference manager's own places, and a link
		if doi, ok = ident.DOI(text(tag)); ok {
			break
		}
	}
	if !ok {
		out.Problems = append(out.Problems, evidence.Problem{Kind: crawler.KindNoID, Where: at.Pointer,
			Message: fmt.Sprintf("%q has no DOI by which it could be known; PubMed's own format (.nbib) carries the PMID", text("TI", "T1"))})
		return
	}
	pub := &evidence.Publication{DOI: doi, Title: text("TI", "T1"), Journal: text("JF", "JO", "T2", "JA"), Volume: text("VL"),
		Issue: text("IS"),
		Pages: text("SP"), Abstract: text("AB", "N2"), Language: text("LA"), Published: risDate(text("DA"), text("PY", "Y1"))}
	if end := text("EP"); end != "" && end != pub.Pages {
		pub.Pages = strings.Trim(pub.Pages+"-"+end, "-")
	}
	if m := pubmedLink.FindStringSubmatch(text("UR", "L2")); m != nil {
		pub.PMID = m[1]
	}
	if c := strings.ToUpper(text("C2")); strings.HasPrefix(c, "PMC") {
		pub.PMCID = c
	}
	if t := risTypes[fields[0].Value]; t != "" {
		pub.Types = []string{t}
	}
	rec := evidence.Record{ID: "doi:" + doi, Source: SourceName, Kind: evidence.KindPublication, Prov: at, Publication: pub,
		URL: "https://doi.org/" + doi, Title: pub.Title, Summary: pub.Abstract}
	var same strings.Builder
	for _, f := range fields {
		switch f.Tag {
		case "AU", "A1":
			family, given, _ := strings.Cut(f.Value, ", ")
			pub.Authors = append(pub.Authors, evidence.Author{Family: family, Given: given})
		case "KW":
			rec.Keywords = append(rec.Keywords, f.Value)
		}
		fmt.Fprintf(&same, "%s %s\n", f.Tag, f.Value)
	}
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Title, "title", line(get("TI", "T1")))
	pub.TrialIDs = answer.Mentions(pub.TrialIDs, pub.Abstract, "abstract", line(get("AB", "N2")))
	rec.ContentHash = answer.Sum([]byte(same.String()))
	if pub.Title == "" {
		rec.Problems = append(rec.Problems, evidence.Problem{Source: SourceName, RecordID: rec.ID, Kind: crawler.KindBadValue,
			Where: at.Pointer, Message: "the work has no title", SHA256: sha})
	}
	out.Records = append(out.Records, rec)
}

func line(f answer.Tagged) string { return fmt.Sprintf("line=%d", f.Line) }

var risYMD = regexp.MustCompile(`^(\d{4})(?:[/-](\d{2}))?(?:[/-](\d{2}))?`)

// risDate reads "2021/05/10/" as far as it goes, or else the year.
func risDate(date, year string) string {
	for _, s := range [...]string{date, year} {
		if m := risYMD.FindStringSubmatch(s); m != nil {
			return strings.TrimRight(m[1]+"-"+m[2]+"-"+m[3], "-")
		}
	}
	return ""
}
