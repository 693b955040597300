package explore

import (
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"past/reports/internal/show"
)

// Kinds of an Interval, as the script draws them.
const (
	KindStudy      = 0
	KindPooled     = 1
	KindOther      = 2
	KindPrediction = 3
)

// Interval is one line of a forest-like chart. Row is its line in the table
// behind the figure.
type Interval struct {
	Name        string
	Est, Lo, Hi float64
	Size        float64 // 0…1, of the square
	Kind, Row   int
}

// Intervals is a chart of estimates with intervals under each other.
func Intervals(list []Interval, x Axis, alt string) Option {
	c := charts.NewCustom()
	names := make([]string, len(list))
	data := make([]opts.CustomData, 0, len(list))
	for i, v := range list {
		names[i] = v.Name
		data = append(data, opts.CustomData{Value: []any{brief(v.Est), i, brief(v.Lo), brief(v.Hi), brief(v.Size), v.Kind, v.Row}})
	}
	c.SetGlobalOptions(append(globals(alt, len(list) > 30, yes), charts.WithXAxisOpts(x.x()), charts.WithYAxisOpts(category(names)))...)
	c.AddSeries("studies", data, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: drawSpan}))
	o := finish(c)
	o["past"] = map[string]any{"rows": len(list), "null": x.Lo <= 0 && x.Hi >= 0}
	return o
}

// Dot is a point of a scatter chart.
type Dot struct {
	Name string
	X, Y float64
	Size float64 // diameter in pixels; 0 is the usual one
	Row  int
}

// Curve is a line through points. Class is a key of curveStyle.
type Curve struct {
	Name  string
	Class string
	X, Y  []float64
}

var curveStyle = map[string]opts.LineStyle{
	"main":  {Color: "@blue", Width: 2},
	"fit":   {Color: "@blue", Width: 2},
	"bound": {Color: "@ochre", Width: 1.5},
	"est":   {Color: "@blue", Width: 1.2, Type: "dashed"},
	"limit": {Color: "@mute", Width: 1, Type: "dashed"},
	"null":  {Color: "@ink", Width: 1},
}

// Scatter is a chart of dots with lines behind them.
func Scatter(dots []Dot, lines []Curve, x, y Axis, alt string) Option {
	c := charts.NewScatter()
	c.SetGlobalOptions(append(globals(alt, true, no), charts.WithXAxisOpts(x.x()), charts.WithYAxisOpts(y.y()))...)
	data := make([]opts.ScatterData, 0, len(dots))
	for _, d := range dots {
		size := pointRadius
		if d.Size > 0 {
			size = int(d.Size)
		}
		data = append(data, opts.ScatterData{Name: show.Clip(d.Name, 60), Value: []any{brief(d.X), brief(d.Y), d.Row}, SymbolSize: size})
	}
	c.AddSeries("studies", data, charts.WithItemStyleOpts(opts.ItemStyle{Color: "@blue", BorderColor: "@bg", BorderWidth: 1, Opacity: opts.Float(0.85)}))
	if len(lines) > 0 {
		c.Overlap(lineChart(lines))
	}
	return finish(c)
}

// Lines is a chart of curves with dots on them.
func Lines(lines []Curve, dots []Dot, x, y Axis, alt string) Option {
	if len(dots) > 0 {
		return Scatter(dots, lines, x, y, alt)
	}
	c := lineChart(lines)
	c.SetGlobalOptions(append(globals(alt, true, no), charts.WithXAxisOpts(x.x()), charts.WithYAxisOpts(y.y()))...)
	return finish(c)
}

func lineChart(lines []Curve) *charts.Line {
	c := charts.NewLine()
	for _, l := range lines {
		data := make([]opts.LineData, 0, len(l.X))
		for i := range l.X {
			data = append(data, opts.LineData{Value: []any{brief(l.X[i]), brief(l.Y[i])}})
		}
		c.AddSeries(show.Clip(l.Name, 40), data, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(no)}), charts.WithLineStyleOpts(curveStyle[l.Class]), charts.WithItemStyleOpts(opts.ItemStyle{Color: curveStyle[l.Class].Color}))
	}
	return c
}

// Heat is a density of cells: x and y names, and [x, y, value] by index. Row,
// where given, is a cell's line in the table.
type Heat struct {
	X, Y   []string
	Cells  [][3]float64
	Max    float64
	XTitle string
	YTitle string
	Labels bool
}

