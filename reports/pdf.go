package reports

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"past/internal/browser"
)

// PDFOptions choose what is printed and how. The zero value prints the whole
// edition, without study pages, on A4.
type PDFOptions struct {
	Finding  string // this finding only
	Paper    string // "A4" (default) or "Letter"
	Chromium string // path of the browser; found on the PATH when empty
}

// PDF prints an edition to a file through Chromium. The file is put in place only when
// it is complete.
func PDF(ctx context.Context, path string, ed Edition, o PDFOptions) error {
	tmp, err := os.MkdirTemp(filepath.Dir(filepath.Clean(path)), ".past-pdf-*")
	if err != nil {
		return fmt.Errorf("make a folder beside %s: %w", path, err)
	}
	defer os.RemoveAll(tmp)
	source, target := filepath.Join(tmp, "edition.html"), filepath.Join(tmp, "edition.pdf")
	if err := writeSingle(ctx, source, &ed, Options{SingleFile: true, Finding: o.Finding, NoLibrary: true, Paper: cmp.Or(o.Paper, "A4"),
		print: true}); err != nil {
		return err
	}
	if err := browser.Print(ctx, o.Chromium, source, target); err != nil {
		return err
	}
	if err := os.Rename(target, path); err != nil {
		return fmt.Errorf("put the file in place: %w", err)
	}
	return nil
}

// paperName allows the two sizes that the style sheet was tried with.
func paperName(p string) string {
	if strings.EqualFold(p, "letter") {
		return "Letter"
	}
	return "A4"
}

// forPrint leaves out what paper has no use for: study pages, which links lead
// to, and long lists of trials.
func (s *site) forPrint() {
	const most = 200
	s.pages = slices.DeleteFunc(s.pages, func(p *page) bool {
		drop := strings.HasPrefix(p.Path, "s/") || p.Name == "trials" && len(s.Ed.Trials) > most
		if drop {
			delete(s.has, p.Path)
		}
		return drop
	})
}
