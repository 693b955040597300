package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

func (s *site) findingTables(d *findingPage, read reading) {
	f := d.F
	d.Model = modelTable(f, read)
	d.Effects = s.effectsTable(f, read)
	d.Excluded = s.excludedTable(f)
	d.Missing = s.missingBrief(f.Missing[:min(missingOpen, len(f.Missing))], "Registered trials without a result here")
	if len(f.Missing) > missingOpen {
		d.MoreMissing = s.missingBrief(f.Missing[missingOpen:], "The rest of the registered trials")
	}
	d.Plans = s.switchTable(s.switchesOf(f), 60)
	d.Small = smallStudyTable(f, read)
	d.Influence = influenceTable(f)
}

// influenceTable lists case-deletion diagnostics, largest Cook's distance
// first where there are many.
func influenceTable(f *evidence.Finding) *chart.Table {
	label := labelsOf(f)
	rows := slices.Clone(f.Influence)
	const most = 20
	if len(rows) > most {
		slices.SortStableFunc(rows, func(a, b evidence.InfluenceRow) int { return cmp.Compare(b.CookD, a.CookD) })
		rows = rows[:most]
	}
	t := chart.NewTable("Case-deletion diagnostics", "Study", "#Studentised residual", "#DFFITS", "#Cook's distance", "#Covariance ratio",
		"#tau² without it", "#Q without it", "#Leverage", "Marked")
	num := func(x float64) chart.Cell { return chart.Digits(show.Fixed(x, 2), &x) }
	for _, r := range rows {
		mark := ""
		if r.Influential {
			mark = "influential"
		}
		t.Add(label(r.EffectID), num(r.RStudent), num(r.DFFITS), num(r.CookD), num(r.CovR),
			chart.Digits(show.Fixed(r.Tau2Del, 3), &r.Tau2Del), num(r.QEDel), num(r.Hat), mark)
	}
	return t.OrNil()
}

// modelTable prints the primary result with the digits needed to check it.
func modelTable(f *evidence.Finding, read reading) *chart.Table {
	r := &f.Primary
	if r.Estimate == nil {
		return nil
	}
	m := read.Measure
	t := chart.NewTable(fittedCaption(f), "Quantity", "#Value", "Note")
	row := func(name, value, exact, note string) {
		t.Add(name, chart.Cell{Text: value, Exact: exact}, note)
	}
	raw := show.RawP
	both := func(a, b *float64) string {
		if a == nil || b == nil {
			return ""
		}
		return raw(a) + " to " + raw(b)
	}
	scale := "as analysed"
	if m.Ratio {
		scale = "ratio; analysed as natural logarithm"
	}
	row(m.Name, m.Exact(r.Estimate), raw(r.Estimate), scale)
	row("95% interval", m.ExactInterval(r.CILower, r.CIUpper), both(r.CILower, r.CIUpper), modelName(r))
	if r.Guarded() {
		row("95% interval without the guard", m.ExactInterval(r.UnguardedLow, r.UnguardedHigh), both(r.UnguardedLow, r.UnguardedHigh),
			"narrower than a common-effect model: a footnote")
	}
	if h := &f.Headline; h.Kind == evidence.HeadlineSmall {
		row("Shown instead", m.ExactInterval(h.Lower, h.Upper), both(h.Lower, h.Upper), show.Prose(show.Clip(h.Note, 240)))
	}
	row("Standard error", show.FixedP(r.SE, 4), raw(r.SE), onLog(m))
	row("p-value", show.PCell(r.P), raw(r.P), "of no effect")
	if r.K > 1 {
		row("95% prediction interval", m.ExactInterval(r.PILower, r.PIUpper), both(r.PILower, r.PIUpper), show.Prose(show.Clip(r.PIRule, 80)))
		note := onLog(m)
		if r.Tau2Low != nil && r.Tau2Up != nil {
			note = strings.TrimSpace("95% interval " + show.FixedP(r.Tau2Low, 3) + " to " + show.FixedP(r.Tau2Up, 3) + " " + note)
		}
		row("Between-study variance (tau²)", show.FixedP(r.Tau2, 4), raw(r.Tau2), note)
		row("I² from Q", pct1(r.I2Q), raw(r.I2Q), "(Q − df) / Q")
		row("I² from tau²", pct1(r.I2Tau2), raw(r.I2Tau2), "tau² / (tau² + typical variance)")
		row("Q", show.FixedP(r.Q, 2), raw(r.Q), fmt.Sprintf("%s, p %s", show.Plural(max(r.K-1, 0), "degree of freedom", "degrees of freedom"),
			show.PRel(r.QP)))
	}
	row("Studies", show.Int(r.K), "", "")
	row("Participants", r.N.String(), "", "each person counted once")
	row("Effect formulas", formulaName(r.Formula), "", "")
	return &t
}

