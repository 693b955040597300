package euctr

import (
	"fmt"
	"strconv"
	"strings"

	"past/crawler/xmltree"
	"past/internal/evidence"
)

// endPoint reads an end point with its table and analyses.
func (r *resultReader) endPoint(n *xmltree.Node, at string, index int) evidence.PostedOutcome {
	o := evidence.PostedOutcome{
		Index: index, Pointer: at, Title: text(n, "title"), Description: text(n, "description"), Unit: text(n, "unit"),
		TimeFrame: text(n, "timeFrame"),
		Type:      r.word(endPointTypes, choice(n, "type"), at+"/type/value"),
	}
	var cols []column
	each(n.Get("armReportingGroups"), at+"/armReportingGroups", "armReportingGroup", func(k *xmltree.Node, at string) {
		cols = append(cols, r.column(k, at, k.Attr("id"), r.arm(k, "armId", at)))
	})
	each(n.Get("subjectAnalysisSetReportingGroups"), at+"/subjectAnalysisSetReportingGroups", "subjectAnalysisSetReportingGroup",
		func(k *xmltree.Node, at string) {
			cols = append(cols, r.column(k, at, k.Attr("id"), r.set(k, at)))
		})
	r.table(&o, n, at, cols)
	each(n.Get("statisticalAnalyses"), at+"/statisticalAnalyses", "statisticalAnalysis", func(k *xmltree.Node, at string) {
		o.Analyses = append(o.Analyses, r.analysis(k, at))
	})
	return o
}

// column is one group of a table with its values by category.
type column struct {
	group    evidence.Group
	at       string // of the group's element
	subjects string
	comment  string
	counts   cells
	values   cells
	spreads  cells
}

// cell is an element with a value.
type cell struct {
	n  *xmltree.Node
	at string
}

// cells are the values of one kind; the category is "" in a table without.
type cells struct {
	by    map[string][]cell
	order []string
}

func (c *cells) add(n *xmltree.Node, at string) {
	id := n.Attr("categoryId")
	if c.by == nil {
		c.by = map[string][]cell{}
	}
	if _, ok := c.by[id]; !ok {
		c.order = append(c.order, id)
	}
	c.by[id] = append(c.by[id], cell{n, at})
}

// column reads the values of a group. End points have them in lists, baseline
// characteristics the continuous ones bare.
func (r *resultReader) column(n *xmltree.Node, at, id string, g evidence.Group) column {
	g.ID = id
	c := column{group: g, at: at, subjects: text(n, "subjects"), comment: text(n, "comment")}
	each(n.Get("countableValues"), at+"/countableValues", "countableValue", c.counts.add)
	each(n.Get("tendencyValues"), at+"/tendencyValues", "tendencyValue", c.values.add)
	each(n.Get("dispersionValues"), at+"/dispersionValues", "dispersionValue", c.spreads.add)
	each(n, at, "tendencyValue", c.values.add)
	each(n, at, "dispersionValue", c.spreads.add)
	return c
}

// arm is the group that an attribute names among the arms.
func (r *resultReader) arm(n *xmltree.Node, attr, at string) evidence.Group {
	id := n.Attr(attr)
	g, ok := r.arms[id]
	if !ok {
		r.note(at+"/@"+attr, fmt.Sprintf("no arm has the id %q; the group has no title", id))
	}
	return g
}

func (r *resultReader) set(n *xmltree.Node, at string) evidence.Group {
	id := n.Attr("subjectAnalysisSetId")
	g, ok := r.sets[id]
	if !ok {
		r.note(at+"/@subjectAnalysisSetId", fmt.Sprintf("no subject analysis set has the id %q; the group has no title", id))
	}
	return g
}

// table fills an outcome with what its columns hold: a class for each category.
func (r *resultReader) table(o *evidence.PostedOutcome, n *xmltree.Node, at string, cols []column) {
	t := table{reader: r, index: map[string]int{}}
	t.marks.look(o.Title, o.Description)
	each(n.Get("categories"), "", "category", func(k *xmltree.Node, _ string) {
		id, name := k.Attr("id"), text(k, "name")
		t.marks.look(name)
		if _, ok := t.index[id]; !ok {
			t.row(id, name)
		}
	})
	t.listed = len(t.rows)
	denom := evidence.Denom{Units: "Participants"}
	seen := map[string]bool{}
	var counted, valued bool
	for i := range cols {
		c := &cols[i]
		t.marks.look(c.comment)
		if c.group.ID == "" || seen[c.group.ID] {
			r.note(at, fmt.Sprintf("group %d has no id of its own (%q); it is called #%d here", i+1, c.group.ID, i+1))
			c.group.ID = "#" + strconv.Itoa(i+1)
		}
		seen[c.group.ID] = true
		o.Groups = append(o.Groups, c.group)
		if c.subjects != "" {
			denom.Counts = append(denom.Counts, evidence.DenomCount{GroupID: c.group.ID, Value: t.marks.value(c.subjects, at), Pointer: c.at +
				"/subjects"})
		}
		counted, valued = counted || len(c.counts.by) > 0, valued || len(c.values.by)+len(c.spreads.by) > 0
	}
	if len(denom.Counts) > 0 {
		o.Denoms = []evidence.Denom{denom}
	}
	r.kind(o, n, at, counted, valued)
	for i := range cols {
		t.column(&cols[i], o.DispersionType)
	}
	for _, w := range t.rows {
		if len(w.cells) > 0 {
			o.Classes = append(o.Classes, evidence.Class{Title: w.title, Categories: []evidence.Category{{Measurements: w.cells}}})
		}
	}
	r.tell(&t.marks)
}

