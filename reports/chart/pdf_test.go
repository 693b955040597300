package chart

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPDF reads a written page back: its width in points, where its objects are,
// and its words by the table that leads from glyphs to characters.
func TestPDF(t *testing.T) {
	g := New(400, 100)
	g.Text(200, 20, Middle, "b", "τ² = 0.10 [−0.30, 0.50]")
	g.Vertical(10, 50, "sm", "Ότζι")
	g.Rect(10, 30, 100, 20, "d2")
	g.Circle(50, 60, 5, "pt")
	g.Line(0, 80, 400, 80, "est")
	for _, mm := range []float64{85, 174} {
		b, err := g.PDF(mm, Head{Title: "A (title) – β", Desc: "words"}, Grey)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("/MediaBox [0 0 %.2f ", mm/25.4*72); !bytes.Contains(b, []byte(want)) {
			t.Errorf("the page is not %v mm wide: no %s", mm, want)
		}
		checkObjects(t, b)
		words := pdfWords(t, b)
		for _, want := range []string{"τ² = 0.10 [−0.30, 0.50]", "Ότζι"} {
			if !strings.Contains(words, want) {
				t.Errorf("the words are %q, without %q", words, want)
			}
		}
	}
}

// checkObjects holds the table of places against the objects.
func checkObjects(t *testing.T, b []byte) {
	t.Helper()
	at := regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(b)
	if at == nil {
		t.Fatal("no startxref")
	}
	start, err := strconv.Atoi(string(at[1]))
	if err != nil || !bytes.HasPrefix(b[start:], []byte("xref\n")) {
		t.Fatalf("startxref leads to %q", b[start:start+10])
	}
	for i, m := range regexp.MustCompile(`(\d{10}) 00000 n `).FindAllSubmatch(b[start:], -1) {
		n, err := strconv.Atoi(string(m[1]))
		if want := fmt.Sprintf("%d 0 obj\n", i+1); err != nil || !bytes.HasPrefix(b[n:], []byte(want)) {
			t.Errorf("object %d is not at %d", i+1, n)
		}
	}
}

// pdfWords reads the text of the page as a reader's program would.
func pdfWords(t *testing.T, b []byte) string {
	t.Helper()
	var content string
	fonts := map[string]map[byte]rune{} // by name
	var maps []map[byte]rune
	for _, part := range bytes.Split(b, []byte("stream\n"))[1:] {
		z, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		switch s := string(text); {
		case strings.Contains(s, "beginbfchar"):
			m := map[byte]rune{}
			for _, x := range regexp.MustCompile(`<(..)> <(....)>`).FindAllStringSubmatch(s, -1) {
				c, e1 := strconv.ParseUint(x[1], 16, 8)
				r, e2 := strconv.ParseUint(x[2], 16, 16)
				if e1 == nil && e2 == nil {
					m[byte(c)] = rune(r)
				}
			}
			maps = append(maps, m)
		case strings.Contains(s, " Tj"):
			content = s
		}
	}
	for i, m := range regexp.MustCompile(`/F(\d) \d+ 0 R`).FindAllSubmatch(b, -1) {
		fonts[string(m[1])] = maps[i]
	}
	var out strings.Builder
	for _, m := range regexp.MustCompile(`/F(\d) [^<]*<([0-9a-f]*)> Tj`).FindAllStringSubmatch(content, -1) {
		for i := 0; i+1 < len(m[2]); i += 2 {
			c, err := strconv.ParseUint(m[2][i:i+2], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			out.WriteRune(fonts[m[1]][byte(c)])
		}
		out.WriteString("\n")
	}
	return out.String()
}
