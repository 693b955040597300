package chart

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"past/reports/internal/show"
)

// PDF writes the picture as a page as wide as millimetres: shapes and text, no
// pixels. The glyphs that it uses are inside the file, with the characters that
// they stand for, so that its words can be searched and copied.
func (p *Pic) PDF(millimetres float64, h Head, pal Palette) ([]byte, error) {
	faces, err := faces()
	if err != nil {
		return nil, err
	}
	w := pdfWriter{pal: pal, h: p.H, fonts: [2]*glyphs{newGlyphs(faces[0]), newGlyphs(faces[1])}, shades: map[string]float64{}}
	for i := range p.ops {
		w.op(&p.ops[i])
	}
	scale := millimetres / 25.4 * 72 / p.W
	body := fmt.Sprintf("%.5f 0 0 %.5f 0 0 cm\n", scale, scale) + w.body.String()
	return w.file(fmt.Sprintf("[0 0 %.2f %.2f]", p.W*scale, p.H*scale), body, h)
}

// unitsPerEm is the size of the square that glyphs are drawn in.
const unitsPerEm = 1000

// glyphs are the characters of one face that a file uses, in order of first use.
type glyphs struct {
	face  *opentype.Font
	buf   sfnt.Buffer
	runes []rune
	code  map[rune]byte
}

func newGlyphs(f *opentype.Font) *glyphs { return &glyphs{face: f, code: map[rune]byte{}} }

// encode gives each character its code; a face holds 255 of them, far more than a
// figure uses, and what is beyond is left out.
func (g *glyphs) encode(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := g.code[r]
		if !ok {
			if len(g.runes) == 255 {
				continue
			}
			g.runes = append(g.runes, r)
			c = byte(len(g.runes))
			g.code[r] = c
		}
		out = append(out, c)
	}
	return out
}

// advance is the width of a character in the units of the square.
func (g *glyphs) advance(r rune) float64 {
	i, err := g.face.GlyphIndex(&g.buf, r)
	if err != nil {
		return 0
	}
	a, err := g.face.GlyphAdvance(&g.buf, i, fixed.I(unitsPerEm), 0)
	if err != nil {
		return 0
	}
	return float64(a) / 64
}

func (g *glyphs) width(s string) float64 {
	t := 0.0
	for _, r := range s {
		t += g.advance(r)
	}
	return t
}

// outline draws a character as a procedure of the file's font.
func (g *glyphs) outline(r rune) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%.0f 0 0 -300 1000 1000 d1\n", g.advance(r))
	i, err := g.face.GlyphIndex(&g.buf, r)
	if err != nil {
		return b.String()
	}
	segments, err := g.face.LoadGlyph(&g.buf, i, fixed.I(unitsPerEm), nil)
	if err != nil {
		return b.String()
	}
	at := func(q fixed.Point26_6) (x, y float64) { return float64(q.X) / 64, -float64(q.Y) / 64 }
	var x0, y0 float64
	for n, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if n > 0 {
				b.WriteString("h\n")
			}
			x0, y0 = at(s.Args[0])
			fmt.Fprintf(&b, "%.0f %.0f m\n", x0, y0)
		case sfnt.SegmentOpLineTo:
			x0, y0 = at(s.Args[0])
			fmt.Fprintf(&b, "%.0f %.0f l\n", x0, y0)
		case sfnt.SegmentOpQuadTo: // raised to a cubic curve
			cx, cy := at(s.Args[0])
			x, y := at(s.Args[1])
			fmt.Fprintf(&b, "%.0f %.0f %.0f %.0f %.0f %.0f c\n", x0+2*(cx-x0)/3, y0+2*(cy-y0)/3, x+2*(cx-x)/3, y+2*(cy-y)/3, x, y)
			x0, y0 = x, y
		case sfnt.SegmentOpCubeTo:
			ax, ay := at(s.Args[0])
			bx, by := at(s.Args[1])
			x0, y0 = at(s.Args[2])
			fmt.Fprintf(&b, "%.0f %.0f %.0f %.0f %.0f %.0f c\n", ax, ay, bx, by, x0, y0)
		}
	}
	if len(segments) > 0 {
		b.WriteString("h f\n")
	}
	return b.String()
}

// drawnGlyphs keeps the stream of each character of each face: an edition writes
// the same few hundred into each of its files.
var drawnGlyphs sync.Map