// Density is a heat map.
func Density(h Heat, alt string) Option {
	c := charts.NewHeatMap()
	xs := make([]string, len(h.X))
	for i, n := range h.X {
		xs[i] = show.Clip(n, 40)
	}
	ys := make([]string, len(h.Y))
	for i, n := range h.Y {
		ys[i] = show.Clip(n, 60)
	}
	xa := opts.XAxis{Type: "category", Data: xs, Name: show.Clip(h.XTitle, 60), NameLocation: "middle", NameGap: 30, AxisLabel: &opts.AxisLabel{HideOverlap: opts.Bool(yes)}}
	ya := opts.YAxis{Type: "category", Data: ys, Name: show.Clip(h.YTitle, 60), NameLocation: "middle", NameGap: 44, Inverse: opts.Bool(h.Labels), AxisLabel: &opts.AxisLabel{Width: 200, Overflow: "truncate"}}
	c.SetGlobalOptions(append(globals(alt, false, yes), charts.WithXAxisOpts(xa), charts.WithYAxisOpts(ya),
		charts.WithVisualMapOpts(opts.VisualMap{Show: opts.Bool(no), Min: 0, Max: float32(h.Max), Calculable: opts.Bool(no), InRange: &opts.VisualMapInRange{Color: []string{"@blue2", "@blue"}}}))...)
	data := make([]opts.HeatMapData, 0, len(h.Cells))
	plain := make([][3]float64, 0, len(h.Cells))
	for _, v := range h.Cells {
		data = append(data, opts.HeatMapData{Value: v})
		plain = append(plain, v)
	}
	so := []charts.SeriesOpts{}
	if h.Labels {
		so = append(so, charts.WithLabelOpts(opts.Label{Show: opts.Bool(yes)}))
	}
	c.AddSeries("cells", data, so...)
	for i := range c.MultiSeries {
		c.MultiSeries[i].Data = plain // the short form of the same data
	}
	o := finish(c)
	delete(o["tooltip"].(map[string]any), "formatter")
	return o
}

// Lane is one bar of a timeline, in years. Class indexes the statuses.
type Lane struct {
	Name     string
	From, To float64
	Class    string
	Row      int
}

// Lanes is a timeline.
func Lanes(list []Lane, x Axis, alt string) Option {
	c := charts.NewCustom()
	names := make([]string, len(list))
	data := make([]opts.CustomData, 0, len(list))
	for i, l := range list {
		names[i] = l.Name
		data = append(data, opts.CustomData{Value: []any{brief(l.From), i, brief(l.To), l.Class, l.Row}})
	}
	xa := x.x()
	xa.AxisLabel = &opts.AxisLabel{Formatter: fmtYear, HideOverlap: opts.Bool(yes)}
	xa.MinInterval = 1
	ya := category(names)
	c.SetGlobalOptions(append(globals(alt, true, yes), charts.WithXAxisOpts(xa), charts.WithYAxisOpts(ya))...)
	c.AddSeries("trials", data, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: drawLane}))
	o := finish(c)
	o["past"] = map[string]any{"rows": len(list)}
	return o
}

// Bars is a chart of horizontal bars.
func Bars(names []string, values []int, alt string) Option {
	c := charts.NewBar()
	c.SetGlobalOptions(append(globals(alt, false, yes), charts.WithXAxisOpts(opts.XAxis{Type: "value", MinInterval: 1}), charts.WithYAxisOpts(category(names)))...)
	data := make([]opts.BarData, len(values))
	for i, v := range values {
		data[i] = opts.BarData{Name: show.Clip(names[i], 60), Value: v}
	}
	c.AddSeries("trials", data, charts.WithItemStyleOpts(opts.ItemStyle{Color: "@blue"}))
	o := finish(c)
	o["past"] = map[string]any{"rows": len(names)}
	delete(o["tooltip"].(map[string]any), "formatter")
	return o
}

// BinNames writes the centres of n bins between lo and hi.
func BinNames(lo, hi float64, n int, label func(float64) string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = label(lo + (hi-lo)*(float64(i)+0.5)/float64(n))
		if out[i] == "" {
			out[i] = strconv.Itoa(i)
		}
	}
	return out
}
