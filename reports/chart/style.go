package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Style is how a class is painted. Colours are tokens of a [Palette].
type Style struct {
	Fill, Stroke string
	Width        float64 // of the stroke
	Dash         []float64
	Opacity      float64 // of the fill; 0 is opaque
	Size         float64 // of text
	Bold, Italic bool
}

// styles is the one table of classes: the style sheet of the pages and the
// files are made from it.
var styles = map[string]Style{
	// words
	"t": {Size: 13}, "b": {Size: 13, Bold: true}, "ti": {Size: 15, Bold: true}, "mu": {Size: 12.5, Fill: "mute"},
	"sm": {Size: 12, Fill: "mute"}, "xs": {Size: 11, Fill: "mute"},
	"h1": {Size: 30, Bold: true, Fill: "blue"}, "h2": {Size: 22},
	"bs": {Size: 12, Bold: true}, "it": {Size: 12.5, Italic: true}, "oc": {Size: 12, Fill: "ochre"}, "inv": {Size: 12, Fill: "bg"},
	// frame
	"grid": {Stroke: "grid", Width: 1}, "axis": {Stroke: "mute", Width: 1}, "rule": {Stroke: "line", Width: 1},
	"head": {Stroke: "mute", Width: 1.4}, "null": {Stroke: "ink", Width: 1},
	"est": {Stroke: "blue", Width: 1, Dash: []float64{5, 4}}, "mid": {Stroke: "ochre", Width: 1, Dash: []float64{2, 3}},
	"band": {Fill: "band"}, "hit": {Fill: "none"}, "soft": {Fill: "soft"},
	// marks
	"wh": {Stroke: "ink", Width: 1.4}, "sq": {Fill: "blue"}, "di": {Fill: "blue", Stroke: "blue", Width: 1},
	"dis": {Fill: "blue2", Stroke: "blue", Width: 1}, "dio": {Stroke: "blue", Width: 1.2, Dash: []float64{3, 2}},
	"pi": {Stroke: "ochre", Width: 3}, "piw": {Stroke: "ochre", Width: 1.4}, "pt": {Fill: "blue", Stroke: "bg", Width: 1},
	"ring": {Fill: "bg", Stroke: "blue", Width: 1.6}, "bub": {Fill: "blue3", Stroke: "blue", Width: 1, Opacity: 0.7},
	"curve": {Stroke: "blue", Width: 2}, "curve2": {Stroke: "ochre", Width: 1.6, Dash: []float64{6, 3}}, "area": {Fill: "blue2"},
	"area2": {Fill: "soft"}, "tick": {Fill: "blue"}, "mark": {Stroke: "ochre", Width: 2},
	"d1": {Fill: "blue", Opacity: 0.16}, "d2": {Fill: "blue", Opacity: 0.3}, "d3": {Fill: "blue", Opacity: 0.46},
	"d4": {Fill: "blue", Opacity: 0.62}, "d5": {Fill: "blue", Opacity: 0.8}, "d6": {Fill: "blue"},
	// judgements: the sign says what the colour says
	"rl": {Fill: "blue2", Stroke: "blue", Width: 1.1}, "rm": {Fill: "bg", Stroke: "mute", Width: 1.1},
	"rh": {Fill: "ochre", Stroke: "ochre", Width: 1.1}, "rn": {Stroke: "line", Width: 1.1},
	"sl": {Stroke: "blue", Width: 1.5}, "ss": {Stroke: "mute", Width: 1.5}, "sh": {Stroke: "bg", Width: 1.5},
	// bars of a timeline and of shares, boxes of a flow
	"l-done": {Fill: "blue", Stroke: "blue", Width: 1}, "l-run": {Fill: "blue2", Stroke: "blue", Width: 1},
	"l-plan": {Fill: "bg", Stroke: "blue", Width: 1, Dash: []float64{2, 2}}, "l-stop": {Fill: "ochre2", Stroke: "ochre", Width: 1},
	"l-unk": {Fill: "bg", Stroke: "mute", Width: 1, Dash: []float64{4, 2}},
	"box":   {Fill: "card", Stroke: "mute", Width: 1}, "side": {Fill: "soft", Stroke: "mute", Width: 1},
	"flow": {Stroke: "mute", Width: 1.2}, "fhead": {Fill: "mute"},
	"man": {Fill: "blue3"}, "man1": {Fill: "blue"}, "man0": {Fill: "grid"}, "man2": {Fill: "ochre"},
}

