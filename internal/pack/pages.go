package pack

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"past/internal/cite"
	"past/internal/evidence"
)

//go:embed templates
var files embed.FS

type page struct {
	Title, Policy, Back string
	Style               template.CSS
	Pack                Pack
	Domain              Domain
}

// Files gives the pack's files by path with forward slashes.
func Files(p Pack) (map[string][]byte, error) {
	style, err := files.ReadFile("templates/style.css")
	if err != nil {
		return nil, err
	}
	t, err := template.New("").Funcs(template.FuncMap{"notice": evidence.NoticeName, "design": designName, "risk": designRisk,
		"minus": func(a, b int) int { return a - b }, "bind": bind, "unbind": unbind}).
		ParseFS(files, "templates/pages.tmpl", "templates/parts.tmpl")
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	sum := sha256.Sum256(style)
	base := page{Pack: p, Style: template.CSS(style),
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"}
	out := map[string][]byte{}
	render := func(path, name, title string, d Domain) error {
		var b bytes.Buffer
		pg := base
		pg.Title, pg.Domain = title, d
		if err := t.ExecuteTemplate(&b, name, pg); err != nil {
			return fmt.Errorf("pack: %s: %w", path, err)
		}
		out[path] = b.Bytes()
		return nil
	}
	if err := render("index.html", "index", "Curriculum pack", Domain{}); err != nil {
		return nil, err
	}
	for _, d := range p.Domains {
		for _, v := range []struct{ file, name, title string }{{"cards.html", "cards", "Fact cards"}, {"slides.html", "slides", "Slides"},
			{"handout.html", "handout", "Handout"}, {"topics.html", "topics", "Topics"}, {"trials.html", "trials", "What trials did"}} {
			if v.name == "topics" && len(d.Topics) == 0 || v.name == "trials" && len(d.Screening)+len(d.Care) == 0 {
				continue
			}
			if err := render(d.ID+"/"+v.file, v.name, v.title+": "+d.Name, d); err != nil {
				return nil, err
			}
		}
		if err := d.plain(out, p); err != nil {
			return nil, err
		}
	}
	m, err := json.MarshalIndent(manifest(p, out), "", " ")
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	out["pack.json"] = append(m, '\n')
	return out, nil
}

var bindable = regexp.MustCompile(`^(?:f/([A-Za-z0-9-]+)@([A-Za-z0-9.-]+)|claims@([A-Za-z0-9.-]+)#([A-Za-z0-9-]+))$`)

// bind is the marker before what a page says of a finding or claim, by which past
// check compares it with an edition; unbind is the one after it.
func bind(permalink string) template.HTML {
	m := bindable.FindStringSubmatch(permalink)
	if m == nil {
		return ""
	}
	return template.HTML("<!-- past: " + m[1] + m[4] + "@" + m[2] + m[3] + " -->")
}

func unbind(permalink string) template.HTML {
	if bind(permalink) == "" {
		return ""
	}
	return "<!-- /past -->"
}

func designName(id string) string { name, _ := evidence.OtherDesign(id); return name }
func designRisk(id string) string { _, risk := evidence.OtherDesign(id); return risk }

// plain adds the quiz, the reading list in each format and the bound sentences.
func (d Domain) plain(out map[string][]byte, p Pack) error {
	out[d.ID+"/quiz.gift"] = []byte(GIFT(d, p.Edition))
	qti, err := QTI(d)
	if err != nil {
		return err
	}
	out[d.ID+"/quiz-qti.zip"] = qti
	list := cite.Text(d.Reading)
	if len(d.Reading) == 0 {
		list = "No trial report: no finding of this domain has a number.\n"
	}
	for i, o := range d.Other {
		if i == 0 {
			list += "\nOther evidence, which is not the result of a controlled trial:\n"
		}
		list += o.Reference + " (" + designName(o.Design) + "). " + cmp.Or(o.DOI, o.Source) + "\n"
	}
	out[d.ID+"/reading-list.txt"] = []byte(list)
	bib := cite.BibTeX(d.Reading)
	if bib == "" {
		bib = "% No trial report: no finding of this domain has a number. Other evidence is in reading-list.txt.\n"
	}
	out[d.ID+"/reading-list.bib"] = []byte(bib)
	out[d.ID+"/reading-list.ris"] = []byte(cite.RIS(d.Reading))
	csl, err := cite.CSLJSON(d.Reading)
	if err != nil {
		return err
	}
	out[d.ID+"/reading-list.json"] = []byte(csl)
	out[d.ID+"/sentences.md"] = []byte(d.sentences(p))
	return nil
}

// sentences are the domain's statements with the markers by which past check
// compares them with a later edition.
func (d Domain) sentences(p Pack) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nSentences to copy with their markers; `past check` finds those that are out of date.\n%s\n", d.Name, p.Rule)
	for _, c := range d.Cards {
		fmt.Fprintf(&b, "\n## %s\n\n<!-- past: %s@%s -->\n%s\n<!-- /past -->\n", c.Title, c.ID, p.Edition, c.Curriculum)
	}
	for _, c := range d.Claims {
		fmt.Fprintf(&b, "\n## Claim %s\n\n<!-- past: %s@%s -->\n%s\n<!-- /past -->\n", c.ID, c.ID, p.Edition, c.Curriculum)
	}
	return b.String()
}

func manifest(p Pack, out map[string][]byte) map[string]any {
	sums := map[string]string{}
	for name, b := range out {
		sum := sha256.Sum256(b)
		sums[name] = fmt.Sprintf("%x", sum)
	}
	domains := map[string]any{}
	for _, d := range p.Domains {
		findings, claims := []string{}, []string{}
		for _, c := range d.Cards {
			findings = append(findings, c.ID)
		}
		for _, c := range d.Claims {
			claims = append(claims, c.ID)
		}
		domains[d.ID] = map[string]any{"name": d.Name, "findings": findings, "claims": claims}
	}
	return map[string]any{"edition": p.Edition, "date": p.Date, "data_hash": p.DataHash, "software_version": p.SoftwareVersion,
		"starter": p.Starter,
		"expires": p.Expires, "rule": p.Rule, "domains": domains, "sha256": sums}
}

// Write writes the files below dir and returns their paths, sorted.
func Write(dir string, out map[string][]byte) ([]string, error) {
	var names []string
	for n := range out {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		path := filepath.Join(dir, filepath.FromSlash(n))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
		if err := os.WriteFile(path, out[n], 0o644); err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
	}
	return names, nil
}