// drawn is the object that draws a character.
func (g *glyphs) drawn(r rune, stream func(dict, content string) ([]byte, error)) ([]byte, error) {
	type key struct {
		face *opentype.Font
		r    rune
	}
	k := key{g.face, r}
	if b, ok := drawnGlyphs.Load(k); ok {
		return b.([]byte), nil
	}
	b, err := stream("", g.outline(r))
	if err == nil {
		drawnGlyphs.Store(k, b)
	}
	return b, err
}

// compressors are kept between streams: one takes more memory than a whole file.
var compressors = sync.Pool{New: func() any {
	z, err := zlib.NewWriterLevel(nil, zlib.BestSpeed)
	if err != nil {
		panic(err) // a level of the package itself
	}
	return z
}}

type pdfWriter struct {
	body   strings.Builder
	pal    Palette
	h      float64
	fonts  [2]*glyphs
	shades map[string]float64 // opacities by name
}

func (w *pdfWriter) colour(token, operator string) {
	c := hexColour(w.pal[token], 1)
	fmt.Fprintf(&w.body, "%.3f %.3f %.3f %s\n", float64(c.R)/255, float64(c.G)/255, float64(c.B)/255, operator)
}

// y turns a place below the top into one above the bottom.
func (w *pdfWriter) y(y float64) float64 { return w.h - y }

func (w *pdfWriter) op(o *op) {
	st := styleOf(o.class)
	switch o.kind {
	case opText:
		w.text(o, st)
	case opRect:
		w.shape(st, true, func() { fmt.Fprintf(&w.body, "%s %s %s %s re\n", Num(o.x), Num(w.y(o.y+o.h)), Num(o.w), Num(o.h)) })
	case opCircle:
		w.shape(st, true, func() { w.circle(o.x, w.y(o.y), o.w) })
	case opPoly:
		w.shape(st, o.closed, func() {
			for _, pts := range o.paths {
				for i, q := range pts {
					fmt.Fprintf(&w.body, "%s %s %s\n", Num(q.X), Num(w.y(q.Y)), map[bool]string{true: "m", false: "l"}[i == 0])
				}
				if o.closed {
					w.body.WriteString("h\n")
				}
			}
		})
	}
}

func (w *pdfWriter) circle(x, y, r float64) {
	k := r * 4 * (math.Sqrt2 - 1) / 3
	fmt.Fprintf(&w.body, "%.2f %.2f m\n", x+r, y)
	for _, c := range [][6]float64{{r, k, k, r, 0, r}, {-k, r, -r, k, -r, 0}, {-r, -k, -k, -r, 0, -r}, {k, -r, r, -k, r, 0}} {
		fmt.Fprintf(&w.body, "%.2f %.2f %.2f %.2f %.2f %.2f c\n", x+c[0], y+c[1], x+c[2], y+c[3], x+c[4], y+c[5])
	}
	w.body.WriteString("h\n")
}

func (w *pdfWriter) shape(st Style, closed bool, path func()) {
	fill := closed && st.Fill != "" && st.Fill != "none"
	if !fill && st.Stroke == "" {
		return
	}
	w.body.WriteString("q\n")
	if fill {
		w.colour(st.Fill, "rg")
		if st.Opacity > 0 {
			name := fmt.Sprintf("a%.0f", st.Opacity*100)
			w.shades[name] = st.Opacity
			w.body.WriteString("/" + name + " gs\n")
		}
	}
	if st.Stroke != "" {
		w.colour(st.Stroke, "RG")
		fmt.Fprintf(&w.body, "%s w\n", Num(st.Width))
		if len(st.Dash) > 1 {
			fmt.Fprintf(&w.body, "[%s %s] 0 d\n", Num(st.Dash[0]), Num(st.Dash[1]))
		}
	}
	path()
	w.body.WriteString(map[[2]bool]string{{true, true}: "B\n", {true, false}: "f\n", {false, true}: "S\n"}[[2]bool{fill, st.Stroke != ""}] +
		"Q\n")
}

func (w *pdfWriter) text(o *op, st Style) {
	k := 0
	if st.Bold {
		k = 1
	}
	size, token := st.Size, st.Fill
	if size == 0 {
		size = 13
	}
	if token == "" {
		token = "ink"
	}
	back := map[string]float64{Middle: 0.5, End: 1}[o.anchor] * w.fonts[k].width(o.text) * size / unitsPerEm
	w.body.WriteString("BT\n")
	w.colour(token, "rg")
	if o.turned {
		fmt.Fprintf(&w.body, "/F%d %s Tf 0 1 -1 0 %.2f %.2f Tm", k, Num(size), o.x, w.y(o.y)-back)
	} else {
		fmt.Fprintf(&w.body, "/F%d %s Tf 1 0 0 1 %.2f %.2f Tm", k, Num(size), o.x-back, w.y(o.y))
	}
	fmt.Fprintf(&w.body, " <%x> Tj\nET\n", w.fonts[k].encode(o.text))
}

