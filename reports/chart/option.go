package chart

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"past/reports/internal/show"
)

// Option is what the chart library is set up with in a page: plain data, made
// by go-echarts as a typed builder. Its Render is unsafe with text from
// registers and is never called. Functions are named, not written: the page's
// script looks the names up in a fixed table. Colours are tokens ("@blue").
type Option = map[string]any

const yes, no = true, false

// globals are the options that every chart shares. names is set where the
// vertical axis holds names.
func globals(alt string, names bool) []charts.GlobalOpts {
	left := "66"
	if names {
		left = "10"
	}
	return []charts.GlobalOpts{
		charts.WithInitializationOpts(opts.Initialization{ChartID: "past"}), charts.WithAnimation(false),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(no)}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(yes), Trigger: "item", Formatter: types.FuncStr("pastRow")}),
		charts.WithAriaOpts(&opts.Aria{Enabled: opts.Bool(yes), Label: &opts.AriaLabel{Enabled: opts.Bool(yes),
			Description: show.Clip(alt, 1500)}}),
		charts.WithGridOpts(opts.Grid{Left: left, Right: "24", Top: "16", Bottom: "76", ContainLabel: opts.Bool(names)}),
		charts.WithDataZoomOpts(opts.DataZoom{Type: "inside", XAxisIndex: 0}, opts.DataZoom{Type: "slider", XAxisIndex: 0},
			opts.DataZoom{Type: "inside", YAxisIndex: 0}),
	}
}

func (a *ValueAxis) format() types.FuncStr {
	if a.Ratio {
		return "pastRatio"
	}
	return "pastNumber"
}

// styleLine gives a line of the library the look of a class.
func styleLine(class string) opts.LineStyle {
	s := styleOf(class)
	l := opts.LineStyle{Color: "@" + s.Stroke, Width: float32(s.Width)}
	if s.Dash != nil {
		l.Type = "dashed"
	}
	return l
}

// Option gives the same figure to the chart library.
func (c *XY) Option() Option {
	sc := charts.NewScatter()
	xa := opts.XAxis{Type: "value", Name: show.Clip(c.X.Title, 60), NameLocation: "middle", NameGap: 30, Min: Brief(c.X.Lo),
		Max:       Brief(c.X.Hi),
		AxisLabel: &opts.AxisLabel{Show: opts.Bool(!c.X.Bare), Formatter: c.X.format(), HideOverlap: opts.Bool(yes)},
		SplitLine: &opts.SplitLine{Show: opts.Bool(no)}, AxisLine: &opts.AxisLine{OnZero: opts.Bool(no)}}
	ya := opts.YAxis{Type: "value", Name: show.Clip(c.Y.Title, 60), NameLocation: "middle", NameGap: 44, Min: Brief(c.Y.Lo),
		Max: Brief(c.Y.Hi), Inverse: opts.Bool(c.Y.Down),
		AxisLabel: &opts.AxisLabel{Formatter: c.Y.format(), HideOverlap: opts.Bool(yes)}, SplitLine: &opts.SplitLine{Show: opts.Bool(yes)},
		AxisLine: &opts.AxisLine{OnZero: opts.Bool(no)}}
	sc.SetGlobalOptions(append(globals(c.Alt, false), charts.WithXAxisOpts(xa), charts.WithYAxisOpts(ya))...)
	for _, l := range c.Layers {
		switch l.Kind {
		case Points:
			data := make([]opts.ScatterData, 0, len(l.P))
			for _, p := range l.P {
				size := 9
				if p.R > 0 {
					size = int(2 * p.R)
				}
				data = append(data, opts.ScatterData{Name: show.Clip(p.Name, 160), Value: []any{Brief(p.X), Brief(p.Y), p.Line}, SymbolSize: size})
			}
			sc.AddSeries(l.Name, data, charts.WithItemStyleOpts(opts.ItemStyle{Color: "@blue", Opacity: opts.Float(0.8)}))
		case Line, Area, Whiskers:
			lines := charts.NewLine()
			for _, upper := range []bool{false, true} {
				if upper && l.Kind == Line {
					break
				}
				data := make([]opts.LineData, 0, len(l.P))
				for _, p := range l.P {
					v := p.Y
					if upper {
						v = p.Y2
					}
					if Finite(p.X, v) {
						data = append(data, opts.LineData{Value: []any{Brief(p.X), Brief(v)}, Name: show.Clip(p.Name, 160)})
					}
				}
				style := styleLine(l.Class)
				if l.Kind != Line {
					style = opts.LineStyle{Color: "@blue3", Width: 1}
				}
				lines.AddSeries(l.Name, data, charts.WithLineStyleOpts(style), charts.WithLineChartOpts(opts.LineChart{Symbol: "none"}))
			}
			sc.Overlap(lines)
		}
	}
	return finish(sc, 0)
}

