package cite

import (
	"cmp"
	"fmt"
	"strings"
)

var risTypes = map[string]string{Article: "JOUR", Preprint: "UNPB", Dataset: "DATA", Software: "COMP", Webpage: "ELEC"}

// RIS writes the items in the RIS format: two-letter tag, two spaces, hyphen,
// space, value; CRLF line ends; TY first and ER last in each record. No value
// holds a line break.
func RIS(items []Item) string {
	var b strings.Builder
	for _, it := range items {
		risRecord(&b, it)
	}
	return b.String()
}

func risRecord(b *strings.Builder, it Item) {
	tag := func(name, value string) {
		if value = oneLine(value); value != "" {
			fmt.Fprintf(b, "%s  - %s\r\n", name, value)
		}
	}
	typ := risTypes[it.Type]
	if typ == "" {
		typ = "GEN"
	}
	tag("TY", typ)
	tag("ID", it.Key)
	for _, n := range it.Authors {
		switch {
		case n.Literal != "":
			// A trailing comma keeps a body's name in one piece.
			tag("AU", n.Literal+",")
		case n.Given == "":
			tag("AU", n.Family)
		case n.Suffix != "":
			tag("AU", n.Family+", "+n.Given+", "+n.Suffix)
		default:
			tag("AU", n.Family+", "+n.Given)
		}
	}
	tag("TI", it.Title)
	if it.Type == Article {
		tag("JO", it.ContainerTitle)
	}
	tag("T2", it.ContainerTitle)
	tag("VL", it.Volume)
	tag("IS", it.Issue)
	start, end, ranged := strings.Cut(strings.NewReplacer("–", "-", "--", "-").Replace(it.Pages), "-")
	tag("SP", start)
	if ranged {
		tag("EP", end)
	}
	tag("PB", it.Publisher)
	tag("ET", it.Version)
	if d := it.Issued; d.Year > 0 {
		tag("PY", fmt.Sprintf("%04d", d.Year))
		tag("DA", risDate(d))
	}
	tag("DO", it.DOI)
	tag("UR", it.link())
	if it.Accessed.Year > 0 {
		tag("Y2", risDate(it.Accessed))
	}
	tag("AN", cmp.Or(it.Number, it.PMID))
	tag("C2", it.PMCID)
	tag("LA", it.Language)
	if it.Location != "" {
		tag("N1", "Permalink: "+it.Location)
	}
	tag("N1", it.note())
	b.WriteString("ER  - \r\n")
}

// risDate is YYYY/MM/DD/ with empty parts for what is not known.
func risDate(d Date) string {
	m, day := "", ""
	if d.Month > 0 {
		m = fmt.Sprintf("%02d", d.Month)
	}
	if d.Day > 0 {
		day = fmt.Sprintf("%02d", d.Day)
	}
	return fmt.Sprintf("%04d/%s/%s/", d.Year, m, day)
}