// table gathers the rows of an outcome in the order of its categories.
type table struct {
	reader *resultReader
	marks  placeholders
	rows   []row
	index  map[string]int // by the id of the category
	listed int            // rows that the outcome lists
}

type row struct {
	title string
	cells []evidence.Measurement
}

func (t *table) row(id, title string) int {
	t.index[id] = len(t.rows)
	t.rows = append(t.rows, row{title: title})
	return len(t.rows) - 1
}

// column puts the values of a group into their rows. A category that is not
// listed gets a row of its own.
func (t *table) column(c *column, dispersion string) {
	done := map[string]bool{}
	for _, list := range []*cells{&c.counts, &c.values, &c.spreads} {
		for _, id := range list.order {
			if done[id] {
				continue
			}
			done[id] = true
			i, ok := t.index[id]
			if !ok {
				i = t.row(id, id)
				if t.listed > 0 || id != "" {
					t.reader.note(list.by[id][0].at, fmt.Sprintf("a value of the category %q, which is not listed", id))
				}
			}
			t.rows[i].cells = append(t.rows[i].cells, t.reader.measured(c, id, dispersion, &t.marks)...)
		}
	}
}

// kind reads what the values of a table are. Countable values count what the
// unit says; only where that is people are they participants.
func (r *resultReader) kind(o *evidence.PostedOutcome, n *xmltree.Node, at string, counted, valued bool) {
	o.ParamType = r.word(measures, choice(n, "centralTendencyType"), at+"/centralTendencyType/value")
	switch {
	case counted && valued:
		r.note(at, "counts and measured values in one table: what its values are is not clear")
		o.ParamType = ""
	case counted:
		o.ParamType = "Number"
		switch strings.ToLower(o.Unit) {
		case "participants", "participant", "subjects", "subject", "patients", "patient":
			o.ParamType = "Count of Participants"
		}
	}
	raw := choice(n, "dispersionType")
	o.DispersionType = r.word(dispersions, raw, at+"/dispersionType/value")
	if o.DispersionType == interval {
		if p := level(text(n, "percentage")); p != "" {
			o.DispersionType = p + "% " + interval
		}
	}
}

// level writes the percent of an interval without needless zeros; "" when it
// is none.
func level(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v > 0 && v < 100) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// measured pairs the values of a group in one row with their dispersions.
func (r *resultReader) measured(c *column, id, dispersion string, marks *placeholders) []evidence.Measurement {
	counts, values, spreads := c.counts.by[id], c.values.by[id], c.spreads.by[id]
	var out []evidence.Measurement
	for _, k := range counts {
		if s := text(k.n, "value"); s != "" {
			out = append(out, evidence.Measurement{GroupID: c.group.ID, Value: marks.value(s, k.at+"/value"), Comment: c.comment, Pointer: k.at})
		}
	}
	for i := range max(len(values), len(spreads)) {
		m := evidence.Measurement{GroupID: c.group.ID, Comment: c.comment}
		if i < len(values) {
			m.Pointer = values[i].at
			m.Value = marks.value(text(values[i].n, "value"), m.Pointer+"/value")
		}
		if i < len(spreads) {
			if m.Pointer == "" {
				m.Pointer = spreads[i].at
			}
			r.spread(&m, spreads[i], dispersion, marks)
		}
		if m.Value != "" || m.Spread != "" || m.Lower != "" || m.Upper != "" {
			out = append(out, m)
		}
	}
	if len(out) > 1 {
		r.note(out[1].Pointer, fmt.Sprintf("the group has %d values where one belongs", len(out)))
	}
	return out
}

// spread reads a dispersion: one value, or two limits. Two values of what has
// one are kept as limits, so that neither is taken for a standard deviation.
func (r *resultReader) spread(m *evidence.Measurement, c cell, dispersion string, marks *placeholders) {
	low, high := marks.value(text(c.n, "value"), c.at+"/value"), marks.value(text(c.n, "highRangeValue"), c.at+"/highRangeValue")
	two := limits[dispersion] || strings.HasSuffix(dispersion, "% "+interval)
	if high == "" && !two {
		m.Spread = low
		return
	}
	m.Lower, m.Upper = low, high
	if high != "" && !two {
		r.note(c.at, fmt.Sprintf("two values (%s, %s) of a dispersion that has one (%q)", low, high, dispersion))
	}
}
