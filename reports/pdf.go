package reports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNoBrowser is returned by PDF when no Chromium was found.
var ErrNoBrowser = errors.New("no Chromium was found: install it, or name it by PAST_CHROMIUM")

// PDFOptions choose what is printed and how. The zero value prints the whole
// edition, without study pages, on A4.
type PDFOptions struct {
	Finding  string // this finding only
	Paper    string // "A4" (default) or "Letter"
	Chromium string // path of the browser; found on the PATH when empty
}

// PDF prints an edition to a file through Chromium, which runs without network
// and with a profile of its own that is removed afterwards. The file is put in
// place only when it is complete.
func PDF(ctx context.Context, path string, ed Edition, o PDFOptions) error {
	browser, err := findBrowser(o.Chromium)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(filepath.Clean(path)), ".past-pdf-*")
	if err != nil {
		return fmt.Errorf("make a folder beside %s: %w", path, err)
	}
	defer os.RemoveAll(tmp)
	source, target := filepath.Join(tmp, "edition.html"), filepath.Join(tmp, "edition.pdf")
	paper := o.Paper
	if paper == "" {
		paper = "A4"
	}
	if err := writeSingle(ctx, source, &ed, Options{SingleFile: true, Finding: o.Finding, NoLibrary: true, Paper: paper,
		print: true}); err != nil {
		return err
	}
	source, err = filepath.Abs(source)
	if err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	args := []string{"--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND",
		"--user-data-dir=" + filepath.Join(tmp, "profile"), "--no-pdf-header-footer", "--print-to-pdf=" + target}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses to sandbox for root
	}
	out, err := exec.CommandContext(ctx, browser, append(args, fileAddress(source))...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("print the report by %s: %w: %s", browser, err, tail(out))
	}
	if st, err := os.Stat(target); err != nil || st.Size() == 0 {
		return fmt.Errorf("print the report by %s: it wrote no file: %s", browser, tail(out))
	}
	if err := os.Rename(target, path); err != nil {
		return fmt.Errorf("put the file in place: %w", err)
	}
	return nil
}

func findBrowser(named string) (string, error) {
	for _, n := range []string{named, os.Getenv("PAST_CHROMIUM")} {
		if n != "" {
			p, err := exec.LookPath(n)
			if err != nil {
				return "", fmt.Errorf("%w (%s: %w)", ErrNoBrowser, n, err)
			}
			return p, nil
		}
	}
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			return p, nil
		}
	}
	return "", ErrNoBrowser
}

// paperName allows the two sizes that the style sheet was tried with.
func paperName(p string) string {
	if strings.EqualFold(p, "letter") {
		return "Letter"
	}
	return "A4"
}

func fileAddress(path string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return "file://" + strings.NewReplacer("%", "%25", "#", "%23", "?", "%3F", " ", "%20").Replace(p)
}

func tail(b []byte) string {
	s := strings.TrimSpace(string(b))
	if len(s) > 400 {
		s = "…" + s[len(s)-400:]
	}
	return s
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