// Palette gives colours to tokens.
type Palette map[string]string

// Light is the palette of files and paper; Grey is for print in one colour.
var (
	Light = Palette{"ink": "#1c2328", "mute": "#56616a", "line": "#d9d4c9", "grid": "#e7e3da", "bg": "#ffffff", "card": "#ffffff",
		"soft": "#f2efe8", "band": "#f7f3ea",
		"blue": "#1b5a7d", "blue2": "#d3e4ee", "blue3": "#8fb8d1", "ochre": "#8f4508", "ochre2": "#f7e6d3"}
	Grey = Palette{"ink": "#000000", "mute": "#444444", "line": "#cccccc", "grid": "#e4e4e4", "bg": "#ffffff", "card": "#ffffff",
		"soft": "#f0f0f0", "band": "#f4f4f4",
		"blue": "#303030", "blue2": "#dcdcdc", "blue3": "#a8a8a8", "ochre": "#606060", "ochre2": "#ececec"}
)

// styleOf joins the styles of a list of classes; later ones win.
func styleOf(class string) Style {
	s := Style{}
	for _, c := range strings.Fields(class) {
		x := styles[c]
		s.Fill, s.Stroke = cmp.Or(x.Fill, s.Fill), cmp.Or(x.Stroke, s.Stroke)
		s.Width, s.Opacity, s.Size = cmp.Or(x.Width, s.Width), cmp.Or(x.Opacity, s.Opacity), cmp.Or(x.Size, s.Size)
		s.Bold, s.Italic = s.Bold || x.Bold, s.Italic || x.Italic
		if x.Dash != nil {
			s.Dash = x.Dash
		}
	}
	return s
}

// CSS is the style sheet's part for figures, with the tokens as custom
// properties, so that dark pages and forced colours work.
func CSS() string {
	var b strings.Builder
	keys := make([]string, 0, len(styles))
	for k := range styles {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, ".fig .%s{%s}\n", k, declarations(styles[k], func(t string) string { return "var(--" + t + ")" }))
	}
	return b.String()
}

// rules are the same for a file, with the colours of a palette and for the
// classes that it uses.
func (p *Pic) rules(pal Palette) string {
	used := map[string]bool{}
	for _, o := range p.ops {
		for _, c := range strings.Fields(o.class) {
			used[c] = true
		}
	}
	var b strings.Builder
	keys := make([]string, 0, len(used))
	for k := range used {
		if _, ok := styles[k]; ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, ".%s{%s}", k, declarations(styles[k], func(t string) string { return pal[t] }))
	}
	return b.String()
}

func declarations(s Style, colour func(string) string) string {
	var d []string
	add := func(format string, args ...any) { d = append(d, fmt.Sprintf(format, args...)) }
	text := s.Size > 0
	switch {
	case s.Fill == "none":
		add("fill:transparent")
	case s.Fill != "":
		add("fill:%s", colour(s.Fill))
	case !text:
		add("fill:none")
	}
	if s.Stroke != "" {
		add("stroke:%s;stroke-width:%s", colour(s.Stroke), Num(s.Width))
	}
	if s.Dash != nil {
		var parts []string
		for _, x := range s.Dash {
			parts = append(parts, Num(x))
		}
		add("stroke-dasharray:%s", strings.Join(parts, " "))
	}
	if s.Opacity > 0 {
		d = append(d, fmt.Sprintf("fill-opacity:%.2f", s.Opacity))
	}
	if text {
		add("font-size:%spx", Num(s.Size))
	}
	if s.Bold {
		add("font-weight:600")
	}
	if s.Italic {
		add("font-style:italic")
	}
	return strings.Join(d, ";")
}
