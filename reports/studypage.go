package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/reports/chart"
	"past/reports/internal/show"
)

// studyPage is where a number is led back to its bytes.
type studyPage struct {
	ID, Label, Title string
	Retracted        string
	Notices          []noticeView
	Facts            []fact
	Records          []template.HTML
	Links            []string
	RoB, Payloads    *chart.Table
	Harms, Plans     *chart.Table
	HarmRows         string // how many rows there are, and are shown
	Effects          []effectView
	Registered       []studyRecord
}

type fact struct {
	Name  string
	Value template.HTML
}

type effectView struct {
	Anchor, Title, Value, Side, What string
	Flags, Formula, Verdict          string
	Source, Doi                      template.HTML
	Inputs                           chart.Table
	Findings                         []linked
}

// studyPages makes a page for each study, and for each study that only an
// effect names.
func (s *site) studyPages() {
	harms := map[string][]*evidence.HarmRow{}
	for i := range s.Ed.Harms {
		h := &s.Ed.Harms[i]
		harms[h.StudyID] = append(harms[h.StudyID], h)
	}
	switches := map[string][]Switch{}
	for _, x := range s.Ed.Switches {
		switches[x.StudyID] = append(switches[x.StudyID], x)
	}
	known := map[string]*evidence.Study{}
	ids := make([]string, 0, len(s.studPath))
	for i := range s.Ed.Studies {
		known[s.Ed.Studies[i].ID] = &s.Ed.Studies[i]
	}
	for id := range s.studPath {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		st := known[id]
		if st == nil {
			st = &evidence.Study{ID: id}
		}
		label := s.pageLabel(st)
		p := &page{Path: s.studPath[id], Name: "study", Title: label, Nav: "trials.html"}
		s.add(p)
		p.fill = func() (any, error) { return s.studyPage(p, st, label, harms[id], switches[id]) }
	}
}

func (s *site) pageLabel(st *evidence.Study) string {
	effects := s.effects[st.ID]
	label := show.Clip(st.Label, 300)
	if label == "" && len(effects) > 0 {
		label = show.Clip(effects[0].Effect.StudyLabel, 300)
	}
	return cmp.Or(label, show.Clip(st.ID, 120), "Study")
}

func (s *site) studyPage(p *page, st *evidence.Study, label string, harms []*evidence.HarmRow, switches []Switch) (_ *studyPage,
	err error) {
	effects := s.effects[st.ID]
	d := &studyPage{ID: st.ID, Label: label}
	d.Notices = p.notices(s.noticesOf(st))
	d.Retracted = show.Join(clipAll(st.Retracted, 120))
	s.studyFacts(p, d, st)
	for _, e := range effects {
		d.Effects = append(d.Effects, s.effectView(p, e))
	}
	if d.Links, err = s.studyLinks(st.ID); err != nil {
		return nil, err
	}
	if d.Registered, err = s.studyRecords(st.Records); err != nil {
		return nil, err
	}
	d.Payloads = s.payloadTable(effects)
	d.Plans = s.switchTable(switches, 200)
	if r := s.robOf[st.ID]; r != nil {
		d.RoB = robTable([]RiskOfBiasRow{*r}, nil)
	}
	if len(harms) > 0 {
		t := harmTable("Adverse events of this study", harms, 200, nil)
		d.Harms, d.HarmRows = &t, rowsShown(len(harms), len(t.Lines))
	}
	return d, nil
}

// stated adds to a fact who states it, and what another source says instead.
func (s *site) stated(value string, from *evidence.Statement) string {
	if value == "" || from == nil {
		return value
	}
	by := show.Clip(from.By, 40)
	if s.trial[from.By] == nil && !strings.HasPrefix(from.By, "doi:") {
		by = "extraction row " + by
	}
	value += " (" + by
	if from.Over != "" {
		value += ", instead of " + show.Clip(from.Over, 80)
	}
	return value + ")"
}

