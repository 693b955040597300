package reports

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"

	"past/reports/chart"
	"past/reports/internal/show"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"int": show.Int, "plural": show.Plural, "clip": show.Clip, "text": show.Text, "join": show.Join, "first": show.First,
	"none": func() string { return show.None }, "lower": strings.ToLower, "dash": orDash,
	"map": pairs, "bdi": isolated,
}).ParseFS(templateFiles, "templates/*.tmpl"))

// isolated writes text so that its direction can not reach its neighbours;
// text in plain Latin letters needs nothing for that.
func isolated(s string) template.HTML {
	s = show.Text(s)
	body := template.HTMLEscapeString(s)
	if latin(s) {
		return template.HTML(body)
	}
	return template.HTML("<bdi>" + body + "</bdi>")
}

// latin reports whether all letters run from left to right for certain.
func latin(s string) bool {
	for _, r := range s {
		if r >= 0x0250 && (r < 0x2010 || r > 0x22ff) {
			return false
		}
	}
	return true
}

// cellClass marks numbers, and cells with nothing in them, which a phone leaves
// out.
func cellClass(num bool, text string) string {
	empty := text == "" || text == show.None
	switch {
	case num && empty:
		return "n nil"
	case num:
		return "n"
	case empty:
		return "nil"
	}
	return ""
}

func orDash(s string) string {
	if s == "" {
		return show.None
	}
	return s
}

// pairs makes a map for a template that needs more than one argument.
func pairs(kv ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(kv); i += 2 {
		k, ok := kv[i].(string)
		if !ok {
			return nil, fmt.Errorf("map key %v is no string", kv[i])
		}
		m[k] = kv[i+1]
	}
	return m, nil
}

// page is one page of the edition: where it is, what it is called and what
// its template is given.
type page struct {
	Path  string // relative to the edition's folder: "f/mdma-ptsd.html"
	Name  string // template of the main part
	Title string
	Nav   string // entry of the menu that it belongs to
	Data  any
	// fill makes Data when the page is drawn and not before: pages of studies and
	// trials are too many to be held. nil where Data is made with the page.
	fill func() (any, error)
	// Description is one sentence for search engines and previews.
	Description string

	site *site
}

// view is what a template sees.
type view struct {
	P *page
	S *site
	D any
}

// Base leads from the page to the edition's folder.
func (p *page) Base() string {
	if p.site.single {
		return ""
	}
	return strings.Repeat("../", strings.Count(p.Path, "/"))
}

// section names the page inside the one-file form.
func (p *page) section() string { return sectionOf(p.Path) }

func sectionOf(path string) string {
	return strings.ReplaceAll(strings.TrimSuffix(path, ".html"), "/", "-")
}

// ID makes an id unique where several pages share one file.
func (p *page) ID(id string) string {
	if p.site.single {
		return p.section() + "--" + id
	}
	return id
}

// Href turns an address relative to the edition's folder ("s/x.html#e-1") into
// one relative to this page; "" when this form of the edition lacks it.
func (p *page) Href(to string) string {
	path, frag, hasFrag := strings.Cut(to, "#")
	if path == "" {
		path = p.Path
	}
	if !p.site.single {
		switch {
		case path == p.Path && hasFrag:
			return "#" + frag
		case hasFrag:
			return p.Base() + path + "#" + frag
		}
		return p.Base() + path
	}
	if !p.site.has[path] {
		return ""
	}
	if hasFrag {
		return "#" + sectionOf(path) + "--" + frag
	}
	return "#" + sectionOf(path)
}

// Link writes a link inside the edition, or the bare text where the target is
// not part of this form.
func (p *page) Link(to, text string) template.HTML {
	body := isolated(text)
	href := p.Href(to)
	if to == "" || href == "" {
		return body
	}
	return template.HTML(`<a href="`+template.HTMLEscapeString(href)+`">`) + body + "</a>"
}

// Lines writes the lines of a table; labels of the columns go with the cells where a
// phone stacks them. Most of an edition is tables: with a template for each cell a report
// took a third more time.
func (p *page) Lines(t chart.Table, stack bool) template.HTML {
	var b strings.Builder
	attr := func(name, value string) {
		if value != "" {
			b.WriteString(" " + name + `="` + strings.ReplaceAll(template.HTMLEscapeString(value), "+", "&#43;") + `"`)
		}
	}
	for _, line := range t.Lines {
		b.WriteString("<tr")
		if line.ID != "" {
			attr("id", p.ID(line.ID))
		}
		attr("class", line.Class)
		b.WriteString(">")
		for i, c := range line.Cells {
			tag := "td"
			if i == 0 {
				tag = "th"
				b.WriteString(`<th scope="row"`)
			} else {
				b.WriteString("<td")
				attr("class", cellClass(t.Head[i].Num, c.Text))
				if stack {
					attr("data-l", t.Head[i].Text)
				}
				attr("data-v", c.Exact)
			}
			b.WriteString(">" + string(p.Link(c.Href, c.Text)) + "</" + tag + ">")
		}
		b.WriteString("</tr>\n")
	}
	return template.HTML(b.String())
}

// Out writes a link that leaves the edition; only http and https are linked.
func (p *page) Out(address, text string) template.HTML {
	body := isolated(text)
	u := show.Link(address)
	if u == "" {
		return body
	}
	return template.HTML(`<a class="out" rel="noopener noreferrer" href="`+template.HTMLEscapeString(u)+`">`) + body + "</a>"
}

// DOI writes a DOI as a link where it is one.
func (p *page) DOI(doi string) template.HTML {
	if doi == "" {
		return ""
	}
	return p.Out(show.DOI(doi), show.Clip(doi, 80))
}

// main renders the page's own part.
func (p *page) main() (string, error) {
	data := p.Data
	if p.fill != nil {
		var err error
		if data, err = p.fill(); err != nil {
			return "", fmt.Errorf("page %s: %w", p.Path, err)
		}
	}
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, p.Name, view{p, p.site, data}); err != nil {
		return "", fmt.Errorf("page %s: %w", p.Path, err)
	}
	return b.String(), nil
}

// render gives the whole page of the folder form.
func (p *page) render() ([]byte, error) {
	main, err := p.main()
	if err != nil {
		return nil, err
	}
	depth := strings.Count(p.Path, "/")
	a := sharedAssets()
	head := map[string]any{
		"P": p, "S": p.site, "Main": template.HTML(main), "Loader": template.JS(a.loader[depth]), "Policy": policy(a.loader[depth]),
		"CSS": p.Base() + a.css.name, "Menu": p.site.menu(), "Feeds": p.feeds(), "LinkedData": p.linkedData(),
		"Find": p.Name != "index" && p.Name != "search", // these have a search of their own
	}
	if p.site.opt.Base != "" {
		head["Canonical"], head["Image"] = p.site.address(p.Path), p.site.address(shareImage)
	}
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, "layout", head); err != nil {
		return nil, fmt.Errorf("page %s: %w", p.Path, err)
	}
	return b.Bytes(), nil
}

// Single reports whether all pages are parts of one file.
func (p *page) Single() bool { return p.site.single }
