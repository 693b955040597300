package chart

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// faces are the fonts of pictures: regular and bold.
var faces = sync.OnceValues(func() ([2]*opentype.Font, error) {
	var out [2]*opentype.Font
	for i, b := range [][]byte{goregular.TTF, gomedium.TTF} {
		f, err := opentype.Parse(b)
		if err != nil {
			return out, fmt.Errorf("the embedded font: %w", err)
		}
		out[i] = f
	}
	return out, nil
})

// PNG paints the picture as wide as millimetres at a density in dots per inch,
// which the file carries.
func (p *Pic) PNG(millimetres, dpi float64, pal Palette) ([]byte, error) {
	scale := millimetres / 25.4 * dpi / p.W
	fonts, err := faces()
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(p.W*scale)), int(math.Ceil(p.H*scale))))
	draw.Draw(img, img.Bounds(), image.NewUniform(hexColour(pal["bg"], 1)), image.Point{}, draw.Src)
	c := canvas{img: img, scale: scale, pal: pal, fonts: fonts, r: vector.NewRasterizer(1, 1)}
	for i := range p.ops {
		if err := c.paint(&p.ops[i]); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, err
	}
	return dense(b.Bytes(), dpi), nil
}

// dense inserts the chunk that says how many dots a metre has.
func dense(b []byte, dpi float64) []byte {
	const head = 33 // signature and IHDR
	chunk := make([]byte, 21)
	binary.BigEndian.PutUint32(chunk, 9)
	copy(chunk[4:], "pHYs")
	perMetre := uint32(math.Round(dpi / 0.0254))
	binary.BigEndian.PutUint32(chunk[8:], perMetre)
	binary.BigEndian.PutUint32(chunk[12:], perMetre)
	chunk[16] = 1
	binary.BigEndian.PutUint32(chunk[17:], crc32.ChecksumIEEE(chunk[4:17]))
	return append(append(append([]byte{}, b[:head]...), chunk...), b[head:]...)
}

type canvas struct {
	img   *image.RGBA
	scale float64
	pal   Palette
	fonts [2]*opentype.Font
	r     *vector.Rasterizer
}

func (c *canvas) paint(o *op) error {
	st := styleOf(o.class)
	switch o.kind {
	case opText:
		return c.text(o, st)
	case opRect:
		c.shape([]Point{{o.x, o.y}, {o.x + o.w, o.y}, {o.x + o.w, o.y + o.h}, {o.x, o.y + o.h}}, true, st)
	case opCircle:
		pts := make([]Point, 32)
		for i := range pts {
			s, k := math.Sincos(2 * math.Pi * float64(i) / 32)
			pts[i] = Point{o.x + o.w*k, o.y + o.w*s}
		}
		c.shape(pts, true, st)
	case opPoly:
		for _, pts := range o.paths {
			c.shape(pts, o.closed, st)
		}
	}
	return nil
}

func (c *canvas) shape(pts []Point, closed bool, st Style) {
	if closed && st.Fill != "" && st.Fill != "none" {
		c.fill([][]Point{pts}, st.Fill, orOne(st.Opacity))
	}
	if st.Stroke == "" {
		return
	}
	if closed {
		pts = append(append([]Point{}, pts...), pts[0])
	}
	var segments [][]Point
	for i := 0; i+1 < len(pts); i++ {
		for _, s := range dashes(pts[i], pts[i+1], st.Dash) {
			segments = append(segments, thick(s[0], s[1], st.Width))
		}
	}
	c.fill(segments, st.Stroke, 1)
}

// dashes cuts a line into its dashes.
func dashes(a, b Point, pattern []float64) [][2]Point {
	l := math.Hypot(b.X-a.X, b.Y-a.Y)
	if len(pattern) < 2 || l == 0 {
		return [][2]Point{{a, b}}
	}
	at := func(t float64) Point { return Point{a.X + (b.X-a.X)*t/l, a.Y + (b.Y-a.Y)*t/l} }
	var out [][2]Point
	for t := 0.0; t < l && len(out) < 2000; t += pattern[0] + pattern[1] {
		out = append(out, [2]Point{at(t), at(math.Min(l, t+pattern[0]))})
	}
	return out
}

