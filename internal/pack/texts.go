package pack

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// maxText is the size of a teacher's text that is still included.
const maxText = 1 << 20

// ReadText reads a teacher's own text: FILE for every domain, DOMAIN=FILE for
// one. It is plain text or Markdown in UTF-8 and is shown as written, in
// paragraphs: nothing in it is run or rendered as markup.
func ReadText(arg string) (Text, error) {
	t := Text{Name: arg}
	if dom, file, ok := strings.Cut(arg, "="); ok {
		t.Domain, t.Name = dom, file
	}
	f, err := os.Open(t.Name)
	if err != nil {
		return t, fmt.Errorf("own text: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxText+1))
	switch {
	case err != nil:
		return t, fmt.Errorf("own text %s: %w", t.Name, err)
	case len(b) > maxText:
		return t, fmt.Errorf("own text %s is larger than %d MiB", t.Name, maxText>>20)
	case !utf8.Valid(b):
		return t, fmt.Errorf("own text %s is not UTF-8; save it as UTF-8 text", t.Name)
	}
	t.Name = filepath.Base(t.Name)
	text := strings.TrimPrefix(strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\r", "\n"), "\ufeff")
	for _, p := range strings.Split(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			t.Paragraphs = append(t.Paragraphs, p)
		}
	}
	return t, nil
}
