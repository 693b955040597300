package reports

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"past/internal/wholefile"
)

// writeSingle writes the one-file form: every page a section of one document,
// style and scripts inside, allowed by their hashes.
func writeSingle(ctx context.Context, dir string, ed *Edition, opts Options) error {
	target := filepath.Join(dir, "edition.html")
	if strings.HasSuffix(strings.ToLower(dir), ".html") {
		target = dir
	}
	s := newSite(ed, opts)
	s.build()
	if opts.Finding != "" {
		if err := s.keepFinding(opts.Finding); err != nil {
			return err
		}
	}
	if opts.print {
		s.forPrint()
	}
	if s.has["data.html"] {
		if err := s.makeDownloads(nil); err != nil {
			return err
		}
	}
	body, err := s.renderSingle(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return fmt.Errorf("make the folder for the report: %w", err)
	}
	return wholefile.Bytes(target, 0o644, body)
}

// keepFinding leaves one finding, the studies it pools, and the limits.
func (s *site) keepFinding(id string) error {
	path, ok := s.findPath[id]
	if !ok {
		return fmt.Errorf("no finding %q in edition %s", id, s.Ed.ID)
	}
	keep := map[string]bool{path: true, "about.html": true}
	for i := range s.Ed.Findings {
		if s.Ed.Findings[i].ID != id {
			continue
		}
		for _, e := range s.Ed.Findings[i].Effects {
			keep[s.studPath[studyOf(&e)]] = true
		}
	}
	s.pages = slices.DeleteFunc(s.pages, func(p *page) bool { return !keep[p.Path] })
	s.has = keep
	return nil
}

func (s *site) renderSingle(ctx context.Context) ([]byte, error) {
	type part struct {
		ID   string
		Main template.HTML
	}
	var parts []part
	for _, p := range s.pages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		main, err := p.main()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{p.section(), template.HTML(main)})
	}
	a := sharedAssets()
	css := a.css.body
	if s.opt.Paper != "" {
		css += "@page { size: " + paperName(s.opt.Paper) + "; }\n"
	}
	scripts := []string{"document.documentElement.classList.add(\"js\");" + a.app.body}
	if !s.opt.NoLibrary {
		scripts = append([]string{a.charts.body}, scripts...)
	}
	code := make([]template.JS, len(scripts))
	for i, sc := range scripts {
		code[i] = template.JS(sc)
	}
	var menu []menuItem
	for _, m := range s.menu() {
		if s.has[m.Path] {
			menu = append(menu, m)
		}
	}
	title := "Edition " + s.Ed.ID
	if len(s.pages) > 0 && s.opt.Finding != "" {
		title = s.pages[0].Title
	}
	var b bytes.Buffer
	err := templates.ExecuteTemplate(&b, "single", map[string]any{"P": s.pages[0], "S": s, "Parts": parts, "Scripts": code,
		"CSS":    template.CSS(css),
		"Policy": policySingle(css, scripts...), "Menu": menu, "Title": title, "Notice": strings.TrimSpace(chartNotice)})
	if err != nil {
		return nil, fmt.Errorf("one-file report: %w", err)
	}
	return b.Bytes(), nil
}