func (s *site) studyFacts(p *page, d *studyPage, st *evidence.Study) {
	add := func(name, value string) {
		if value != "" && value != show.None {
			d.Facts = append(d.Facts, fact{name, template.HTML(template.HTMLEscapeString(value))})
		}
	}
	add("Status", show.Clip(string(st.Status), 40))
	add("Design", s.stated(s.Name(st.Design), st.DesignFrom))
	add("Blinding", s.stated(show.Clip(st.Blinding, 80), st.BlindingFrom))
	add("Sponsor", show.Clip(st.Sponsor, 160))
	if st.Enrollment != nil {
		add("Enrolment in the register", show.Int(*st.Enrollment))
	}
	if st.Randomised != nil {
		add("Randomised", show.Int(*st.Randomised))
	}
	substances := s.nameList(st.Substances)
	for _, r := range st.Records { // with the way in which a drug is given aside
		if t := s.trial[r]; t != nil && len(t.Substances) > 0 {
			substances = strings.Join(clipAll(t.Substances, 80), ", ")
			break
		}
	}
	add("Substances", substances)
	add("Conditions", cmp.Or(show.Clip(st.UnknownConditions(), 200), s.nameList(st.Conditions)))
	add("Topics", s.nameList(st.Topics))
	for _, r := range st.Records {
		d.Records = append(d.Records, s.recordLine(p, d, r))
	}
	for _, r := range st.Papers {
		id := strings.TrimPrefix(r, "doi:")
		if id != r {
			d.Records = append(d.Records, template.HTML("Paper ")+p.DOI(id))
			continue
		}
		if pm, ok := strings.CutPrefix(r, "pmid:"); ok {
			d.Records = append(d.Records, template.HTML("Paper ")+p.Out("https://pubmed.ncbi.nlm.nih.gov/"+template.URLQueryEscaper(pm)+"/", r))
			continue
		}
		d.Records = append(d.Records, template.HTML("Paper <bdi>"+template.HTMLEscapeString(show.Clip(r, 120))+"</bdi>"))
	}
	s.tiedPapers(p, d, st)
}

// tiedPapers adds the reports that people's tables tie to a study and its records do
// not list.
func (s *site) tiedPapers(p *page, d *studyPage, st *evidence.Study) {
	for _, t := range s.Ed.Papers[st.ID] {
		if t.DOI != "" && slices.ContainsFunc(st.Papers, func(x string) bool { return strings.EqualFold(x, "doi:"+t.DOI) }) {
			continue
		}
		line := template.HTML("Report without a DOI on file")
		if t.DOI != "" {
			line = template.HTML("Paper ") + p.DOI(t.DOI)
		}
		said := ", " + show.Clip(t.Label, 120)
		if t.DOI == "" && t.Source != "" {
			said += ", read in " + show.Clip(t.Source, 160)
		}
		d.Records = append(d.Records, line+template.HTML(template.HTMLEscapeString(said+" (table of "+show.Join(t.Tables)+")")))
	}
}

// studyLinks are the links that joined the records of a study, in words.
func (s *site) studyLinks(study string) (out []string, err error) {
	if s.Ed.Links == nil {
		return nil, nil
	}
	links, err := s.Ed.Links(study)
	for i, l := range links {
		if i == 60 {
			return append(out, fmt.Sprintf("and %s more", show.Int(len(links)-i))), err
		}
		t := fmt.Sprintf("%s and %s: %s (%s). %s", show.Clip(l.A, 80), show.Clip(l.B, 80), show.Clip(l.Kind, 40), show.Clip(l.Strength, 30),
			show.Clip(l.Reason, 300))
		if l.Undone != "" {
			t += " Undone: " + show.Clip(l.Undone, 200)
		}
		out = append(out, t)
	}
	return out, err
}

