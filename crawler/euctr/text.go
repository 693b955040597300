package euctr

import (
	_ "embed"
	"regexp"
	"strings"

	"past/crawler/answer"
	"past/crawler/xmltree"
)

//go:embed labels.txt
var labelsText string

// labels are the known fields by code and label.
var labels = func() map[string]bool {
	m := map[string]bool{}
	for _, l := range strings.Split(labelsText, "\n") {
		if code, label, ok := strings.Cut(l, "\t"); ok && l[0] != '#' {
			m[code+"\t"+strings.TrimSuffix(label, ":")] = true
		}
	}
	return m
}()

// headings begin the parts of a protocol; they have no value.
var headings = []string{"A. Protocol Information", "B. Sponsor Information", "C. Applicant Identification", "D. IMP Identification",
	"E. General Information on the Trial",
	"F. Population of Trial Subjects", "G. Investigator Networks to be involved in the Trial", "H.4 Third Country",
	"N. Review by the Competent Authority", "P. End of Trial"}

// field is a line of a protocol with what follows it up to the next field.
type field struct {
	code, label string
	language    string   // of a field that repeats one in another language
	value       string   // lines, joined by \n
	more        []string // lines after the first, until the protocol is read
	line        int      // 1-based, in the payload
	known       bool
}

// protocol is the text of one country's protocol.
type protocol struct {
	fields []field
	line   int    // of its first line
	text   string // for the content hash
	whole  bool   // it reaches its last part
	rest   int    // line of text after the last part, such as the cut beginning of another protocol; 0 without
}

var (
	coded = regexp.MustCompile(`^([A-Z])\.(\d+(?:\.\d+)*)?((?: (?:and|to) [A-Z]\.\d+(?:\.\d+)*)?)[ \t]+(\S.*)$`)
	lang  = regexp.MustCompile(`^(.*) \(([a-z]{2})\)$`)
)

// cut splits a download into its protocols, each of which begins with a line
// "Summary".
func cut(body []byte) []protocol {
	lines := answer.Lines(string(body))
	var starts []int
	for i := range lines {
		if strings.TrimSpace(lines[i]) == "Summary" && i+1 < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[i+1]), "EudraCT Number:") {
			starts = append(starts, i)
		}
	}
	var out []protocol
	for k, from := range starts {
		to := len(lines)
		if k+1 < len(starts) {
			to = starts[k+1]
		}
		out = append(out, read(lines[from:to], from))
	}
	return out
}

func read(lines []string, offset int) protocol {
	p := protocol{line: offset + 1, text: xmltree.Squeeze(strings.Join(lines, "\n"))}
	section := byte(0)
	open := -1 // field that takes lines without a code
	for i, raw := range lines {
		l := strings.TrimSpace(raw)
		switch {
		case l == "":
			continue
		case isHeading(l):
			section, open = l[0], -1
			p.whole = p.whole || l[0] == 'P'
			continue
		case section == 0: // the summary
			if label, value, ok := strings.Cut(l, ":"); ok {
				p.fields = append(p.fields, field{label: label, value: strings.TrimSpace(value), line: offset + i + 1, known: true})
			}
			continue
		case strings.HasPrefix(l, "D.IMP:"), strings.HasPrefix(l, "D.8 Placebo:"):
			code, value, _ := strings.Cut(l, ":")
			p.fields = append(p.fields, field{code: code, value: strings.TrimSpace(value), line: offset + i + 1, known: true})
			open = -1
			continue
		}
		f, kind := parseLine(l, section)
		switch kind {
		case isField:
			f.line = offset + i + 1
			p.fields = append(p.fields, f)
			open = len(p.fields) - 1
		case isTitle:
			open = -1
		default:
			if section == 'P' && p.rest == 0 {
				p.rest = offset + i + 1
			}
			if open >= 0 {
				p.fields[open].more = append(p.fields[open].more, l)
			}
		}
	}
	for i := range p.fields {
		if f := &p.fields[i]; len(f.more) > 0 {
			f.value = strings.TrimSpace(f.value + "\n" + strings.Join(f.more, "\n"))
			f.more = nil
		}
	}
	return p
}

func isHeading(l string) bool {
	for _, h := range headings {
		if strings.HasPrefix(l, h) {
			return true
		}
	}
	return false
}

type lineKind int

const (
	isText lineKind = iota
	isTitle
	isField
)

// parseLine distinguishes a field, a heading inside a part, and running text.
// Running text may begin like a code ("E. coli"), so that a line counts as a
// field only with a known label, or with a code of the part it is in.
func parseLine(l string, section byte) (field, lineKind) {
	m := coded.FindStringSubmatch(l)
	if m == nil {
		return field{}, isText
	}
	f := field{code: m[1] + "." + m[2] + m[3]}
	rest := strings.Join(strings.Fields(m[4]), " ")
	for at := 0; ; {
		i := strings.IndexByte(rest[at:], ':')
		if i < 0 {
			break
		}
		at += i + 1
		label := strings.TrimSpace(rest[:at-1])
		language := ""
		if x := lang.FindStringSubmatch(label); x != nil {
			label, language = x[1], x[2]
		}
		if labels[f.code+"\t"+label] {
			f.label, f.language, f.known = label, language, true
			f.value = strings.TrimSpace(rest[at:])
			return f, isField
		}
	}
	if m[2] == "" || m[1][0] != section || m[4][0] < 'A' || m[4][0] > 'Z' {
		return field{}, isText
	}
	label, value, ok := strings.Cut(rest, ":")
	if !ok {
		return field{}, isTitle
	}
	if x := lang.FindStringSubmatch(label); x != nil {
		label, f.language = x[1], x[2]
	}
	f.label, f.value = label, strings.TrimSpace(value)
	return f, isField
}

// first gives the first field of a code that is not a translation, or else the
// first translation.
func (p protocol) first(code string) field {
	var other field
	for _, f := range p.fields {
		if f.code != code || f.value == "" {
			continue
		}
		if f.language == "" {
			return f
		}
		if other.line == 0 {
			other = f
		}
	}
	return other
}

func (p protocol) get(code string) string { return p.first(code).value }

// head gives a line of the summary.
func (p protocol) head(label string) string {
	for _, f := range p.fields {
		if f.code == "" && f.label == label {
			return f.value
		}
	}
	return ""
}

var linkCountry = regexp.MustCompile(`/trial/([^/\s]+)/([A-Za-z0-9]{2,3})/?\s*$`)

// id is the EudraCT number with the country of the protocol's link.
func (p protocol) id() (string, bool) {
	num := p.head("EudraCT Number")
	m := linkCountry.FindStringSubmatch(p.head("Link"))
	if m == nil || m[1] != num && num != "" {
		return num, false
	}
	return CanonicalID(m[1] + "-" + m[2])
}