// fittedCaption names the table of the fitted model.
func fittedCaption(f *evidence.Finding) string {
	switch f.Headline.Kind {
	case evidence.HeadlinePooled:
		return "The pooled result in full"
	case evidence.HeadlineStudy:
		return "The study's result in full"
	}
	return "The fitted model in full"
}

func pct1(x *float64) string {
	if x == nil {
		return show.None
	}
	return show.Fixed(*x, 1) + "%"
}

func onLog(m show.Measure) string {
	if m.Ratio {
		return "on the log scale"
	}
	return ""
}

func (s *site) effectsTable(f *evidence.Finding, read reading) *chart.Table {
	if len(f.Effects) > 60 {
		return nil // of a long finding, the forest plot's table leads to each
	}
	m := read.Measure
	t := chart.NewTable("Effects and where they come from", "Study", "#"+m.Symbol, "#Standard error", "Inputs", "Read from",
		"Reason it may be used", "Flags")
	says := map[string]string{}
	for _, x := range f.Flagged {
		says[x.EffectID] = x.Says()
	}
	for i := range f.Effects {
		e := &f.Effects[i]
		from := show.Clip(e.Channel, 30)
		if e.DOI != "" {
			from += ", doi:" + show.Clip(e.DOI, 60)
		} else if e.RecordID != "" {
			from += ", " + show.Clip(e.RecordID, 40)
		}
		if e.Channel == "paper" && e.Source != "" && !strings.Contains(e.Source, cmp.Or(e.DOI, "?")) {
			from += "; read in " + show.Clip(e.Source, 160)
		}
		to := s.effectHref(*e)
		t.Add(chart.Link(effectLabel(e), to), chart.Cell{Text: m.ValueP(e.Estimate), Exact: show.RawP(e.Estimate), Href: to},
			chart.Digits(show.FixedP(e.SE, 3), e.SE), inputsInWords(e), from, show.Clip(e.Reason, 200),
			cmp.Or(show.Prose(show.Clip(says[e.ID], 600)), show.None))
	}
	return t.OrNil()
}

// inputNames are the columns of an extraction in words.
var inputNames = map[string]string{"n": "n", "mean": "mean", "sd": "SD", "events": "events", "total": "of"}

// inputsInWords lists the numbers that an effect was made from, rounded for
// reading; the study's page has every digit.
func inputsInWords(e *evidence.Effect) string {
	var arms [2][]string
	var rest []string
	for i, in := range e.Inputs {
		if i == 14 {
			rest = append(rest, "…")
			break
		}
		name := show.Clip(in.Name, 20)
		stem := strings.TrimRight(name, "12")
		word, known := inputNames[stem]
		value := show.Clip(in.Raw, 20)
		if len([]rune(value)) > 6 || strings.Contains(value, ",") {
			value = show.Trim(in.Value, 3)
		}
		if people := eventsOf(e, name); people != nil && math.Abs(*people-in.Value) > 0.005 { // a share was stated
			value = show.Trim(*people, 1) + " (worked out from " + value + ")"
		}
		switch {
		case known && strings.HasSuffix(name, "1"):
			arms[0] = append(arms[0], word+" "+value)
		case known && strings.HasSuffix(name, "2"):
			arms[1] = append(arms[1], word+" "+value)
		default:
			rest = append(rest, name+" "+value)
		}
	}
	var parts []string
	if len(arms[0]) > 0 {
		parts = append(parts, "treatment "+strings.Join(arms[0], ", "))
	}
	if len(arms[1]) > 0 {
		parts = append(parts, "comparator "+strings.Join(arms[1], ", "))
	}
	if len(rest) > 0 {
		parts = append(parts, strings.Join(rest, ", "))
	}
	return strings.Join(parts, "; ")
}

// eventsOf is how many people with the event an effect counts in the arm of an
// input, nil for another input.
func eventsOf(e *evidence.Effect, input string) *float64 {
	switch input {
	case "events1":
		return e.Event1
	case "events2":
		return e.Event2
	}
	return nil
}

func (s *site) excludedTable(f *evidence.Finding) *chart.Table {
	const most = 60
	t := chart.NewTable(show.Plural(len(f.Excluded), "row was", "rows were")+" looked at and left out, with reasons", "Row",
		"Left out for", "Reason")
	for i, x := range f.Excluded {
		if i == most {
			t.Add(fmt.Sprintf("and %s more", show.Int(len(f.Excluded)-most)), "", "the finding's data file has all")
			break
		}
		label := x.Label
		if label == "" {
			label = x.StudyID
		}
		t.Add(chart.Link(show.Clip(label, 160), s.studPath[x.StudyID]), cmp.Or(s.names["left out: "+x.Code], show.Clip(x.Code, 60)),
			show.Clip(x.Reason, 400))
	}
	return t.OrNil()
}