// Option gives a timeline of lanes to the chart library.
func (r *Rows) Option() Option {
	c := charts.NewCustom()
	names := make([]string, len(r.Rows))
	data := make([]opts.CustomData, 0, len(r.Rows))
	for i, row := range r.Rows {
		names[i] = show.Clip(row.Name, 60)
		for _, m := range row.Marks {
			data = append(data, opts.CustomData{Value: []any{Brief(m.Lo), i, Brief(m.Hi), m.Class, row.Line}})
		}
	}
	xa := opts.XAxis{Type: "value", Min: Brief(r.Axis.Lo), Max: Brief(r.Axis.Hi), MinInterval: 1,
		AxisLabel: &opts.AxisLabel{Formatter: types.FuncStr("pastYear"), HideOverlap: opts.Bool(yes)},
		SplitLine: &opts.SplitLine{Show: opts.Bool(no)}}
	ya := opts.YAxis{Type: "category", Data: names, Inverse: opts.Bool(yes), AxisLabel: &opts.AxisLabel{Width: 190, Overflow: "truncate"}}
	c.SetGlobalOptions(append(globals(r.Alt, true), charts.WithXAxisOpts(xa), charts.WithYAxisOpts(ya))...)
	c.AddSeries("trials", data, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: types.FuncStr("pastLane")}))
	return finish(c, len(r.Rows))
}

// Grid is a matrix of counts: the evidence gap map. Pages print it as a table;
// the chart library shows it as a heat map that can be zoomed.
type Grid struct {
	Alt  string
	X, Y []string
	// Cells are column, row and count.
	Cells [][3]float64
}

// Option gives the matrix to the chart library.
func (m *Grid) Option() Option {
	c := charts.NewHeatMap()
	clean := func(list []string) []string {
		out := make([]string, len(list))
		for i, n := range list {
			out[i] = show.Clip(n, 60)
		}
		return out
	}
	most := 1.0
	for _, v := range m.Cells {
		most = max(most, v[2])
	}
	xa := opts.XAxis{Type: "category", Data: clean(m.X), AxisLabel: &opts.AxisLabel{HideOverlap: opts.Bool(yes)}}
	ya := opts.YAxis{Type: "category", Data: clean(m.Y), Inverse: opts.Bool(yes), AxisLabel: &opts.AxisLabel{Width: 240, Overflow: "truncate"}}
	c.SetGlobalOptions(append(globals(m.Alt, true), charts.WithXAxisOpts(xa), charts.WithYAxisOpts(ya),
		charts.WithVisualMapOpts(opts.VisualMap{Show: opts.Bool(no), Min: 0, Max: float32(most), Calculable: opts.Bool(no),
			InRange: &opts.VisualMapInRange{Color: []string{"@blue2", "@blue"}}}))...)
	c.AddSeries("cells", nil, charts.WithLabelOpts(opts.Label{Show: opts.Bool(yes)}))
	for i := range c.MultiSeries {
		c.MultiSeries[i].Data = m.Cells
	}
	o := finish(c, len(m.Y))
	if t, ok := o["tooltip"].(map[string]any); ok {
		delete(t, "formatter")
	}
	return o
}

// finish turns a chart into plain data. Tooltips are drawn as text, never as
// HTML; the toolbox and the empty title go.
func finish(c interface {
	Validate()
	JSON() map[string]any
}, rows int) Option {
	c.Validate()
	o := c.JSON()
	delete(o, "toolbox")
	delete(o, "title")
	delete(o, "color")
	if t, ok := o["tooltip"].(opts.Tooltip); ok {
		o["tooltip"] = map[string]any{"show": true, "trigger": t.Trigger, "formatter": t.Formatter, "renderMode": "richText", "confine": true}
	}
	if rows > 0 {
		o["past"] = map[string]any{"rows": rows}
	}
	return o
}
