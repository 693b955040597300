package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/figure"
	"past/reports/internal/show"
)

// findingPage is what the template of a finding is given.
type findingPage struct {
	F                                *evidence.Finding
	Title, Plain                     string
	Curriculum, Researcher           string
	Alerts                           []alert
	Head                             []named
	Cert                             certView
	Toc                              []linked
	NotToSay, Limits                 []string
	Empty, One                       string
	SubNotes                         []string
	Plots                            []figView
	Main, CertFigures                []figView
	Checks, Flow                     []figView
	WorkNote, Path, ChecksPath, JSON string
	Work                             template.JS
	Measured, CertTable              *figure.Table
	Missing, Model, Effects, Plans   *figure.Table
	Influence                        *figure.Table
	Excluded, SmallStudy             *figure.Table
	CertText, Bound, Unrated         string
	Explain, Warnings                []string
	Cite                             Citation
	Before                           []linked
}

type alert struct{ Head, Text string }

func (s *site) findingPage(f *evidence.Finding) *page {
	p := &page{Path: s.findPath[f.ID], Name: "finding", Title: titleOf(f), Nav: "index.html"}
	s.add(p)
	read := figure.Read(f, s.Name)
	d := &findingPage{F: f, Title: titleOf(f), Plain: sentence(f.Sentences.Plain, 1200), Curriculum: sentence(f.Sentences.Curriculum, 1200),
		Researcher: sentence(f.Sentences.Researcher, 2000), Cert: certOf(f.Certainty), NotToSay: proseAll(f.NotToSay, 600), Limits: proseAll(f.Limits, 600),
		Warnings: proseAll(warningsOf(f), 600)}
	d.Alerts = alertsOf(f)
	d.Head = headOf(f, read)
	s.findingWords(p, d, read)
	s.findingFigures(p, d, read)
	s.findingTables(p, d, read)
	d.Cite = s.citation(f.ID, d.Title)
	d.Before = s.citedBefore(f.ID)
	d.Path = p.Path
	tables := tableWeight(d.Missing, d.Effects, d.Excluded, d.Plans, d.Measured, d.Influence, d.SmallStudy)
	if w := weightOf(d.Main, d.CertFigures, d.Checks, d.Plots); (w > roomForFigures || w+tables > roomForPage) && len(d.Checks)+len(d.Plots) > 0 {
		s.checksPage(p, d)
	}
	if !s.single {
		d.JSON = path.Base(strings.TrimSuffix(p.Path, ".html") + ".json")
	}
	d.Toc = tocOf(d)
	p.Data = d
	return p
}

// roomForFigures is how many bytes of figures a finding's page takes in; beyond
// it the checks get a page of their own, so that none grows past 300 kB.
const roomForFigures = 225_000

// roomForPage is the same with the tables of the page.
const roomForPage = 250_000

// tableWeight estimates the bytes of tables, with the labels that phones show.
func tableWeight(list ...*figure.Table) int {
	n := 0
	for _, t := range list {
		if t == nil {
			continue
		}
		for _, r := range t.Rows {
			for i, c := range r.Cells {
				n += len(c.Text) + len(c.Exact) + len(c.Href) + 40
				if i < len(t.Head) {
					n += len(t.Head[i].Text)
				}
			}
		}
	}
	return n
}

// weightOf estimates the bytes of figures with their tables and options.
func weightOf(lists ...[]figView) int {
	n := 0
	for _, list := range lists {
		for _, f := range list {
			n += len(f.Wide) + len(f.Narrow) + len(f.Option) + 900
			for _, r := range f.Fig.Table.Rows {
				for _, c := range r.Cells {
					n += len(c.Text) + len(c.Exact) + len(c.Href) + 32
				}
			}
		}
	}
	return n
}