func (s *site) recordLine(p *page, d *studyPage, id string) template.HTML {
	t := s.trial[id]
	if t == nil {
		return template.HTML("Record <bdi>" + template.HTMLEscapeString(show.Clip(id, 120)) + "</bdi>")
	}
	if d.Title == "" {
		d.Title = show.Clip(t.Title, 11000)
	}
	line := template.HTML("Record ") + p.Out(t.URL, show.Clip(t.ID, 80)) +
		template.HTML(template.HTMLEscapeString(" in "+cmp.Or(s.names[t.Source], show.Clip(t.Source, 40))+": "+show.Clip(string(t.Status),
			40)))
	if ds := datesOf(t); ds != show.None {
		line += template.HTML(template.HTMLEscapeString(", " + ds))
	}
	if t.Restated {
		line += `, <span class="tag">retold fact</span>`
	}
	return line
}

func (s *site) nameList(ids []string) string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, s.Name(id))
	}
	return strings.Join(out, ", ")
}

func (s *site) effectView(p *page, at effectAt) effectView {
	e := &at.Effect
	m := show.MeasureOf(e.Measure)
	read := reading{Measure: m, lower: e.HigherBetter == evidence.No, treatment: treatmentName(s.Name(e.Substance))}
	v := effectView{Anchor: effectAnchor(e.ID), Value: m.Symbol + " " + m.Full(e.Estimate, e.CILower, e.CIUpper)}
	if e.HigherBetter != evidence.NotStated {
		v.Side = read.sideOf(e.Estimate, e.CILower, e.CIUpper)
	}
	v.Title = show.First(cmp.Or(s.outcomeName(e), "Outcome")) + ": " + armName(cmp.Or(e.ArmTreat, s.Name(e.Substance), "treatment"),
		e.DoseTreat) + " against " + controlName(e)
	if doubt := reason.DoseDoubt(e.Flags); doubt != "" {
		v.Title += " (" + doubt + ")"
	}
	v.What = effectFacts(s, e)
	n := formulaOf(e)
	v.Formula = fmt.Sprintf("%s. %s This gives %s = %s with variance %s and standard error %s%s; the interval is estimate ± "+
		"1.96 standard errors.", n.title, n.text, m.Symbol,
		show.Fixed(m.Read(evidence.Value(e.Estimate)), 4), show.Significant(evidence.Value(e.Variance), 4), show.Fixed(evidence.Value(e.SE), 4),
		logNote(m, evidence.Value(e.Estimate)))
	v.Flags = show.First(strings.Join(flagWords(e.Flags), "; "))
	v.Verdict = "Verdict: " + cmp.Or(show.Clip(string(e.Verdict), 40), "not given")
	if e.Reason != "" {
		v.Verdict += ". " + show.Clip(e.Reason, 400)
	}
	v.Doi = p.DOI(e.DOI)
	if e.Source != "" {
		v.Source = p.Out(e.Source, show.Clip(e.Source, 200))
	}
	v.Inputs = s.inputTable(e)
	for _, id := range at.Findings {
		v.Findings = append(v.Findings, linked{Path: s.findPath[id], Name: s.FindingTitle(id)})
	}
	return v
}

func logNote(m show.Measure, est float64) string {
	if !m.Ratio {
		return ""
	}
	return ", on the log scale (ln " + m.Symbol + " = " + show.Fixed(est, 4) + ")"
}

func (s *site) outcomeName(e *evidence.Effect) string {
	name, time := cmp.Or(s.Name(e.Instrument), s.Name(e.Domain)), show.Clip(e.TimepointRaw, 60)
	if e.ScoreType == "response" || e.ScoreType == "remission" {
		name = strings.TrimSuffix(e.ScoreType+" by "+name, " by ")
	}
	if term, _, _ := strings.Cut(time, ","); strings.EqualFold(term, name) { // an adverse event names itself with its window
		return time
	}
	return strings.TrimSuffix(name+", "+time, ", ")
}

