package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"path"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

// findingPage is what the template of a finding is given.
type findingPage struct {
	F                *evidence.Finding
	Title            string // the finding's name
	Ask, Answer      string
	Crumbs           []linked
	Fresh            string
	Alerts           []alert
	Notices          []noticeView
	NoticeLine       string
	Much             muchView
	Cert             certView
	Steps            []stepView
	Who              []named
	Rail             []linked
	Forest           *figView
	Sentence         string
	Bans, MoreBans   []string
	Limits           []string
	CertText         string
	Bias             *figView
	Holds, FewNote   string
	Series, Spec     *figView
	Plots, Method    []figView
	MissingText      string
	Bound            string
	Missing, Plans   *chart.Table
	MoreMissing      *chart.Table
	Harms            *harmBrief
	Model, Effects   *chart.Table
	Excluded         *chart.Table
	Influence, Small *chart.Table
	Explain          []string
	Warnings         []string
	Flow             *figView
	Cite             citeView
	Before           []linked
	JSON             string
	Files            []fileView
}

type alert struct{ Head, Text string }

// muchView is the box "How much".
type muchView struct {
	Strip        *figView
	Value, Under string
	Terms        string // what g is, once
	Points       string
	Hundred      string
	Risk         string // of the comparator, and where it comes from
	Icons        template.HTML
	HundredOf    *linked
	Footnote     string
}

// stepView is one domain of the certainty: its step and its reason in a line.
type stepView struct {
	Name, Steps, Reason string
	Numbers             string // what the rule was applied to
	None                bool   // no step was taken
}

// findingPage lays out the page of a finding with a number; one without has a
// page of at most 120 words.
func (s *site) findingPage(f *evidence.Finding) *page {
	p := &page{Path: s.findPath[f.ID], Name: "finding", Title: titleOf(f), Nav: "index.html",
		Description: sentence(cmp.Or(f.Sentences.Answer, f.Sentences.Plain), 300)}
	s.add(p)
	if f.Headline.Estimate == nil && len(f.Effects) == 0 {
		p.Name = "nonumber"
		p.Data = s.emptyFinding(p, f)
		return p
	}
	read := readingOf(f, s.Name)
	d := &findingPage{F: f, Title: titleOf(f), Ask: sentence(cmp.Or(f.Sentences.Ask, titleOf(f)), 200),
		Answer: sentence(cmp.Or(f.Sentences.Answer, f.Sentences.Plain), 400),
		Crumbs: s.crumbs(f), Fresh: s.fresh(f), Alerts: alertsOf(f), Cert: certOf(f.Certainty), Warnings: proseAll(warningsOf(f), 600)}
	d.Notices, d.NoticeLine = p.notices(f.Notices), noticeLine(f.Notices)
	d.Much = s.much(p, f, read)
	d.Steps = stepsOf(&f.Certainty)
	d.Who = s.whoAndWhen(f)
	s.findingFigures(p, d, read)
	s.findingWords(d, read)
	s.findingTables(d, read)
	d.Harms = s.harmBrief(f.Substance)
	d.Cite = s.citeView(f.ID, d.Title, d.Sentence)
	d.Before = s.citedBefore(f.ID)
	if !s.single {
		stem := strings.TrimSuffix(path.Base(p.Path), ".html")
		d.JSON = stem + ".json"
		d.Files = s.findingFiles(p, f)
	}
	d.Rail = railOf(d)
	p.Data = d
	return p
}

func (s *site) crumbs(f *evidence.Finding) []linked {
	out := []linked{{Path: "index.html", Name: "Findings"}}
	if n := s.Name(f.Substance); n != "" {
		out = append(out, linked{Path: "index.html#matrix", Name: n})
	}
	if n := s.Name(f.Condition); n != "" {
		out = append(out, linked{Name: n})
	}
	return out
}

// fresh says how new a finding is and whether it moved.
func (s *site) fresh(f *evidence.Finding) string {
	t := "Edition " + show.Clip(s.Ed.ID, 40)
	if s.Ed.Date != "" {
		t += ", data to " + show.Clip(s.Ed.Date, 20)
	}
	if s.Ed.PreviousEdition == "" {
		return t
	}
	for _, c := range s.Ed.Changes {
		if c.Subject == f.ID && c.Moved {
			return t + " · changed since edition " + show.Clip(s.Ed.PreviousEdition, 40)
		}
	}
	return t + " · no conclusion changed since edition " + show.Clip(s.Ed.PreviousEdition, 40)
}

