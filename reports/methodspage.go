package reports

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/chart"
	"past/reports/internal/show"
)

type methodsData struct {
	Models            *chart.Table
	Formulas, Reading []Note
	Prisma, Figures   []figView
	Notes             []Note
	NotRun            int // questions without a study
}

var howToRead = []Note{
	{"Interval", "95% interval of the pooled effect. Where the Knapp-Hartung interval is narrower than the common-effect one, " +
		"the wider, guarded interval is the headline and both are printed."},
	{"Prediction interval",
		"Where the effect of a new, similar study would lie. It is the honest answer to what a next trial may find; its rule is " +
			"named with it, because programs differ in the degrees of freedom."},
	{"I²", "Two definitions are in use and can differ: from Q, and from tau² with a typical variance. Both are printed and named."},
	{"Ratios", "Risk and odds ratios are analysed as natural logarithms and printed as ratios; the line of no effect is 1."},
	{"Favours", "Each instrument's direction comes from the catalogue. The words say which side a value favours, so that no " +
		"reader has to know the scale."},
	{"Numbers", "Two decimals for effects, four where a result may be checked against other software; files carry every digit. " +
		"A dash means that the number does not exist or was not stated, never zero."},
	{"Dates", "ISO form. A month or year alone stays so: it is not turned into a day."},
}

func (s *site) methodsPage() {
	p := &page{Path: "methods.html", Name: "methods", Title: "Methods", Nav: "methods.html"}
	s.add(p)
	d := &methodsData{Reading: howToRead, Notes: s.Ed.Methods}
	for _, f := range formulas {
		d.Formulas = append(d.Formulas, Note{f.title, f.text})
	}
	t := chart.NewTable("Models of the findings, from the results themselves", "Finding", "Measure", "Effect formulas", "Model", "#k")
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		if f.Primary.K == 0 {
			d.NotRun++
			continue
		}
		t.Add(chart.Link(titleOf(f), s.findPath[f.ID]), show.First(show.MeasureOf(f.Measure).Name), formulaName(f.Primary.Formula), modelShown(f),
			show.Int(f.Primary.K))
	}
	d.Models = t.OrNil()
	d.Prisma = append(d.Prisma, p.flow(s.Ed.Prisma, "prisma", "Flow of records"))
	p.Data = d
}

// modelShown is the model of a finding, with what is shown in its place.
func modelShown(f *evidence.Finding) string {
	return modelName(&f.Primary) + map[evidence.HeadlineKind]string{evidence.HeadlineSmall: "; shown: small-sample answer",
		evidence.HeadlineNotPooled: "; shown: the studies, not pooled"}[f.Headline.Kind]
}

// flow draws the flow of records of an edition or of a question.
func (p *page) flow(c PrismaCounts, id, title string) figView {
	list := func(in []Counted) []chart.Count {
		out := make([]chart.Count, len(in))
		for i, x := range in {
			out[i] = chart.Count{Name: x.Name, N: x.N}
		}
		return out
	}
	f := chart.Flow{Identified: list(c.Identified), Duplicates: c.Duplicates, ByRule: c.RemovedByRule, Other: c.RemovedOther,
		Screened: c.Screened, ScreenedOut: list(c.ScreenedOut),
		Sought: c.Sought, NotRetrieved: c.NotRetrieved, Assessed: c.Assessed, Excluded: list(c.Excluded), IncludedStudies: c.IncludedStudies,
		IncludedReports: c.IncludedReports, InSynthesis: c.Pooled, Note: c.Note}
	v := figView{ID: id, Title: title, Alt: f.Alt(), P: p,
		Note: "PRISMA 2020 flow of records. A number that was not recorded says so; it is not zero. " + show.Clip(c.Note, 400)}
	v.Wide = p.svg(f.Lay(false), v, "wide", chart.Axis{})
	v.Narrow = p.svg(f.Lay(true), v, "narrow", chart.Axis{})
	return v
}

type fileView struct{ Href, Title, Size, About string }

// fileGroup are downloads of one kind, data before citations.
type fileGroup struct {
	Name   string
	Files  []fileView
	Folded bool
}

type sourceView struct{ Name, Licence, Note any }