// checksPage moves the checks of a long finding to their own page.
func (s *site) checksPage(of *page, d *findingPage) {
	p := &page{Path: s.path("f/", strings.TrimSuffix(path.Base(of.Path), ".html")+"-checks"), Name: "checks", Title: "Does it hold: " + d.Title, Nav: of.Nav}
	s.add(p)
	d.ChecksPath = p.Path
	own := *d
	own.Checks, own.Plots = slices.Clone(d.Checks), slices.Clone(d.Plots)
	for _, list := range [][]figView{own.Checks, own.Plots} {
		for i := range list {
			list[i].P = p
		}
	}
	d.Checks, d.Plots = nil, nil
	p.Data = &own
}

// dataOfFindings writes each finding as data beside its page.
func (s *site) dataOfFindings() (map[string][]byte, error) {
	out := map[string][]byte{}
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		b, err := marshalFinite(struct {
			Edition string            `json:"edition"`
			Date    string            `json:"date"`
			Finding *evidence.Finding `json:"finding"`
		}{s.Ed.ID, s.Ed.Date, f})
		if err != nil {
			return nil, fmt.Errorf("finding %s as data: %w", f.ID, err)
		}
		out[strings.TrimSuffix(s.findPath[f.ID], ".html")+".json"] = append(b, '\n')
	}
	return out, nil
}

// sentence prints generated words: first letter upper case, signs as they are
// written, nothing cut that anybody would miss.
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
	return a
}

// headOf are the numbers at the top of a finding.
func headOf(f *evidence.Finding, read figure.Reading) []named {
	pr := &f.Primary
	m := read.Measure
	var h []named
	if pr.Estimate != nil {
		hl := &f.Headline
		fitted := named{Name: "Fitted model", Value: m.IntervalP(pr.CILower, pr.CIUpper), Under: figure.ModelName(pr)}
		if hl.Estimate == nil {
			h = append(h, named{Name: "Not pooled", Value: "none", Under: hl.Note}, fitted)
		} else {
			under := read.Side(*hl.Estimate)
			if hl.IncludesNull() {
				under = "the interval includes no effect"
			}
			name := map[evidence.HeadlineKind]string{evidence.HeadlineStudy: "Effect in one study", evidence.HeadlineSmall: "Small-sample answer"}[hl.Kind]
			h = append(h, named{Name: cmp.Or(name, "Pooled effect"), Value: m.Symbol + "\u00a0" + m.Full(hl.Estimate, hl.Lower, hl.Upper), Under: under})
			if hl.Kind == evidence.HeadlineSmall {
				h = append(h, fitted)
			}
		}
		if pr.Guarded() {
			h = append(h, named{Name: "Without the guard", Value: m.IntervalP(pr.UnguardedLow, pr.UnguardedHigh), Under: "too narrow to be the result"})
		}
		if pr.PILower != nil && pr.PIUpper != nil {
			h = append(h, named{Name: "A new, similar study", Value: m.Interval(*pr.PILower, *pr.PIUpper), Under: "95% prediction interval"})
		}
	} else {
		h = append(h, named{Name: "Pooled effect", Value: "none", Under: "no number can be given"})
	}
	h = append(h, named{Name: "Evidence", Value: show.Plural(pr.K, "study", "studies"), Under: show.Plural(pr.N, "participant", "participants")})
	return h
}

