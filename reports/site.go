package reports

import (
	"cmp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/reports/internal/show"
)

// site is an edition being drawn: the input and the indexes over it.
type site struct {
	Ed     *Edition
	opt    Options
	single bool
	pages  []*page
	has    map[string]bool // paths of pages

	names    map[string]string
	findPath map[string]string // finding id → path
	studPath map[string]string // study id → path
	trial    map[string]*TrialRow
	byRecord map[string]string // record id → study id
	records  map[string]int    // record id → in how many registers
	effects  map[string][]effectAt
	robOf    map[string]*RiskOfBiasRow
	study    map[string]*evidence.Study
	care     map[string][]string // record id → what it describes beside the drug
	taken    map[string]bool

	thenPath map[[2]string]string // finding and earlier edition → path

	cards       map[string]string // topic → path of its card
	searchFile  *listFile
	trialFile   *listFile // data for searching, where the trials fill several pages; else nil
	trialFacets map[string][]string
}

// effectAt is an effect and the findings that pool it.
type effectAt struct {
	Effect   evidence.Effect
	Findings []string // ids
}

func newSite(ed *Edition, opt Options) *site {
	s := &site{Ed: ed, opt: opt, single: opt.SingleFile, has: map[string]bool{}, names: map[string]string{}, findPath: map[string]string{},
		studPath: map[string]string{},
		trial:    map[string]*TrialRow{}, byRecord: map[string]string{}, records: map[string]int{},
		effects: map[string][]effectAt{}, robOf: map[string]*RiskOfBiasRow{},
		taken: map[string]bool{},
		study: map[string]*evidence.Study{}, care: map[string][]string{}}
	for _, c := range ed.Protocols.Care {
		for _, r := range c.Rows {
			s.care[r.RecordID] = append(s.care[r.RecordID], strings.ToLower(show.Clip(c.Name, 80)))
		}
	}
	for _, l := range slices.Concat(ed.Gap.Topics, ed.Gap.Substances) {
		s.names[l.ID] = l.Name
	}
	for id, n := range ed.Names {
		s.names[id] = n
	}
	for i := range ed.Findings {
		s.findPath[ed.Findings[i].ID] = s.path("f/", ed.Findings[i].ID)
	}
	s.cardPaths()
	s.earlierPaths()
	for i := range ed.Trials {
		t := &ed.Trials[i]
		s.trial[t.ID] = t
		s.records[t.ID]++
		if t.StudyID != "" {
			s.byRecord[t.ID] = t.StudyID
		}
	}
	for i := range ed.Studies {
		s.addStudy(ed.Studies[i].ID)
		s.study[ed.Studies[i].ID] = &ed.Studies[i]
		for _, r := range ed.Studies[i].Records {
			s.byRecord[r] = ed.Studies[i].ID
		}
	}
	for i := range ed.RiskOfBias {
		s.robOf[ed.RiskOfBias[i].StudyID] = &ed.RiskOfBias[i]
	}
	s.indexEffects()
	return s
}

func (s *site) addStudy(id string) {
	if _, ok := s.studPath[id]; !ok && id != "" {
		s.studPath[id] = s.path("s/", id)
	}
}

// path gives an id its file; names that differ only in case get a number.
func (s *site) path(dir, id string) string {
	stem := show.Slug(id)
	p := dir + stem + ".html"
	for n := 2; s.taken[strings.ToLower(p)]; n++ {
		p = dir + stem + "-" + show.Int(n) + ".html"
	}
	s.taken[strings.ToLower(p)] = true
	return p
}

// indexEffects gathers each study's effects over all findings, once each.
func (s *site) indexEffects() {
	for i := range s.Ed.Findings {
		f := &s.Ed.Findings[i]
		for _, e := range f.Effects {
			id := studyOf(&e)
			s.addStudy(id)
			list := s.effects[id]
			at := slices.IndexFunc(list, func(x effectAt) bool {
				return x.Effect.ID == e.ID && x.Effect.Measure == e.Measure && x.Effect.Formula == e.Formula &&
					evidence.Value(x.Effect.Estimate) == evidence.Value(e.Estimate)
			})
			if at < 0 {
				list = append(list, effectAt{Effect: e})
				at = len(list) - 1
			}
			if !slices.Contains(list[at].Findings, f.ID) {
				list[at].Findings = append(list[at].Findings, f.ID)
			}
			s.effects[id] = list
		}
	}
}

func studyOf(e *evidence.Effect) string { return cmp.Or(e.StudyID, e.RecordID, e.StudyLabel, e.ID) }

// Name gives the name of a vocabulary id.
func (s *site) Name(id string) string {
	if n, ok := s.names[id]; ok && n != "" {
		return show.Clip(n, 120)
	}
	if plainID(id) {
		return strings.ReplaceAll(id, "-", " ")
	}
	return show.Clip(id, 120)
}

// comparators writes a list of comparator classes in words.
func (s *site) comparators(list string) string {
	parts := strings.Split(list, ",")
	for i, p := range parts {
		parts[i] = s.Name(strings.TrimSpace(p))
	}
	return show.Clip(strings.Join(parts, ", "), 240)
}

// plainID distinguishes a vocabulary id ("other-illness") from a name.
func plainID(id string) bool {
	for _, r := range id {
		if (r < 'a' || r > 'z') && r != '-' {
			return false
		}
	}
	return len(id) <= 60
}

// effectHref leads to where an effect is explained.
func (s *site) effectHref(e evidence.Effect) string {
	p, ok := s.studPath[studyOf(&e)]
	if !ok {
		return ""
	}
	return p + "#" + effectAnchor(e.ID)
}

func effectAnchor(id string) string { return "e-" + show.Slug(id) }

// StudyHref leads to a study's page, "" when it has none.
func (s *site) StudyHref(id string) string { return s.studPath[id] }

// RecordHref leads to the page of the study that a record belongs to.
func (s *site) RecordHref(record string) string {
	if p := s.studPath[s.byRecord[record]]; p != "" {
		return p
	}
	return s.studPath[record]
}

// FindingHref leads to a finding's page.
func (s *site) FindingHref(id string) string { return s.findPath[id] }

// FindingTitle is a finding's title, or its id.
func (s *site) FindingTitle(id string) string {
	for i := range s.Ed.Findings {
		if s.Ed.Findings[i].ID == id {
			return titleOf(&s.Ed.Findings[i])
		}
	}
	return show.Clip(id, 120)
}

func titleOf(f *evidence.Finding) string {
	return show.Clip(cmp.Or(f.Title, f.Question, f.ID), 240)
}

// menuItem is an entry of the menu.
type menuItem struct{ Path, Name string }

func (s *site) menu() []menuItem {
	return []menuItem{{"index.html", "Findings"}, {"claims.html", "Claims"}, {"gaps.html", "Gap map"}, {"trials.html", "Trials"},
		{"harms.html", "Harms"},
		{"missing.html", "Missing"}, {"changes.html", "Changes"}, {"methods.html", "Methods"}, {"data.html", "Data"}, {"about.html", "About"},
		{"search.html", "Search"}}
}

func (s *site) add(p *page) {
	p.site = s
	s.pages = append(s.pages, p)
	s.has[p.Path] = true
}