// file joins the objects of the document: catalogue, page, contents, fonts.
func (w *pdfWriter) file(box, body string, h Head) ([]byte, error) {
	var objects [][]byte
	add := func(b []byte) int { objects = append(objects, b); return len(objects) }
	stream := func(dict, content string) ([]byte, error) {
		var z bytes.Buffer
		c := compressors.Get().(*zlib.Writer)
		defer compressors.Put(c)
		c.Reset(&z)
		if _, err := c.Write([]byte(content)); err != nil {
			return nil, err
		}
		if err := c.Close(); err != nil {
			return nil, err
		}
		return fmt.Appendf(nil, "<<%s /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream", dict, z.Len(), z.Bytes()), nil
	}
	add([]byte("<</Type /Catalog /Pages 2 0 R /ViewerPreferences <</DisplayDocTitle true>> /Lang (en)>>"))
	add([]byte("<</Type /Pages /Kids [3 0 R] /Count 1>>"))
	page := add(nil)
	content, err := stream("", body)
	if err != nil {
		return nil, err
	}
	contents := add(content)
	var names []string
	for k, g := range w.fonts {
		if len(g.runes) == 0 {
			continue
		}
		n, err := w.font(g, add, stream)
		if err != nil {
			return nil, err
		}
		names = append(names, fmt.Sprintf("/F%d %d 0 R", k, n))
	}
	var shades []string
	for name, opacity := range w.shades {
		shades = append(shades, fmt.Sprintf("/%s <</ca %.2f>>", name, opacity))
	}
	slices.Sort(shades)
	objects[page-1] = fmt.Appendf(nil,
		"<</Type /Page /Parent 2 0 R /MediaBox %s /Contents %d 0 R /Resources <</Font <<%s>> /ExtGState <<%s>>>>>>",
		box, contents, strings.Join(names, " "), strings.Join(shades, " "))
	info := add([]byte("<</Title " + pdfText(h.Title) + " /Subject " + pdfText(h.Desc) + " /Producer (past)>>"))

	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&out, "trailer\n<</Size %d /Root 1 0 R /Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, info, start)
	return out.Bytes(), nil
}

// font writes the used characters of a face as a font of drawn glyphs (Type 3)
// with the table that leads back to the characters.
func (w *pdfWriter) font(g *glyphs, add func([]byte) int, stream func(dict, content string) ([]byte, error)) (int, error) {
	var procs, names, widths, back strings.Builder
	for i, r := range g.runes {
		b, err := g.drawn(r, stream)
		if err != nil {
			return 0, err
		}
		fmt.Fprintf(&procs, "/g%d %d 0 R ", i+1, add(b))
		fmt.Fprintf(&names, "/g%d ", i+1)
		fmt.Fprintf(&widths, "%.0f ", g.advance(r))
		fmt.Fprintf(&back, "<%02x> <%s>\n", i+1, utf16Hex(string(r)))
	}
	var lists strings.Builder // at most a hundred characters stand in one list
	lines := strings.SplitAfter(strings.TrimSuffix(back.String(), "\n"), "\n")
	for part := range slices.Chunk(lines, 100) {
		fmt.Fprintf(&lists, "%d beginbfchar\n%s\nendbfchar\n", len(part), strings.TrimSuffix(strings.Join(part, ""), "\n"))
	}
	unicode, err := stream("", "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /past def /CMapType 2 def\n"+
		"1 begincodespacerange <01> <ff> endcodespacerange\n"+lists.String()+"endcmap end end\n")
	if err != nil {
		return 0, err
	}
	to := add(unicode)
	return add(fmt.Appendf(nil,
		"<</Type /Font /Subtype /Type3 /FontBBox [0 -300 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /Resources <<>> "+
			"/FirstChar 1 /LastChar %d /Widths [%s] /Encoding <</Type /Encoding /Differences [1 %s]>> /CharProcs <<%s>> /ToUnicode %d 0 R>>",
		len(g.runes), widths.String(), names.String(), procs.String(), to)), nil
}

// pdfText is a string of the document's description, in any script.
func pdfText(s string) string { return "<feff" + utf16Hex(show.Text(s)) + ">" }

func utf16Hex(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04x", u)
	}
	return b.String()
}
