package chart

import (
	"slices"
	"strings"

	"past/reports/internal/show"
)

// Escape makes text safe inside elements and quoted attributes.
func Escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// fonts of figures, in pages and in files.
const fonts = "Helvetica Neue, Arial, Liberation Sans, sans-serif"

// Head is what a written picture carries beside its shapes.
type Head struct {
	ID          string // prefix of the ids of title and description
	Title, Desc string
	Class       string // of the svg element in a page
	Attrs       []string
}

// SVG writes the picture for a page: its colours come from the style sheet.
func (p *Pic) SVG(h Head) string {
	var b strings.Builder
	b.Grow(len(p.ops) * 90)
	role := "img"
	if p.links() {
		role = "group" // an image has no links inside
	}
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" role="` + role + `" class="` + Escape(strings.TrimSpace("fig "+h.Class)) +
		`" viewBox="0 0 ` + Num(p.W) + " " + Num(p.H) + `" width="` + Num(p.W) + `" height="` + Num(p.H) + `"`)
	b.WriteString(` aria-labelledby="` + Escape(h.ID) + `t ` + Escape(h.ID) + `d"`)
	attributes(&b, h.Attrs)
	b.WriteString(`><title id="` + Escape(h.ID) + `t">` + Escape(show.Text(h.Title)) + `</title><desc id="` + Escape(h.ID) + `d">` +
		Escape(show.Text(h.Desc)) + `</desc>`)
	p.body(&b)
	b.WriteString("</svg>")
	return b.String()
}

// File writes the picture as a file that needs nothing else: colours inside,
// white ground, no links.
func (p *Pic) File(h Head, pal Palette) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ` +
		Num(p.W) + " " + Num(p.H) + `" width="` + Num(p.W) + `" height="` + Num(p.H) + `"`)
	b.WriteString(` font-family="` + fonts + `" fill="` + pal["ink"] + `" aria-labelledby="t d"><title id="t">` +
		Escape(show.Text(h.Title)) + `</title><desc id="d">` + Escape(show.Text(h.Desc)) + `</desc>`)
	b.WriteString("<style>.am{text-anchor:middle}.ae{text-anchor:end}" + p.rules(pal) + `</style><rect width="100%" height="100%" fill="` +
		pal["bg"] + `"/>`)
	q := Pic{W: p.W, H: p.H, ops: slices.DeleteFunc(slices.Clone(p.ops), func(o op) bool { return o.kind == opOpen || o.kind == opClose })}
	q.body(&b)
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func (p *Pic) links() bool {
	return slices.ContainsFunc(p.ops, func(o op) bool { return o.kind == opOpen && slices.Contains(o.attrs, "href") })
}

func attributes(b *strings.Builder, list []string) {
	for i := 0; i+1 < len(list); i += 2 {
		b.WriteString(` ` + list[i] + `="` + Escape(list[i+1]) + `"`)
	}
}

func (p *Pic) body(b *strings.Builder) {
	var ends []string
	for i := range p.ops {
		o := &p.ops[i]
		class := strings.TrimSpace(o.anchor + " " + o.class)
		c := ""
		if class != "" {
			c = ` class="` + Escape(class) + `"`
		}
		switch o.kind {
		case opOpen:
			if o.class == "" && len(o.attrs) == 0 {
				ends = append(ends, "")
				continue
			}
			name := "g"
			if slices.Contains(o.attrs, "href") {
				name = "a"
			}
			b.WriteString("<" + name + c)
			attributes(b, o.attrs)
			b.WriteString(">")
			ends = append(ends, "</"+name+">")
		case opClose:
			b.WriteString(ends[len(ends)-1])
			ends = ends[:len(ends)-1]
		case opRect:
			b.WriteString("<rect" + c + ` x="` + Num(o.x) + `" y="` + Num(o.y) + `" width="` + Num(o.w) + `" height="` + Num(o.h) + `"/>`)
		case opCircle:
			b.WriteString("<circle" + c + ` cx="` + Num(o.x) + `" cy="` + Num(o.y) + `" r="` + Num(o.w) + `"/>`)
		case opText:
			b.WriteString("<text" + c)
			if o.turned {
				b.WriteString(` transform="translate(` + Num(o.x) + " " + Num(o.y) + `) rotate(-90)">`)
			} else {
				b.WriteString(` x="` + Num(o.x) + `" y="` + Num(o.y) + `">`)
			}
			b.WriteString(Escape(o.text) + "</text>")
		case opPoly:
			b.WriteString("<path" + c + ` d="` + pathData(o.paths, o.closed) + `"/>`)
		}
	}
	for i := len(ends) - 1; i >= 0; i-- {
		b.WriteString(ends[i])
	}
}

// pathData writes lines through points, level and upright ones in their short form.
func pathData(paths [][]Point, closed bool) string {
	var b strings.Builder
	for _, pts := range paths {
		for i, q := range pts {
			switch {
			case i == 0:
				b.WriteString("M" + Num(q.X) + " " + Num(q.Y))
			case Num(q.Y) == Num(pts[i-1].Y):
				b.WriteString("H" + Num(q.X))
			case Num(q.X) == Num(pts[i-1].X):
				b.WriteString("V" + Num(q.Y))
			default:
				b.WriteString("L" + Num(q.X) + " " + Num(q.Y))
			}
		}
		if closed {
			b.WriteByte('Z')
		}
	}
	return b.String()
}

// Bare writes the picture for a page as a decoration: its words stand beside it.
func (p *Pic) Bare(class string) string {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" class="fig ` + class + `" viewBox="0 0 ` + Num(p.W) + " " +
		Num(p.H) + `" width="` + Num(p.W) + `" height="` + Num(p.H) + `">`)
	p.body(&b)
	b.WriteString("</svg>")
	return b.String()
}
