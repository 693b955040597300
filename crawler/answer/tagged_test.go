package answer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The lines of a file end as the program that wrote it ends them; a paragraph
// without a tag belongs to the field before it.
func TestTaggedLines(t *testing.T) {
	const text = "TY  - JOUR\nTI  - Of two\n      lines\nAB  - First.\n\nSecond: NCT00000001.\nKW  -\n wide\nER  - "
	want := []Tagged{{"TY", "JOUR", 1}, {"TI", "Of two lines", 2}, {"AB", "First. Second: NCT00000001.", 4}, {"KW", "wide", 7}, {"ER", "", 9}}
	for _, end := range []string{"\n", "\r\n", "\r"} {
		if d := cmp.Diff(want, TaggedLines([]byte(strings.ReplaceAll(text, "\n", end)))); d != "" {
			t.Errorf("lines that end in %q:\n%s", end, d)
		}
	}
	if got := Lines("a\rb\nc"); len(got) != 2 || got[0] != "a\rb" {
		t.Errorf("a CR within a line of LF ends it: %q", got)
	}
}