func (s *site) findingWords(p *page, d *findingPage, read figure.Reading) {
	f := d.F
	if d.Plain == "" {
		d.Plain = "No sentence was written for this finding."
	}
	k := len(f.Effects)
	if f.Primary.Estimate == nil && k == 0 {
		d.Empty = fmt.Sprintf("No study in this edition has numbers that answer this question. %s %s. An empty finding is a result: it says what has not been shown, not that there is no effect.",
			countSentence(len(f.Missing), "registered trial fits it and has no usable result yet", "registered trials fit it and have no usable result yet"),
			countSentence(len(f.Measured), "study measured the outcome without numbers that can be extracted", "studies measured the outcome without numbers that can be extracted"))
	}
	if k == 1 || f.Primary.K == 1 {
		d.One = "This is the result of a single study, shown as it is. It is not a meta-analysis: there is nothing to average, and no way to tell whether another study would agree."
	}
	d.CertText = sentence(strings.TrimPrefix(f.Certainty.Note, "Proposed by rule, not signed: "), 600)
	if names := unrated(f.Certainty); len(names) > 0 {
		d.Unrated = fmt.Sprintf("No person has rated %s. What nobody has looked at must not look like a pass, so all of it together counts as one level down. That is a cautious choice of this program and no human judgement; a signed rating replaces it.", strings.Join(names, " and "))
		if f.Certainty.Signed {
			d.Unrated = ""
		}
	}
	switch {
	case f.Certainty.Level == "":
		d.CertText = strings.TrimSpace("There is nothing to grade. " + d.CertText)
	case !f.Certainty.Signed:
		d.CertText = strings.TrimSpace("Proposed by rule from the inputs below. No person has signed it yet, so it is a proposal and not a judgement. " + d.CertText)
	case f.Certainty.Stale:
		d.CertText = strings.TrimSpace("Signed by " + show.Clip(f.Certainty.SignedBy, 80) + ", but the numbers have moved since. " + d.CertText)
	default:
		d.CertText = fmt.Sprintf("Signed by %s on %s", show.Clip(f.Certainty.SignedBy, 80), show.Clip(f.Certainty.SignedAt, 20)) + reasonGiven(d.CertText) + " The table shows what the rule would propose and from which inputs; the person's judgement may differ from it."
	}
	if b := f.Bound; b != nil {
		d.Bound = boundSentence(b, len(f.Missing))
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

// open is how many registered trials have no result.
func boundSentence(b *evidence.Bound, open int) string {
	what := show.Plural(b.Participants, "unreported participant", "unreported participants") + " at no effect"
	if b.Note != "" {
		what = show.Prose(show.Clip(b.Note, 400))
	}
	t := fmt.Sprintf("How much unseen evidence would change this? The line: %s. To cross it: %s. ", show.Prose(show.Clip(b.Line, 200)), what)
	if !b.Reachable && b.PlannedInMissing == 0 && open > 0 {
		return t + "None of the registered trials without a result states its size here, so nobody can tell whether they could."
	}
	if b.Reachable {
		return t + "The registered trials without a result are large enough for that."
	}
	return t + "The registered trials without a result are not large enough for that, as far as their planned size is known."
}

func tocOf(d *findingPage) []linked {
	t := []linked{{Path: "words", Name: "What may be said"}}
	add := func(on bool, path, name string) {
		if on {
			t = append(t, linked{Path: path, Name: name})
		}
	}
	add(d.Empty != "", "empty", "Why there is no number")
	add(len(d.Main) > 0, "studies", "The studies")
	add(d.Work != "", "explore", "Leave studies out")
	add(d.Measured != nil, "measured", "Measured without numbers")
	add(true, "certainty", "How sure")
	add(true, "missing", "What is missing")
	add(d.Plans != nil, "plans", "Changes of plan")
	add(len(d.Checks)+len(d.Plots) > 0 || d.ChecksPath != "", "checks", "Does it hold")
	add(true, "explain", "Where the numbers come from")
	add(true, "cite", "How to cite")
	return t
}

// citation gives a finding's citation, or a plain one made of what is known.
func (s *site) citation(id, title string) Citation {
	c, ok := s.Ed.Citations[id]
	if !ok || c.Text == "" {
		at := ""
		if id != "" {
			at = fmt.Sprintf(" Permalink: f/%s@%s.", show.Clip(id, 80), s.Ed.ID)
		}
		c.Text = fmt.Sprintf("PAST evidence tracker. %s. Edition %s, data to %s.%s", strings.TrimSuffix(title, "."), s.Ed.ID, cmp.Or(s.Ed.Date, "an unknown date"), at)
	}
	c.Text = show.Clip(c.Text, 1500)
	return c
}
