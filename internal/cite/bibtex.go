package cite

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
)

// BibTeX writes the items as a .bib file in UTF-8. Characters that are special
// to TeX are escaped; letters with diacritics stay letters, which biber, Zotero
// and pandoc read; words with capitals in a title are braced, so that a style
// that lowers titles leaves MDMA alone. Datasets and programs use the entry
// types of biblatex, which classic BibTeX styles treat as @misc.
func BibTeX(items []Item) string {
	var b strings.Builder
	for n, it := range items {
		if n > 0 {
			b.WriteByte('\n')
		}
		bibEntry(&b, it)
	}
	return b.String()
}

var bibTypes = map[string]string{Article: "article", Preprint: "online", Dataset: "dataset", Software: "software", Webpage: "online"}

func bibEntry(b *strings.Builder, it Item) {
	typ := bibTypes[it.Type]
	if typ == "" {
		typ = "misc"
	}
	fmt.Fprintf(b, "@%s{%s,\n", typ, bibKey(it.Key))
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "  %-12s = {%s},\n", name, value)
		}
	}
	field("author", bibNames(it))
	field("title", bibTitle(it.Title))
	switch it.Type {
	case Article:
		field("journal", bibText(it.ContainerTitle))
	case Preprint:
		field("organization", bibText(it.ContainerTitle))
		field("pubstate", "prepublished")
	default:
		if it.ContainerTitle != "" {
			field("series", bibText(it.ContainerTitle))
		}
	}
	field("volume", bibText(it.Volume))
	field("number", bibText(cmp.Or(it.Issue, it.Number)))
	field("pages", strings.ReplaceAll(bibText(it.Pages), "-", "--"))
	field("publisher", bibText(it.Publisher))
	field("version", bibText(it.Version))
	field("date", it.Issued.String())
	if it.Issued.Year > 0 {
		field("year", fmt.Sprint(it.Issued.Year))
	}
	field("doi", bibVerbatim(it.DOI))
	field("url", bibVerbatim(it.link()))
	field("urldate", it.Accessed.String())
	if it.PMID != "" {
		field("eprint", bibVerbatim(it.PMID))
		field("eprinttype", "pubmed")
	}
	note := it.note()
	if it.Location != "" {
		note = strings.TrimSpace("Permalink: " + it.Location + ". " + note)
	}
	field("note", bibText(note))
	b.WriteString("}\n")
}

// bibKey keeps the letters that every reader accepts in a key.
func bibKey(s string) string {
	out := strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.:", r)) {
			return r
		}
		return '-'
	}, s)
	if out == "" {
		return "item"
	}
	return out
}

func bibNames(it Item) string {
	var out []string
	for _, n := range it.Authors {
		switch {
		case n.Literal != "":
			out = append(out, "{"+bibText(n.Literal)+"}")
		case n.Given == "":
			out = append(out, bibNamePart(n.Family))
		case n.Suffix != "":
			out = append(out, bibNamePart(n.Family)+", "+bibNamePart(n.Suffix)+", "+bibNamePart(n.Given))
		default:
			out = append(out, bibNamePart(n.Family)+", "+bibNamePart(n.Given))
		}
	}
	if it.MoreAuthors && len(out) > 0 {
		out = append(out, "others")
	}
	return strings.Join(out, " and ")
}

// bibNamePart braces a part that holds a comma or the word and, which would
// break the name apart.
func bibNamePart(s string) string {
	t := bibText(s)
	for _, w := range strings.Fields(t) {
		if strings.EqualFold(w, "and") || strings.Contains(w, ",") {
			return "{" + t + "}"
		}
	}
	return t
}

var texEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `&`, `\&`, `%`, `\%`, `$`, `\$`, `#`, `\#`, `_`, `\_`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`)

func bibText(s string) string { return texEscapes.Replace(oneLine(s)) }

// bibVerbatim is for fields that readers take as they are (doi, url): braces
// and backslashes, which could unbalance the file, are percent-encoded.
func bibVerbatim(s string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D", `\`, "%5C", " ", "%20").Replace(oneLine(s))
}

func bibTitle(s string) string {
	words := strings.Fields(oneLine(s))
	for i, w := range words {
		keep := false
		for j, r := range []rune(w) {
			if unicode.IsUpper(r) && (i > 0 || j > 0) {
				keep = true
			}
		}
		words[i] = bibText(w)
		if keep {
			words[i] = "{" + words[i] + "}"
		}
	}
	return strings.Join(words, " ")
}
