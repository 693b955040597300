package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

type harmsData struct {
	Total   int
	Figures []figView
	Groups  []tableGroup
	More    string
}

// harmBrief are the harms of a treatment in three lines.
type harmBrief struct {
	Lines []named
	Href  string
}

// harmBrief is nil where the edition holds no harm rows of the substance.
func (s *site) harmBrief(substance string) *harmBrief { return nil }

// harmRowsPerGroup bounds a table of adverse events on the summary page; study
// pages and downloads have the rest.
const harmRowsPerGroup = 60

func (s *site) harmsPage() {
	p := &page{Path: "harms.html", Name: "harms", Title: "Adverse events", Nav: "harms.html"}
	s.add(p)
	d := &harmsData{Total: len(s.Ed.Harms)}
	var order []string
	by := map[string][]*evidence.HarmRow{}
	for i := range s.Ed.Harms {
		h := &s.Ed.Harms[i]
		if _, ok := by[h.Substance]; !ok {
			order = append(order, h.Substance)
		}
		by[h.Substance] = append(by[h.Substance], h)
	}
	for i, sub := range order {
		rows := slices.Clone(by[sub])
		slices.SortStableFunc(rows, func(a, b *evidence.HarmRow) int {
			return cmp.Or(boolOrder(is(b.Serious), is(a.Serious)), cmp.Compare(peopleOf(b), peopleOf(a)), strings.Compare(a.Term, b.Term), strings.Compare(a.Label, b.Label))
		})
		serious, unstated := 0, 0
		for _, r := range rows {
			switch {
			case r.Serious == nil:
				unstated++
			case *r.Serious:
				serious++
			}
		}
		grave := show.Int(serious) + " of them serious"
		if unstated == len(rows) {
			grave = "whether they were serious is not stated"
		} else if unstated > 0 {
			grave += "; not stated for " + show.Int(unstated)
		}
		name := cmp.Or(s.Name(sub), "Substance not said")
		g := tableGroup{Anchor: fmt.Sprintf("sub%d", i+1), Name: show.First(name), Table: harmTable("Adverse events reported with "+name, rows, harmRowsPerGroup, s.studPath)}
		g.Note = fmt.Sprintf("%s, %s. Serious events first, then by people affected in an arm.", show.Plural(len(rows), "row", "rows"), grave)
		if len(rows) > harmRowsPerGroup {
			g.Note += fmt.Sprintf(" The first %d are shown; study pages and downloads have all.", harmRowsPerGroup)
		}
		d.Groups = append(d.Groups, g)
	}
	p.Data = d
}

// is reports whether a source says yes; silence is no yes.
func is(b *bool) bool { return b != nil && *b }

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func peopleOf(h *evidence.HarmRow) int {
	switch {
	case h.Affected != nil:
		return *h.Affected
	case h.Events != nil:
		return *h.Events
	}
	return -1
}

// harmTable prints counts as they were given; what was not stated stays a dash.
func harmTable(caption string, rows []*evidence.HarmRow, most int, link map[string]string) chart.Table {
	t := chart.Table{Caption: caption, Head: columns("Term", "Study", "Arm", "#People", "#At risk", "#Events", "When", "Notes")}
	for i, h := range rows {
		if i == most {
			t.Lines = append(t.Lines, chart.TableLine{Cells: cells(fmt.Sprintf("and %s more rows", show.Int(len(rows)-most)), "", "", "", "", "", "", "")})
			break
		}
		term := show.Clip(h.Term, 120)
		if is(h.Serious) {
			term += " (serious)"
		}
		arm := strings.TrimSpace(show.Clip(strings.ReplaceAll(h.Arm, "_", " "), 80) + " " + show.Clip(h.Dose, 40))
		if is(h.Control) {
			arm += " (comparator)"
		}
		var notes []string
		if h.Threshold != "" {
			notes = append(notes, "listed from "+show.Clip(h.Threshold, 20)+"%")
		}
		notes = append(notes, clipAll(h.Flags, 160)...)
		t.Lines = append(t.Lines, chart.TableLine{Cells: []chart.Cell{{Text: orDash(term)}, {Text: show.Clip(cmp.Or(h.Label, h.StudyID), 100), Href: link[h.StudyID]}, {Text: orDash(arm)}, {Text: show.IntP(h.Affected)}, {Text: show.IntP(h.AtRisk)},
			{Text: show.IntP(h.Events)}, {Text: orDash(show.Clip(h.Window, 60))}, {Text: strings.Join(notes, "; ")}}})
	}
	return t
}

func robTable(rows []RiskOfBiasRow, link map[string]string) *chart.Table {
	if len(rows) == 0 {
		return nil
	}
	t := &chart.Table{Caption: "Risk of bias, as judged", Head: columns("Study", "D1 randomisation", "D2 deviations", "D3 missing data", "D4 measurement", "D5 selection", "Overall", "Tool, judge")}
	for _, r := range rows {
		c := []chart.Cell{{Text: show.Clip(cmp.Or(r.Label, r.StudyID), 120), Href: link[r.StudyID]}}
		for i := range 5 {
			v := ""
			if i < len(r.Domains) {
				v = r.Domains[i]
			}
			c = append(c, chart.Cell{Text: orDash(show.Clip(v, 30))})
		}
		who := strings.Trim(strings.Join([]string{show.Clip(r.Tool, 30), show.Clip(r.JudgedBy, 60), show.Clip(r.Date, 20)}, ", "), ", ")
		t.Lines = append(t.Lines, chart.TableLine{Cells: append(c, chart.Cell{Text: orDash(show.Clip(r.Overall, 30))}, chart.Cell{Text: orDash(strings.ReplaceAll(who, ", ,", ","))})})
	}
	return t
}