// controlName is the control arm with its dose; an inactive placebo has none, and
// the dose that a source writes beside it is the one that it imitates.
func controlName(e *evidence.Effect) string {
	name := e.ControlGiven(e.ArmCtrl, e.Comparator, "comparator")
	if e.ComparatorClass == "inactive-placebo" {
		return armName(name, "")
	}
	return armName(name, e.DoseCtrl)
}

func armName(arm, dose string) string {
	arm, dose = show.Clip(evidence.Spelled(arm), 100), show.Clip(dose, 40)
	if dose != "" && !strings.Contains(arm, dose) {
		return strings.TrimSpace(arm + " " + dose)
	}
	return arm
}

func effectFacts(s *site, e *evidence.Effect) string {
	var parts []string
	add := func(name, v string) {
		if v != "" {
			parts = append(parts, name+" "+v)
		}
	}
	add("score:", show.Clip(e.ScoreType, 40))
	add("comparator class:", s.Name(e.ComparatorClass))
	add("comparator:", show.Clip(e.ControlGiven(e.Comparator), 120))
	add("design:", s.Name(e.Design))
	add("blinding:", show.Clip(e.Blinding, 60))
	if e.TimepointWeeks != nil {
		t := evidence.WeekSpan([]float64{*e.TimepointWeeks})
		if e.TimepointOrigin != "" {
			t += " from " + show.Clip(e.TimepointOrigin, 40)
		}
		add("time:", t)
	}
	if e.WeeksAfterLastDose != nil {
		add("after the last dose:", evidence.WeekSpan([]float64{*e.WeeksAfterLastDose}))
	}
	if e.Sessions != nil {
		add("dosing sessions:", show.Int(*e.Sessions))
	}
	add("channel:", show.Clip(e.Channel, 30))
	if e.PostCrossover == evidence.Yes {
		parts = append(parts, "after crossover")
	}
	return show.First(strings.Join(parts, " · "))
}

func (s *site) inputTable(e *evidence.Effect) chart.Table {
	t := chart.NewTable("Numbers this effect was made from", "Name", "As written", "#Read as", "Place in the record", "Record as received")
	for _, in := range e.Inputs {
		c := chart.Cell{Text: orDash(shortHash(in.Prov.PayloadSHA256))}
		if in.Prov.PayloadSHA256 != "" {
			c.Href = s.studPath[studyOf(e)] + "#" + payloadAnchor(in.Prov.PayloadSHA256)
		}
		t.Add(show.Clip(in.Name, 60), show.Clip(in.Raw, 120), chart.Digits(show.Trim(in.Value, 6), &in.Value),
			orDash(show.Clip(in.Prov.Pointer, 300)), c)
	}
	if len(e.Inputs) == 0 {
		t.Add("none recorded", "", "", "", "")
	}
	return t
}

func shortHash(h string) string { return show.Clip(h, 13) }

func payloadAnchor(sha string) string { return "p-" + show.Slug(firstN(sha, 16)) }

func firstN(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// payloadTable lists the stored bytes behind a study's effects, each once.
func (s *site) payloadTable(effects []effectAt) *chart.Table {
	t := chart.NewTable("Stored answers and files behind these numbers", "SHA-256", "Source", "Record", "Collected", "#Size")
	seen := map[string]bool{}
	for _, at := range effects {
		for _, in := range at.Effect.Inputs {
			h := in.Prov.PayloadSHA256
			if h == "" || seen[h] {
				continue
			}
			seen[h] = true
			n := s.Ed.Payloads[h]
			src := show.Clip(n.Source, 60)
			if n.URL != "" {
				src += " " + show.Clip(n.URL, 300)
			}
			t.Add(show.Clip(h, 64), orDash(strings.TrimSpace(src)), orDash(show.Clip(n.RecordID, 60)), orDash(show.Clip(n.FetchedAt, 30)),
				orDash(bytesOf(n.Bytes))).ID = payloadAnchor(h)
		}
	}
	return t.OrNil()
}
