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

// TaggedLines reads the fields of a text: a tag of two to four capitals or
// digits, spaces, a hyphen, the value; what follows on lines that begin with
// a space belongs to it.
func TaggedLines(text []byte) []Tagged {
	var out []Tagged
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimRight(line, "\r ")
		tag, value, ok := strings.Cut(line, "-")
		if t := strings.TrimRight(tag, " "); ok && isTag(t) && len(tag) >= 4 && (value == "" || value[0] == ' ') {
			out = append(out, Tagged{t, strings.TrimSpace(value), i + 1})
			continue
		}
		if more := strings.TrimSpace(line); more != "" && len(out) > 0 && (line[0] == ' ' || line[0] == '\t' || out[len(out)-1].Value == "") {
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
