package answer

import (
	"strings"
)

// Tagged is one field of a record that is written as tagged lines, such as
// PubMed's own text format and RIS.
type Tagged struct {
	Tag, Value string
	Line       int // from 1
}

// Lines are the lines of a text, which end in LF or CRLF, or in CR where it has no
// LF: old programs write so.
func Lines(text string) []string {
	if !strings.Contains(text, "\n") {
		return strings.Split(text, "\r")
	}
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}

// TaggedLines reads the fields of a text: a tag of two to four capitals or
// digits, spaces, a hyphen, the value; what follows on lines without a tag
// belongs to it.
func TaggedLines(text []byte) []Tagged {
	var out []Tagged
	for i, line := range Lines(string(text)) {
		line = strings.TrimRight(line, "\r ")
		tag, value, ok := strings.Cut(line, "-")
		if t := strings.TrimRight(tag, " "); ok && isTag(t) && len(tag) >= 4 && (value == "" || value[0] == ' ') {
			out = append(out, Tagged{t, strings.TrimSpace(value), i + 1})
			continue
		}
		if more := strings.TrimSpace(line); more != "" && len(out) > 0 {
			last := &out[len(out)-1]
			last.Value = strings.TrimSpace(last.Value + " " + more)
		}
	}
	return out
}

func isTag(s string) bool {
	if len(s) < 2 || len(s) > 4 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for _, c := range s[1:] {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