type dataData struct {
	Groups  []fileGroup // the data, before licences and citation
	Sources []sourceView
	Cite    Citation
	After   []fileGroup
}

func (s *site) dataPage() {
	p := &page{Path: "data.html", Name: "data", Title: "Data and downloads", Nav: "data.html"}
	s.add(p)
	p.fill = func() (any, error) { return s.dataView(p), nil } // when the files have their sizes
}

func (s *site) dataView(p *page) *dataData {
	d := &dataData{Cite: s.citation("", "Edition")}
	groups := []fileGroup{{Name: "Tables and data"}, {Name: "R scripts", Folded: true}, {Name: "Feeds of changes"},
		{Name: "Citations", Folded: true}}
	for _, f := range s.Ed.Downloads {
		v := fileView{Title: show.Clip(cmp.Or(f.Title, path.Base(f.Path)), 120), Size: bytesOf(f.size),
			About: show.Clip(f.About, 300)}
		if !s.single {
			v.Href = p.Base() + f.Path
		}
		k := 0
		switch {
		case strings.HasPrefix(f.Path, "citations/") || strings.HasSuffix(f.Path, ".cff"):
			k = 3
		case strings.HasPrefix(f.Path, "feed"):
			k = 2
		case strings.HasSuffix(f.Path, ".R"):
			k = 1
		}
		groups[k].Files = append(groups[k].Files, v)
	}
	for i, g := range groups {
		switch {
		case len(g.Files) == 0:
		case i < 2:
			d.Groups = append(d.Groups, g)
		default:
			d.After = append(d.After, g)
		}
	}
	for _, src := range s.Ed.Sources {
		d.Sources = append(d.Sources, sourceView{Name: p.Out(src.URL, show.Clip(src.Name, 120)), Licence: show.Clip(src.Licence, 80),
			Note: sourceNote(src)})
	}
	return d
}

func sourceNote(src SourceNote) string {
	var parts []string
	if src.Attribution != "" {
		parts = append(parts, show.Clip(src.Attribution, 300))
	}
	if src.Records > 0 {
		parts = append(parts, show.Plural(src.Records, "record", "records"))
	}
	if src.LastCrawl != "" {
		parts = append(parts, "last collected "+show.Clip(src.LastCrawl, 30))
	}
	return strings.Join(parts, " · ")
}

type aboutData struct {
	Own     bool // the field is a person's own
	Limits  []string
	Notices []noticeView
	Facts   []Note
}

// standing limits hold for every edition, fieldLimits for the shipped field.
var standing = []string{
	"It sees what is registered and what was collected. Unregistered trials, and papers that no query found, are not here.",
	"Registered results can change or vanish; every answer is kept, and each edition says what it rests on.",
	"Certainty that is not signed by a person is a proposal made by rule.",
}

var fieldLimits = []string{
	"Trials of these substances are rarely blind in effect: people notice the drug. Effects against inactive placebo include " +
		"what expectation adds.",
	"Participants of these trials were screened with care. What holds for them may not hold for others.",
	"Findings on neighbouring conditions are not findings on sexual function or relationships; where no trial measured those, " +
		"the finding is empty.",
}

func (s *site) aboutPage() {
	p := &page{Path: "about.html", Name: "about", Title: "About and limits", Nav: "about.html"}
	s.add(p)
	d := &aboutData{Notices: p.notices(s.Ed.Notices), Own: s.Ed.Subject != "", Limits: slices.Clone(standing)}
	if !d.Own {
		d.Limits = append(d.Limits, fieldLimits...)
	}
	d.Limits = append(d.Limits, clipAll(s.Ed.Limits, 600)...)
	add := func(k, v string) {
		if v != "" {
			d.Facts = append(d.Facts, Note{k, v})
		}
	}
	add("Edition", show.Clip(s.Ed.ID, 120))
	add("Data to", show.Clip(s.Ed.Date, 30))
	add("Edition before", show.Clip(s.Ed.PreviousEdition, 120))
	add("Data hash", show.Clip(s.Ed.DataHash, 120))
	add("Software", "past "+show.Clip(s.Ed.SoftwareVersion, 60))
	add("Rests on", strings.Join(s.counts(), ", "))
	p.Data = d
}