// thick makes a line of a width a rectangle.
func thick(a, b Point, w float64) []Point {
	dx, dy := b.X-a.X, b.Y-a.Y
	l := math.Hypot(dx, dy)
	if l == 0 {
		return nil
	}
	nx, ny := -dy/l*w/2, dx/l*w/2
	return []Point{{a.X + nx, a.Y + ny}, {b.X + nx, b.Y + ny}, {b.X - nx, b.Y - ny}, {a.X - nx, a.Y - ny}}
}

// fill paints shapes of one colour. Only the box around them is rasterised: a
// picture for print has ten million pixels and hundreds of shapes.
func (c *canvas) fill(list [][]Point, token string, opacity float64) {
	lo, hi := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, pts := range list {
		for _, q := range pts {
			lo, hi = Point{math.Min(lo.X, q.X), math.Min(lo.Y, q.Y)}, Point{math.Max(hi.X, q.X), math.Max(hi.Y, q.Y)}
		}
	}
	if !Finite(lo.X, lo.Y, hi.X, hi.Y) {
		return
	}
	box := image.Rect(int(math.Floor(lo.X*c.scale)), int(math.Floor(lo.Y*c.scale)), int(math.Ceil(hi.X*c.scale))+1,
		int(math.Ceil(hi.Y*c.scale))+1)
	if box = box.Intersect(c.img.Bounds()); box.Empty() {
		return
	}
	c.r.Reset(box.Dx(), box.Dy())
	for _, pts := range list {
		for i, q := range pts {
			x, y := float32(q.X*c.scale)-float32(box.Min.X), float32(q.Y*c.scale)-float32(box.Min.Y)
			if i == 0 {
				c.r.MoveTo(x, y)
			} else {
				c.r.LineTo(x, y)
			}
		}
		c.r.ClosePath()
	}
	c.r.Draw(c.img, box, image.NewUniform(hexColour(c.pal[token], opacity)), image.Point{})
}

func (c *canvas) text(o *op, st Style) error {
	k := 0
	if st.Bold {
		k = 1
	}
	size := st.Size
	if size == 0 {
		size = 13
	}
	face, err := opentype.NewFace(c.fonts[k], &opentype.FaceOptions{Size: size * c.scale, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return fmt.Errorf("paint text: %w", err)
	}
	defer face.Close()
	token := st.Fill
	if token == "" {
		token = "ink"
	}
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(hexColour(c.pal[token], 1)), Face: face}
	w := float64(d.MeasureString(o.text)) / 64
	x := o.x * c.scale
	switch o.anchor {
	case Middle:
		x -= w / 2
	case End:
		x -= w
	}
	if o.turned {
		return c.turned(o, face, d.Src, w)
	}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(o.y * c.scale * 64)}
	d.DrawString(o.text)
	return nil
}

// turned paints text that reads upwards: level first, then turned by pixels.
func (c *canvas) turned(o *op, face font.Face, src image.Image, w float64) error {
	h := face.Metrics().Height.Ceil()
	flat := image.NewRGBA(image.Rect(0, 0, int(w)+2, h+4))
	d := font.Drawer{Dst: flat, Src: src, Face: face, Dot: fixed.Point26_6{X: 0, Y: face.Metrics().Ascent}}
	d.DrawString(o.text)
	x0, y0 := int(o.x*c.scale)-face.Metrics().Ascent.Ceil(), int(o.y*c.scale+w/2)
	for y := range flat.Bounds().Dy() {
		for x := range flat.Bounds().Dx() {
			if p := flat.RGBAAt(x, y); p.A > 0 {
				draw.Draw(c.img, image.Rect(x0+y, y0-x, x0+y+1, y0-x+1), image.NewUniform(p), image.Point{}, draw.Over)
			}
		}
	}
	return nil
}

func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// hexColour reads "#rrggbb"; anything else is black.
func hexColour(s string, opacity float64) color.NRGBA {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil {
		n = 0
	}
	return color.NRGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), uint8(math.Round(255 * opacity))}
}
