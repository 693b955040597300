package reports

import (
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// whoAndWhen are the facts of the box "Who and when", as the pooled effects
// state them; what none states is left out.
func (s *site) whoAndWhen(f *evidence.Finding) []named {
	var out []named
	add := func(name, value string) {
		if value != "" {
			out = append(out, named{Name: name, Value: value})
		}
	}
	of := func(get func(*evidence.Effect) string) string {
		var order []string
		n := map[string]int{}
		for i := range f.Effects {
			v := get(&f.Effects[i])
			if v == "" {
				continue
			}
			if n[v] == 0 {
				order = append(order, v)
			}
			n[v]++
		}
		slices.SortStableFunc(order, func(a, b string) int { return n[b] - n[a] })
		const most = 4
		var parts []string
		for i, v := range order {
			if i == most {
				parts = append(parts, fmt.Sprintf("%d more", len(order)-most))
				break
			}
			if len(order) > 1 {
				v = fmt.Sprintf("%d %s", n[v], v)
			}
			parts = append(parts, v)
		}
		return strings.Join(parts, ", ")
	}
	size := people(&f.Primary)
	if d := of(func(e *evidence.Effect) string { return s.Name(e.Design) }); d != "" {
		size += ": " + d
	}
	add("Studies", size)
	add("People", s.populations(f))
	add("Compared with", of(func(e *evidence.Effect) string { return s.Name(e.ComparatorClass) }))
	add("Measured", weeks(f))
	return out
}

// populations are the people of a finding: its condition, and which studies were
// of people with another illness.
func (s *site) populations(f *evidence.Finding) string {
	other := 0
	for i := range f.Effects {
		if f.Effects[i].PopulationClass == "other-illness" {
			other++
		}
	}
	t := s.Name(f.Condition)
	switch {
	case other > 0 && other == len(f.Effects):
		return "people with another illness"
	case other > 0:
		t = strings.TrimPrefix(t+"; ", "; ") + countVerb(other, "study", "studies") + " of people with another illness"
	}
	return t
}

// weeks says when the outcome was measured, as the sources count it.
func weeks(f *evidence.Finding) string {
	lo, hi, n := 0.0, 0.0, 0
	for i := range f.Effects {
		if w := f.Effects[i].TimepointWeeks; w != nil {
			if n == 0 || *w < lo {
				lo = *w
			}
			if n == 0 || *w > hi {
				hi = *w
			}
			n++
		}
	}
	switch {
	case n == 0:
		return ""
	case lo == hi:
		return "week " + show.Trim(lo, 1) + ", as the sources count"
	}
	return "weeks " + show.Trim(lo, 1) + " to " + show.Trim(hi, 1) + ", as the sources count"
}

// biasBars are the judgements of the risk of bias as bars by weight.
type biasBars struct {
	names []string
	parts [][4]float64 // low, some concerns, high, not judged; percent of the weight
	alt   string
	table chart.Table
}

func (s *site) biasBars(f *evidence.Finding) (biasBars, bool) {
	b := biasBars{names: []string{"Randomisation", "Deviations", "Missing data", "Measurement", "Selection", "Overall"}}
	b.parts = make([][4]float64, len(b.names))
	kind := func(j string) int { return map[string]int{"low": 0, "some": 1, "high": 2, "": 3}[chart.Judged(j)] }
	any := false
	for i := range f.Effects {
		e := &f.Effects[i]
		w, ok := weightOf(&f.Primary, e.ID)
		if !ok {
			if len(f.Effects) > 1 {
				return b, false
			}
			w = 100
		}
		any = any || e.RiskOfBias != ""
		for d := range b.names {
			j := e.RiskOfBias
			if d < 5 {
				j = ""
				if d < len(e.RoBDomains) {
					j = e.RoBDomains[d]
				}
			}
			b.parts[d][kind(j)] += w
		}
	}
	if !any {
		return b, false
	}
	b.table = chart.Table{Caption: "Risk of bias, percent of the weight", Head: columns("Domain", "#Low", "#Some concerns", "#High", "#Not judged")}
	for d, n := range b.names {
		c := []chart.Cell{{Text: n}}
		for _, v := range b.parts[d] {
			c = append(c, chart.Cell{Text: show.Fixed(v, 0), Exact: show.Raw(v)})
		}
		b.table.Lines = append(b.table.Lines, chart.TableLine{Cells: c})
	}
	o := b.parts[5]
	b.alt = fmt.Sprintf("Overall risk of bias by weight: low %s, some concerns %s, high %s, not judged %s.", show.Percent(o[0]), show.Percent(o[1]), show.Percent(o[2]), show.Percent(o[3]))
	return b, true
}

func (b *biasBars) lay(w float64) *chart.Pic {
	const h, left = 22.0, 100.0
	g := chart.New(w, 8+h*float64(len(b.names))+22)
	for d, n := range b.names {
		y := 4 + h*float64(d)
		class := "sm"
		if d == 5 {
			class = "bs"
		}
		g.Text(0, y+15, chart.Start, class, n)
		x := left
		for k, v := range b.parts[d] {
			bw := (w - left - 2) * v / 100
			if bw <= 0 {
				continue
			}
			g.Rect(x, y+3, bw, h-7, []string{"rl", "rm", "rh", "l-unk"}[k])
			if sign := []string{"+", "−", "×", "?"}[k]; bw > 26 {
				cl := "bs"
				g.Text(x+bw/2, y+16, chart.Middle, cl+[]string{"", "", " inv", ""}[k], sign+" "+show.Percent(v))
			}
			x += bw
		}
	}
	g.Text(0, g.H-4, chart.Start, "xs", "+ low, − some concerns, × high, ? not judged; width by weight")
	return g
}
