package explore

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"past/reports/internal/show"
)

// Option is what a chart is set up with in the page.
type Option = map[string]any

// Axis describes one value axis.
type Axis struct {
	Title  string
	Lo, Hi float64
	Ratio  bool // values are logarithms, labels are ratios
	Invert bool
	Bare   bool // no labels at the ends, which are not round
}

// names of functions in the page's script.
const (
	fmtNumber   = types.FuncStr("pastNumber")
	fmtRatio    = types.FuncStr("pastRatio")
	fmtYear     = types.FuncStr("pastYear")
	tipRow      = types.FuncStr("pastRow")
	drawSpan    = types.FuncStr("pastInterval")
	drawLane    = types.FuncStr("pastLane")
	yes, no     = true, false
	pointRadius = 9
)

func (a Axis) x() opts.XAxis {
	f := fmtNumber
	if a.Ratio {
		f = fmtRatio
	}
	return opts.XAxis{Type: "value", Name: show.Clip(a.Title, 60), NameLocation: "middle", NameGap: 30, Min: brief(a.Lo), Max: brief(a.Hi), Inverse: opts.Bool(a.Invert),
		AxisLabel: a.label(f), SplitLine: &opts.SplitLine{Show: opts.Bool(no)}, AxisLine: &opts.AxisLine{OnZero: opts.Bool(no)}}
}

func (a Axis) y() opts.YAxis {
	f := fmtNumber
	if a.Ratio {
		f = fmtRatio
	}
	return opts.YAxis{Type: "value", Name: show.Clip(a.Title, 60), NameLocation: "middle", NameGap: 44, Min: brief(a.Lo), Max: brief(a.Hi), Inverse: opts.Bool(a.Invert),
		AxisLabel: a.label(f), SplitLine: &opts.SplitLine{Show: opts.Bool(yes)}, AxisLine: &opts.AxisLine{OnZero: opts.Bool(no)}}
}

func (a Axis) label(f types.FuncStr) *opts.AxisLabel {
	l := &opts.AxisLabel{Formatter: f, HideOverlap: opts.Bool(yes)}
	if a.Bare {
		l.ShowMinLabel, l.ShowMaxLabel = opts.Bool(no), opts.Bool(no)
	}
	return l
}

// category is an axis of names, the first on top.
func category(names []string) opts.YAxis {
	clean := make([]string, len(names))
	for i, n := range names {
		clean[i] = show.Clip(n, 60)
	}
	return opts.YAxis{Type: "category", Data: clean, Inverse: opts.Bool(yes), AxisLabel: &opts.AxisLabel{Width: 190, Overflow: "truncate"}}
}

// globals are the options that every chart shares; names is set where the
// vertical axis holds names.
func globals(alt string, zoom, names bool) []charts.GlobalOpts {
	left := "66" // room for the title of a value axis
	if names {
		left = "10"
	}
	g := []charts.GlobalOpts{
		charts.WithInitializationOpts(opts.Initialization{ChartID: "past"}),
		charts.WithAnimation(false),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(no)}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(yes), Trigger: "item", Formatter: tipRow}),
		charts.WithAriaOpts(&opts.Aria{Enabled: opts.Bool(yes), Label: &opts.AriaLabel{Enabled: opts.Bool(yes), Description: show.Clip(alt, 1500)}}),
		charts.WithGridOpts(opts.Grid{Left: left, Right: "24", Top: "16", Bottom: "54", ContainLabel: opts.Bool(names)}),
	}
	if zoom {
		g = append(g, charts.WithDataZoomOpts(opts.DataZoom{Type: "inside", XAxisIndex: 0}, opts.DataZoom{Type: "inside", YAxisIndex: 0}))
	}
	return g
}

// brief rounds to six digits: enough for any screen, and half the bytes. The
// tables and downloads carry the full numbers.
func brief(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	p := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(x))))
	if math.IsInf(p, 0) || p == 0 {
		return 0
	}
	return math.Round(x*p) / p
}

// validated is the part of a chart that finish needs.
type validated interface {
	Validate()
	JSON() map[string]any
}

// finish turns a chart into plain data. Tooltips are drawn as text, never as
// HTML; the toolbox and the empty title go.
func finish(c validated) Option {
	c.Validate()
	o := c.JSON()
	delete(o, "toolbox")
	delete(o, "title")
	delete(o, "color")
	if t, ok := o["tooltip"].(opts.Tooltip); ok {
		o["tooltip"] = map[string]any{"show": true, "trigger": t.Trigger, "formatter": t.Formatter, "renderMode": "richText", "confine": true}
	}
	return o
}
