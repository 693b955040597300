package figure

import (
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// table is the data behind the plot.
func (fo *forest) table(href func(evidence.Effect) string) Table {
	m := fo.read.Measure
	t := Table{Caption: "Data of the forest plot", Folded: true, Head: []Head{{Text: "Study"}, {Text: fo.read.Treatment + ": " + armHead(fo.f), Num: true}, {Text: "Comparator: " + armHead(fo.f), Num: true},
		{Text: "Comparator class"}, {Text: "Outcome"}, {Text: m.Symbol, Num: true}, {Text: "95% interval", Num: true}, {Text: "Weight", Num: true}, {Text: "Risk of bias"}, {Text: "Source"}}}
	factor := ""
	for _, r := range fo.rows {
		switch r.kind {
		case headingRow:
			factor = r.label
		case studyRow:
			e := r.eff
			w := Cell{Text: show.None}
			if finite(r.weight) {
				w = Cell{Text: show.Weight(r.weight), Exact: show.Raw(r.weight)}
			}
			to := href(*e)
			if len(fo.f.Effects) > many {
				to = "" // one link a row is enough
			}
			t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: r.label, Href: href(*e)}, {Text: or(Arm(e, true))}, {Text: or(Arm(e, false))}, {Text: or(fo.read.Name(e.ComparatorClass))},
				{Text: or(outcomeOf(e, fo.read.Name))}, {Text: m.Value(evidence.Value(e.Estimate)), Exact: show.Raw(m.Read(evidence.Value(e.Estimate))), Href: to},
				{Text: m.Interval(evidence.Value(e.CILower), evidence.Value(e.CIUpper)), Exact: show.Raw(m.Read(evidence.Value(e.CILower))) + " to " + show.Raw(m.Read(evidence.Value(e.CIUpper)))}, w, {Text: or(show.Clip(e.RiskOfBias, 40))}, {Text: or(sourceOf(e))}}})
		case pooledRow, otherPooledRow, predictionRow, subgroupRow:
			est := Cell{Text: m.Value(r.est), Exact: show.Raw(m.Read(r.est))}
			if r.kind == predictionRow || !r.ok {
				est = Cell{}
			}
			label := r.label
			if r.note != "" {
				label += " (" + r.note + ")"
			}
			iv := Cell{Text: show.None}
			if r.ok {
				iv = Cell{Text: m.Interval(r.lo, r.hi), Exact: show.Raw(m.Read(r.lo)) + " to " + show.Raw(m.Read(r.hi))}
			}
			if r.kind == subgroupRow {
				label = factor + ": " + label
			}
			t.Rows = append(t.Rows, Row{Class: "sum", Cells: []Cell{{Text: label}, {}, {}, {}, {}, est, iv, {}, {}, {}}})
		}
	}
	if len(fo.f.Effects) > many { // the study pages say what was measured, when, and where it was read
		const outcome = 4
		last := len(t.Head) - 1
		t.Head = slices.Delete(slices.Clone(t.Head[:last]), outcome, outcome+1)
		for i := range t.Rows {
			t.Rows[i].Cells = slices.Delete(t.Rows[i].Cells[:last], outcome, outcome+1)
		}
	}
	return t
}

func or(s string) string {
	if s == "" {
		return show.None
	}
	return s
}

// sourceOf says where an effect's numbers were read.
func sourceOf(e *evidence.Effect) string {
	s := show.Clip(e.Channel, 30)
	switch {
	case e.DOI != "":
		s += ", doi:" + show.Clip(e.DOI, 60)
	case e.RecordID != "":
		s += ", " + show.Clip(e.RecordID, 40)
	}
	return strings.TrimPrefix(s, ", ")
}

func outcomeOf(e *evidence.Effect, name func(string) string) string {
	s := show.Clip(name(e.Instrument), 40)
	when := show.Clip(e.TimepointRaw, 40)
	if when == "" && e.TimepointWeeks != nil {
		when = show.Trim(*e.TimepointWeeks, 1) + " weeks"
	}
	if s != "" && when != "" {
		return s + ", " + when
	}
	return s + when
}