// much is the size of the effect: the strip, the estimate, and what it means
// where the finding carries that.
func (s *site) much(p *page, f *evidence.Finding, read reading) muchView {
	var v muchView
	pr, h := &f.Primary, &f.Headline
	lo, hi, ok := h.Interval()
	if !ok {
		v.Value, v.Under = "Not pooled", "the studies are shown one by one"
		if h.Note != "" {
			v.Under = sentence(h.Note, 240)
		}
		v.Strip, v.Points = s.apart(p, f, read)
		return v
	}
	v.Value = read.Symbol + " " + read.Full(h.Estimate, h.Lower, h.Upper)
	v.Under = read.side(*h.Estimate)
	if h.IncludesNull() {
		v.Under = "the interval includes no effect"
	}
	v.Under = show.First(v.Under) + map[evidence.HeadlineKind]string{evidence.HeadlinePooled: "; 95% interval",
		evidence.HeadlineSmall: "; small-sample answer with 95% credible interval",
		evidence.HeadlineStudy: "; one study with its 95% interval"}[h.Kind]
	v.Terms = meaning(read)
	if a := f.Absolute; a != nil {
		v.Points = pointsLine(a.Points)
		v.Hundred, v.Risk, v.Icons = hundredLine(a, read.treatment)
	}
	if v.Hundred == "" {
		if g := s.sibling(f); g != nil {
			v.Hundred = siblingLine(f, g, s.Name)
			v.HundredOf = &linked{Path: s.findPath[g.ID], Name: s.outcomeRow(g)}
		}
	}
	strip := chart.Rows{ID: "strip", Title: "The estimate on its axis", Axis: read.axis(f),
		Rows: []chart.Row{{Line: -1, Marks: []chart.Mark{{Shape: chart.Diamond, Est: *h.Estimate, Lo: lo, Hi: hi}}}}}
	must := []float64{0, lo, hi}
	if b := strip.Axis.Band; b != nil {
		must = append(must, b.At*1.25)
	}
	if h.Predicts(pr.Tau2, pr.PILower, pr.PIUpper) {
		must = append(must, *pr.PILower, *pr.PIUpper)
		strip.Rows[0].Marks = append([]chart.Mark{{Shape: chart.Bar, Est: *pr.Estimate, Lo: *pr.PILower, Hi: *pr.PIUpper}},
			strip.Rows[0].Marks...)
		v.Footnote = "Thin bar: 95% prediction interval " + read.Interval(*pr.PILower, *pr.PIUpper) + ", where a new, similar study would lie."
	}
	strip.Fit(must...)
	strip.Alt = fmt.Sprintf("%s %s on its axis.", read.Symbol, read.Full(h.Estimate, h.Lower, h.Upper))
	fig := figView{ID: "strip", Title: strip.Title, Alt: strip.Alt, P: p}
	fig.Wide = p.svg(strip.Strip(), fig, "strip", chart.Axis{})
	v.Strip = &fig
	return v
}

// apart draws studies that are not pooled on one axis and says how far they run.
func (s *site) apart(p *page, f *evidence.Finding, read reading) (*figView, string) {
	strip := chart.Rows{ID: "strip", Title: "The studies on their axis", Axis: read.axis(f)}
	var low, high *evidence.Effect
	for i := range f.Effects {
		e := &f.Effects[i]
		if e.Estimate == nil || e.CILower == nil || e.CIUpper == nil {
			continue
		}
		strip.Rows = append(strip.Rows, chart.Row{Line: -1, Marks: []chart.Mark{{Shape: chart.Dot, Est: *e.Estimate, Lo: *e.CILower,
			Hi: *e.CIUpper}}})
		if low == nil || *e.Estimate < *low.Estimate {
			low = e
		}
		if high == nil || *e.Estimate > *high.Estimate {
			high = e
		}
	}
	if low == nil || len(strip.Rows) > 4 {
		return nil, ""
	}
	strip.Fit(0)
	text := fmt.Sprintf("Single studies run from %s %s (%s) to %s (%s).", read.Symbol, read.Full(low.Estimate, low.CILower, low.CIUpper),
		effectLabel(low), read.Full(high.Estimate, high.CILower, high.CIUpper), effectLabel(high))
	fig := figView{ID: "strip", Title: strip.Title, Alt: text, P: p}
	fig.Wide = p.svg(strip.Strip(), fig, "strip", chart.Axis{})
	return &fig, text
}