// switchesOf are the changes of plan of the trials that a finding pools or
// misses.
func (s *site) switchesOf(f *evidence.Finding) []Switch {
	in := map[string]bool{}
	for i := range f.Effects {
		in[studyOf(&f.Effects[i])] = true
	}
	for _, m := range f.Missing {
		in[m.StudyID], in[m.RecordID] = true, true
	}
	delete(in, "")
	var out []Switch
	for _, x := range s.Ed.Switches {
		if in[x.StudyID] || in[x.RecordID] {
			out = append(out, x)
		}
	}
	return out
}

// switchTable lists changes of plans; nil when there are none.
func (s *site) switchTable(list []Switch, most int) *chart.Table {
	t := chart.NewTable("Changes of plan in the register", "Trial", "Date", "What changed", "Before", "After", "When")
	for i, x := range list {
		if i == most {
			t.Add(fmt.Sprintf("and %s more", show.Int(len(list)-most)), "", "on the pages of the studies", "", "", "")
			break
		}
		t.Add(chart.Link(show.Clip(x.RecordID, 60), cmp.Or(s.studPath[x.StudyID], s.RecordHref(x.RecordID))), orDash(show.Clip(x.Date, 20)),
			show.First(show.Clip(x.Kind, 60)), orDash(show.Clip(x.Before, 400)), orDash(show.Clip(x.After, 400)), show.Clip(x.Timing, 40))
	}
	return t.OrNil()
}

// whyMissing is why a trial has no result, with the dates or the reason and the
// question that pools it elsewhere.
func (s *site) whyMissing(m evidence.MissingTrial, most int) string {
	why := show.Clip(m.Reason(), 120)
	if m.Detail != "" && !strings.EqualFold(m.Detail, m.Why) {
		why += ": " + show.Prose(show.Clip(strings.TrimPrefix(m.Detail, "its report of this outcome is not pooled here: "), most))
	}
	return why + s.pooledFor(m)
}

// pooledFor names the question for which a missing trial is pooled; "" where none.
func (s *site) pooledFor(m evidence.MissingTrial) string {
	if len(m.PooledIn) == 0 {
		return ""
	}
	name := m.PooledIn[0]
	for i := range s.Ed.Findings {
		if s.Ed.Findings[i].ID == name {
			name = titleOf(&s.Ed.Findings[i])
			break
		}
	}
	out := "; pooled for “" + show.Clip(name, 120) + "”"
	if n := len(m.PooledIn) - 1; n > 0 {
		out += " and " + show.Plural(n, "other question", "other questions")
	}
	return out
}

func (s *site) missingHref(m evidence.MissingTrial) string {
	if p := s.studPath[m.StudyID]; p != "" {
		return p
	}
	return s.RecordHref(m.RecordID)
}

func smallStudyTable(f *evidence.Finding, read reading) *chart.Table {
	m := read.Measure
	t := chart.NewTable("Small-study effects and selection", "Analysis", "#k", "#Statistic", "#p", "#Adjusted effect", "Limit")
	for _, r := range f.SmallStudy {
		limit := show.Clip(r.Limit, 400)
		if !r.Shown && limit == "" {
			limit = "not run"
		}
		est := show.None
		if r.Estimate != nil {
			est = m.Full(r.Estimate, r.CILower, r.CIUpper)
		}
		t.Add(show.Clip(r.Name, 120), show.Int(r.K), show.FixedP(r.Statistic, 2), show.PCell(r.P), est, orDash(limit))
	}
	return t.OrNil()
}

// twelve keeps twelve significant digits: more than any figure shows.
func twelve(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil {
		return x
	}
	return y
}

// labelsOf names effects by their id.
func labelsOf(f *evidence.Finding) func(id string) string {
	by := map[string]string{}
	for i := range f.Effects {
		by[f.Effects[i].ID] = effectLabel(&f.Effects[i])
	}
	return func(id string) string { return cmp.Or(by[id], show.Clip(id, 60)) }
}

// missingOpen is how many missing trials a finding's page lists; the rest is folded.
const missingOpen = 8

// missingBrief lists trials without a result in a line each; nil when there are none.
func (s *site) missingBrief(list []evidence.MissingTrial, caption string) *chart.Table {
	t := chart.NewTable(caption, "Trial", "Why there is no result", "#Planned", "Completion")
	for _, m := range list {
		t.Add(chart.Link(show.Clip(m.RecordID, 60), s.missingHref(m)), s.whyMissing(m, 160), planned(m.PlannedN),
			cmp.Or(show.Clip(m.Completion, 30), "?"))
	}
	return t.OrNil()
}

// planned prints a planned size; what the register does not state is a question mark.
func planned(n *int) string {
	if n == nil {
		return "?"
	}
	return show.Int(*n)
}
