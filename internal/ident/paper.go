package ident

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// doiForm is a DOI in running text: what follows the slash runs up to white
// space, quotes or brackets that no DOI in use has.
var doiForm = regexp.MustCompile("10\\.[0-9]{4,9}(?:\\.[0-9]+)*/[^\\s\"<>\\[\\]{}|\\\\^`¶\u201c\u201d\u00a0]+")

// doiLabel is what is before a DOI: a resolver's address, a scheme, a label.
var doiLabel = regexp.MustCompile(`^(?:(?:https?://)?(?:www\.|dx\.)*doi\.org/+|info:doi/|urn:doi:|doi\s*[:.]?\s*)+`)

// DOI gives the canonical form of a text that is a DOI: lower case, since DOIs
// are compared without regard to case (ISO 26324). A resolver's address, with
// its escapes and what follows ? or #, a label ("doi:", "[doi]"), brackets, quotes
// and the punctuation of a sentence around it are taken away.
func DOI(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimRight(strings.TrimSuffix(s, "[doi]"), " .,;")
	for _, q := range []string{"<>", "()", "[]", `""`, "''", "“”"} {
		if r := []rune(q); strings.HasPrefix(s, string(r[0])) && strings.HasSuffix(s, string(r[1])) {
			s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, string(r[0])), string(r[1])))
		}
	}
	label := doiLabel.FindString(s)
	s = strings.TrimSpace(s[len(label):])
	if strings.Contains(label, "doi.org") {
		s, _, _ = strings.Cut(s, "#")
		s, _, _ = strings.Cut(s, "?")
		if plain, err := url.PathUnescape(s); err == nil {
			s = plain
		}
		s = strings.TrimRight(s, "/")
	}
	s = trimDOI(s)
	prefix, suffix, ok := strings.Cut(s, "/")
	if !ok || suffix == "" || !strings.HasPrefix(prefix, "10.") || len(prefix) < len("10.1234") || len(s) > 500 {
		return "", false
	}
	if strings.Trim(prefix[3:], "0123456789.") != "" {
		return "", false
	}
	if strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.C, r) || r == unicode.ReplacementChar
	}) {
		return "", false
	}
	return s, true
}

// NormalDOI is [DOI], and "" for what is none.
func NormalDOI(s string) string {
	doi, _ := DOI(s)
	return doi
}

// FoundPaper is a paper's identifier in a text: a canonical DOI or the digits
// of a PMID.
type FoundPaper struct {
	Value   string
	At, End int
}

// FindDOIs gives the DOIs in a text in the order of their places, less the
// punctuation of the sentence around them.
func FindDOIs(text string) []FoundPaper {
	var out []FoundPaper
	for _, m := range doiForm.FindAllStringIndex(text, -1) {
		if m[0] > 0 && (text[m[0]-1] >= '0' && text[m[0]-1] <= '9' || text[m[0]-1] == '.') {
			continue
		}
		raw := trimDOI(text[m[0]:m[1]])
		if doi, ok := DOI(raw); ok {
			out = append(out, FoundPaper{doi, m[0], m[0] + len(raw)})
		}
	}
	return out
}

// OneDOI gives the DOI of a text that names exactly one, else "".
func OneDOI(text string) string {
	one := ""
	for _, f := range FindDOIs(text) {
		if one != "" && one != f.Value {
			return ""
		}
		one = f.Value
	}
	return one
}

// trimDOI takes off what belongs to the sentence: closing punctuation, and
// brackets that the DOI does not open.
func trimDOI(s string) string {
	for {
		t := strings.TrimRight(s, ".,;:!?*_'’”»")
		if strings.HasSuffix(t, ")") && strings.Count(t, ")") > strings.Count(t, "(") {
			t = strings.TrimSuffix(t, ")")
		}
		if t == s {
			return s
		}
		s = t
	}
}

// PMID gives the digits of a PubMed number without leading zeros, with or
// without the prefix "pmid:".
func PMID(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 5 && strings.EqualFold(s[:5], "pmid:") {
		s = strings.TrimSpace(s[5:])
	}
	s = strings.TrimLeft(s, "0")
	if s == "" || len(s) > 12 || strings.Trim(s, "0123456789") != "" {
		return "", false
	}
	return s, true
}

var pmidForm = regexp.MustCompile(`(?i)(?:\bPMID:?\s*|pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)([0-9]{1,12})\b`)

// FindPMIDs gives the PubMed numbers that a text labels as such. Numbers with
// more than the eight digits that PubMed has come back as they are.
func FindPMIDs(text string) []FoundPaper {
	var out []FoundPaper
	for _, m := range pmidForm.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, FoundPaper{text[m[2]:m[3]], m[2], m[3]})
	}
	return out
}