// meaning explains a measure in one line, once on the page.
func meaning(r reading) string {
	switch {
	case r.Symbol == "g":
		return "g is the difference in standard deviations: 0.2 small, 0.5 moderate, 0.8 large."
	case r.Symbol == "RR":
		return "RR is how many times as likely the outcome is with the treatment; 1 is no difference."
	case r.Symbol == "OR":
		return "OR is the ratio of the odds of the outcome; 1 is no difference."
	case r.Symbol == "MD":
		return "MD is the difference between groups in points of the scale."
	}
	return ""
}

func stepsOf(c *evidence.Certainty) []stepView {
	var out []stepView
	for _, d := range c.Domains {
		v := stepView{Name: show.First(show.Clip(d.Name, 60)), Steps: stepsWord(d.Steps), Reason: sentence(d.Plain, 120),
			Numbers: sentence(bare(d.Inputs), 240), None: d.Steps == 0}
		switch {
		case notRated(d) && v.None:
			v.Steps = "not rated"
		case v.Reason == "":
			v.Reason, v.Numbers = v.Numbers, ""
		}
		out = append(out, v)
	}
	return out
}

// bare leaves out what a text has in brackets of the round kind: the sources of
// its numbers, which the method page names.
func bare(t string) string {
	var b strings.Builder
	depth := 0
	for _, r := range t {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer(" ;", ";", " ,", ",", " .", ".").Replace(strings.Join(strings.Fields(b.String()), " "))
}

func stepsWord(x float64) string {
	if x == 0 {
		return "no step"
	}
	return show.Trim(x, 1)
}

// findingFigures draws what a finding carries; a part that it lacks has no figure.
func (s *site) findingFigures(p *page, d *findingPage, read reading) {
	f := d.F
	if r, ok := s.forest(f, s.effectHref); ok {
		v := p.rows(r)
		if r.Live && !s.opt.NoLibrary {
			v.Live = s.work(f, read)
		}
		v.Full = &linked{Path: strings.TrimSuffix(p.Path, ".html") + ".csv", Name: "the studies as CSV"}
		d.Forest = &v
	}
	if r, ok := s.biasBars(f); ok {
		v := figView{ID: "bias", Title: "Risk of bias by " + r.by(), Alt: r.alt, P: p, Table: r.table, Small: true}
		v.Wide = p.svg(r.lay(460), v, "wide", chart.Axis{})
		v.Narrow = p.svg(r.lay(356), v, "narrow", chart.Axis{})
		d.Bias = &v
	}
	d.Holds = holds(f, read)
	if r, ok := s.series(f); ok {
		v := p.rows(r)
		d.Series = &v
	}
	if c, ok := s.specCurve(f); ok {
		v := p.xy(c)
		d.Spec = &v
	}
	list, why := s.smallPlots(f)
	d.FewNote = why
	for _, c := range list {
		d.Plots = append(d.Plots, p.xy(c))
	}
	for _, c := range s.methodPlots(f) {
		d.Method = append(d.Method, p.xy(c))
	}
	if c, has := s.Ed.PrismaByFinding[f.ID]; has {
		v := p.flow(c, "flow", "Flow of records for this question")
		d.Flow = &v
	}
}

// work is what the page's script refits with: effects and variances, and the
// published result in words.
func (s *site) work(f *evidence.Finding, read reading) template.JS {
	type row struct {
		Key    string  `json:"k"`
		Label  string  `json:"label"`
		Y      float64 `json:"y"`
		V      float64 `json:"v"`
		Year   int     `json:"year"`
		Weight float64 `json:"w"`
		Bias   int     `json:"bias"`
	}
	rows := make([]row, 0, len(f.Effects))
	for i := range f.Effects {
		e := &f.Effects[i]
		w, _ := weightOf(&f.Primary, e.ID)
		if !chart.Finite(w) {
			w = 0
		}
		rows = append(rows, row{show.Slug(e.ID), show.Clip(effectLabel(e), 80), twelve(evidence.Value(e.Estimate)),
			twelve(evidence.Value(e.Variance)), e.Year, chart.Brief(w), map[string]int{"low": 1, "some": 2,
				"high": 3}[chart.Judged(e.RiskOfBias)]})
	}
	test := "knha"
	if f.Primary.Test == "z" {
		test = "z"
	}
	note := ""
	if f.Headline.Kind == evidence.HeadlineSmall {
		note = "The published answer is the small-sample one."
	} else if f.Primary.Method != "REML" || f.Primary.Test != "knha" {
		note = "The published model is another: " + modelName(&f.Primary) + "."
	}
	return jsonFor(map[string]any{"ratio": read.Ratio, "symbol": read.Symbol, "test": test, "effects": rows, "note": note})
}

func (s *site) findingWords(d *findingPage, read reading) {
	f := d.F
	d.Sentence = sentence(f.Sentences.Curriculum, 1200)
	bans := proseAll(f.NotToSay, 400)
	d.Bans = bans[:min(3, len(bans))]
	d.MoreBans = bans[len(d.Bans):]
	d.Limits = proseAll(f.Limits, 600)
	c := &f.Certainty
	d.CertText = sentence(strings.TrimPrefix(c.Note, "Proposed by rule, not signed: "), 400)
	switch names := unrated(*c); {
	case c.Signed && c.Stale:
		d.CertText = strings.TrimSpace("Signed by " + show.Clip(c.SignedBy, 80) + ", but the numbers have moved since. " + d.CertText)
	case c.Signed:
		d.CertText = fmt.Sprintf("Signed by %s on %s", show.Clip(c.SignedBy, 80), show.Clip(c.SignedAt, 20)) + reasonGiven(d.CertText)
	case len(names) > 0:
		d.CertText = "Proposed by rule, not signed. No person has rated " + show.Join(names) +
			"; until a person does, nothing above low is proposed."
	default:
		d.CertText = "Proposed by rule from the inputs below; no person has signed it."
	}
	d.MissingText = f.Lacking().Sentence()
	if b := f.Bound; b != nil {
		d.Bound = boundSentence(b, f.Lacking().Trials)
	}
	d.Explain = s.explainFinding(f, read)
}

func reasonGiven(text string) string {
	if text == "" {
		return "."
	}
	return ", for this reason: " + strings.TrimSuffix(text, ".") + "."
}

func countSentence(n int, one, many string) string {
	switch n {
	case 0:
		return "No " + one
	case 1:
		return "1 " + one
	}
	return show.Int(n) + " " + many
}

// boundSentence says how much unseen evidence would move the finding; open is
// how many registered trials have no result.
func boundSentence(b *evidence.Bound, open int) string {
	what := show.Plural(b.Participants, "unreported participant", "unreported participants") + " at no effect"
	if b.Beyond {
		what = "more than " + what
	}
	t := fmt.Sprintf("It would take %s until %s. ", what, show.Prose(show.Clip(b.Line, 200)))
	switch {
	case open == 0:
		return t + "No registered trial without a result is known here."
	case b.Reachable:
		return t + "The registered trials without a result are large enough for that."
	case b.PlannedInMissing == 0 && open == 1:
		return t + "The registered trial without a result does not state its planned size here, so whether it could is not known."
	case b.PlannedInMissing == 0:
		return t + "None of the registered trials without a result states its planned size here, so whether they could is not known."
	}
	return t + "As far as their planned size is known, the registered trials without a result are not large enough for that."
}

func railOf(d *findingPage) []linked {
	var t []linked
	add := func(on bool, path, name string) {
		if on {
			t = append(t, linked{Path: path, Name: name})
		}
	}
	add(d.Forest != nil, "studies", "Studies")
	add(true, "words", "What may be said")
	add(true, "certainty", "How sure")
	add(d.Series != nil || d.Spec != nil, "checks", "Does it hold")
	add(true, "missing", "What is missing")
	add(d.Harms != nil, "harms", "Harms")
	add(true, "explain", "Numbers and method")
	add(true, "cite", "Cite")
	return t
}

// sentence prints generated words: first letter upper case, signs as they are
// written.
func sentence(s string, n int) string { return show.First(show.Prose(show.Clip(s, n))) }

func proseAll(list []string, n int) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if t := sentence(s, n); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func warningsOf(f *evidence.Finding) []string {
	seen := map[string]bool{}
	var out []string
	for _, w := range append(append([]string{}, f.Warnings...), f.Primary.Warnings...) {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

func alertsOf(f *evidence.Finding) []alert {
	var a []alert
	if len(f.Retracted) > 0 {
		a = append(a, alert{"Rests on retracted papers.", show.Join(clipAll(f.Retracted, 120)) + "."})
	}
	if f.Certainty.Stale {
		a = append(a, alert{"The certainty is out of date.", "The numbers have moved since a person signed it."})
	}
	if f.Primary.K == 1 {
		a = append(a, alert{"One study.",
			"This is its own result and not a meta-analysis; another study may disagree."})
	}
	return a
}
