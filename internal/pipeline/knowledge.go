package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"past/internal/extract/arm"
	"past/internal/extract/reason"
	"regexp"
	"slices"
	"strings"

	"past/internal/coding"
	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/store"
	"past/internal/synthesis"
	"past/reports"
)

// keepKnowledge codes the protocols of all trials of the tracker's substances and
// gathers the sexual and relational outcomes of every stored trial.
func (p *Pipeline) keepKnowledge(ctx context.Context, h *human, base synthesis.Base) error {
	harms, err := p.harmRows(ctx, h, base.Studies, base.Effects, func(r *evidence.HarmRow) bool { return r.Sexual })
	if err != nil {
		return err
	}
	readings, err := p.Store.PlannedReadings(ctx, "")
	if err != nil {
		return err
	}
	layer := synthesis.LayerInput{Studies: base.Studies, About: base.About, Readings: readings,
		Planned: map[string][]evidence.PlannedOutcome{}, Harms: harms, Notices: base.Notices, Posted: map[string]map[string]bool{}}
	asked, err := p.sexualOutcomes(ctx)
	if err != nil {
		return err
	}
	about := map[string]bool{}
	for _, id := range p.trackedRecords(base.Studies) {
		about[id] = true
	}
	var coded []evidence.Coded
	for r, err := range p.trials(ctx, union(slices.Collect(maps.Keys(asked)), slices.Collect(maps.Keys(about)))) {
		if err != nil {
			return fmt.Errorf("reading protocols: %w", err)
		}
		if asked[r.ID] {
			id := strings.Clone(r.ID)
			layer.Planned[id] = evidence.Own(r.Planned)
			if r.Results != nil {
				layer.Posted[id] = map[string]bool{}
				for _, o := range r.Results.Outcomes {
					layer.Posted[id][synthesis.FoldTitle(o.Title)] = len(o.Classes) > 0
				}
			}
		}
		if about[r.ID] {
			coded = append(coded, evidence.Own(coding.Read(&r))...)
		}
	}
	for _, d := range p.Vocab.OutcomeDomains() {
		if !p.Vocab.SexualDomain(d.ID) {
			continue
		}
		for a, err := range p.Store.ArmResults(ctx, store.ResultFilter{Domain: d.ID}) {
			if err != nil {
				return fmt.Errorf("reading posted results: %w", err)
			}
			layer.Results = append(layer.Results, a)
		}
	}
	for _, m := range h.Measured {
		if m.TrialID == "" || !p.Vocab.SexualDomain(m.Domain) {
			continue
		}
		row := evidence.LayerRow{RecordID: m.TrialID, Label: m.Label, What: m.Outcome, Instrument: m.Instrument, Domain: m.Domain, N: m.N,
			Note: m.Note, Prov: m.Prov}
		if m.Substance != "" {
			row.Substances = []string{m.Substance}
		}
		layer.Measured = append(layer.Measured, row)
	}
	var sexual []evidence.LayerRow
	if p.Vocab.AsksSexual() {
		sexual = synthesis.SexualLayer(layer)
	}
	return p.Store.ReplaceKnowledge(ctx, coded, sexual)
}

// sexualOutcomes names the records that plan a sexual or relational outcome.
func (p *Pipeline) sexualOutcomes(ctx context.Context) (map[string]bool, error) {
	columns, rows, err := p.Store.Rows(ctx, "planned_outcomes")
	if err != nil {
		return nil, err
	}
	id, measure := slices.Index(columns, "record_id"), slices.Index(columns, "measure")
	description, domain := slices.Index(columns, "description"), slices.Index(columns, "domain")
	out := map[string]bool{}
	for row, err := range rows {
		if err != nil {
			return nil, fmt.Errorf("reading planned outcomes: %w", err)
		}
		if p.Vocab.SexualDomain(row[domain]) ||
			synthesis.SexualItem(evidence.PlannedOutcome{Measure: row[measure], Description: row[description]}) {
			out[row[id]] = true
		}
	}
	return out, nil
}

func studiesByRecord(studies []evidence.Study) map[string]*evidence.Study {
	at := map[string]*evidence.Study{}
	for i := range studies {
		for _, r := range studies[i].Records {
			at[r] = &studies[i]
		}
	}
	return at
}

// reportKnowledge gathers what is beside the findings: notices, topic cards
// with other evidence, the sexual and relational layer, who was left out and what
// was done besides the drug, and guesses of treatment.
func (p *Pipeline) reportKnowledge(ctx context.Context, h *human, ed *reports.Edition) error {
	var err error
	if ed.Notices, err = p.notices(ctx, h); err != nil {
		return err
	}
	ed.Guesses = h.Guesses
	ed.Cards = synthesis.Cards(p.Vocab, ed.Gap.Cells, ed.Studies, synthesis.OtherWithNotices(h.Other, ed.Notices), h.Cards)
	if ed.Sexual, err = p.Store.SexualOutcomes(ctx); err != nil {
		return err
	}
	coded, err := p.Store.Coded(ctx)
	if err != nil {
		return err
	}
	// one record speaks for a trial that several registers hold: the one with the
	// longest eligibility text
	at := studiesByRecord(ed.Studies)
	protocols := map[string]evidence.Record{}
	for r, err := range p.trials(ctx, p.trackedRecords(ed.Studies)) {
		if err != nil {
			return fmt.Errorf("reading protocols: %w", err)
		}
		st := at[r.ID]
		r.Results, r.Sites = nil, nil
		if before, ok := protocols[st.ID]; !ok || len(r.Eligibility) > len(before.Eligibility) {
			protocols[st.ID] = evidence.Own(r)
		}
	}
	trials := make([]evidence.Record, 0, len(protocols))
	for _, id := range slices.Sorted(maps.Keys(protocols)) {
		trials = append(trials, protocols[id])
	}
	ed.Protocols = coding.Summarise(trials, coded)
	ed.Comparators, err = p.comparators(ctx)
	return err
}

// comparators counts the studies of each comparator by name. A study that names
// what it gave is not listed again under "placebo", nor under a dose that cannot
// be meant.
func (p *Pipeline) comparators(ctx context.Context) ([]reports.ComparatorUse, error) {
	type of struct{ study, class string }
	named := map[of]map[string]bool{}
	for e, err := range p.Store.Effects(ctx) {
		if err != nil {
			return nil, fmt.Errorf("reading comparators: %w", err)
		}
		if e.Comparator == "" || e.ComparatorClass == "" || extract.IsHarmTable(e) || !tracked(p.Vocab, []string{e.Substance}) {
			continue
		}
		k := of{e.StudyID, e.ComparatorClass}
		if named[k] == nil {
			named[k] = map[string]bool{}
		}
		name := p.comparatorName(&e)
		if slices.ContainsFunc(e.Flags, func(f string) bool { return strings.HasPrefix(f, reason.DoseUnit) }) {
			name = "" // its dose is a slip
		}
		named[k][name] = true
	}
	count := map[reports.ComparatorUse]int{}
	for k, names := range named {
		specific := 0
		for n := range names {
			if n != "" {
				specific++
			}
		}
		for n := range names {
			switch {
			case n != "":
			case specific > 0:
				continue
			case k.class == "inactive-placebo":
				n = "placebo, not named further with its results"
			default:
				n = "not named"
			}
			count[reports.ComparatorUse{Class: k.class, Name: n}]++
		}
	}
	out := make([]reports.ComparatorUse, 0, len(count))
	for use, n := range count {
		use.Studies = n
		out = append(out, use)
	}
	slices.SortFunc(out, func(a, b reports.ComparatorUse) int {
		return cmp.Or(strings.Compare(a.Class, b.Class), cmp.Compare(b.Studies, a.Studies), strings.Compare(a.Name, b.Name))
	})
	return out, nil
}

var justPlacebo = regexp.MustCompile(`^(?:(?:inactive|active|matching|oral)\s+)*placebos?(?:\s+(?:capsules?|tablets?|with therapy))?$`)

// comparatorName is a comparator in lower case. The dose is kept where it separates a
// low dose of the drug from a treatment dose; "" is a placebo of which nothing
// more is said.
func (p *Pipeline) comparatorName(e *evidence.Effect) string {
	name := strings.ToLower(e.Comparator)
	if before, after, ok := strings.Cut(name, ":"); ok { // "placebo: twice a week", "DB: placebo"
		name = before
		if !strings.Contains(before, "placebo") && strings.Contains(after, "placebo") {
			name = after
		}
	}
	name, _, _ = strings.Cut(name, " (")
	if e.ComparatorClass != arm.OtherDose && !slices.Contains(ids(p.Vocab.Match(name).Substances), e.Substance) {
		name = evidence.WithoutDose(name)
	}
	words := slices.Compact(strings.Fields(strings.ReplaceAll(name, "waiting list", "waitlist")))
	if name = strings.Join(words, " "); justPlacebo.MatchString(name) {
		return ""
	}
	for i, w := range words {
		if s, ok := p.Vocab.Substance(w); ok && s.Core {
			words[i] = s.Name
		}
	}
	return evidence.Spelled(strings.Join(words, " "))
}

// Notices are what was done to the evidence, by people's tables and by records.
func (p *Pipeline) Notices(ctx context.Context) ([]evidence.Notice, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	return p.notices(ctx, h)
}

// notices are those that people keep and those that bibliographic records carry: a
// paper that its record marks as retracted has a notice even where no file names it.
func (p *Pipeline) notices(ctx context.Context, h *human) ([]evidence.Notice, error) {
	out := slices.Clone(h.Notices)
	known := map[string]bool{}
	add := func(n evidence.Notice) {
		doi, pmid := n.Kind+" doi:"+n.DOI, n.Kind+" pmid:"+n.PMID
		if n.DOI != "" && known[doi] || n.PMID != "" && known[pmid] || n.DOI+n.PMID == "" {
			return
		}
		known[doi], known[pmid] = n.DOI != "", n.PMID != ""
		out = append(out, n)
	}
	for _, n := range out {
		known[n.Kind+" doi:"+n.DOI], known[n.Kind+" pmid:"+n.PMID] = n.DOI != "", n.PMID != ""
	}
	var papers []evidence.Publication
	for r, err := range p.Store.Records(ctx, store.RecordFilter{Kinds: []evidence.RecordKind{evidence.KindPublication}, WithoutGone: true}) {
		if err != nil {
			return nil, fmt.Errorf("reading retractions: %w", err)
		}
		pub := r.Publication
		if pub == nil {
			continue
		}
		papers = append(papers, evidence.Own(evidence.Publication{DOI: strings.ToLower(pub.DOI), PMID: pub.PMID, TrialIDs: pub.TrialIDs}))
		n := evidence.Own(evidence.Notice{By: sourceName(r.Source), Source: r.URL, Read: evidence.ReadRecord,
			Prov: r.Prov})
		for _, w := range pub.Related {
			kind, other := w.Notice()
			if kind == "" {
				continue
			}
			n := n
			n.Kind, n.Date.Raw, n.DOI, n.PMID = kind, strings.Clone(w.Date), strings.ToLower(pub.DOI), strings.Clone(pub.PMID)
			if other {
				n.DOI, n.PMID = strings.ToLower(w.DOI), strings.Clone(w.PMID)
			}
			n.Said = saidBy(kind, other, w)
			add(n)
		}
		if pub.Retracted {
			n.Kind, n.DOI, n.PMID = "retraction", strings.ToLower(pub.DOI), strings.Clone(pub.PMID)
			n.Said = saidBy(n.Kind, false, evidence.RelatedWork{})
			add(n)
		}
	}
	for _, pub := range papers { // effects are known by their DOI
		for i := range out {
			n := &out[i]
			if pub.DOI != "" && n.DOI == pub.DOI || pub.PMID != "" && n.PMID == pub.PMID {
				n.DOI, n.PMID = cmp.Or(n.DOI, pub.DOI), cmp.Or(n.PMID, pub.PMID)
				for _, m := range pub.TrialIDs {
					n.Covers = append(n.Covers, m.ID)
				}
				slices.Sort(n.Covers)
				n.Covers = slices.Compact(n.Covers)
			}
		}
	}
	out = onePerPaper(out)
	slices.SortStableFunc(out, func(a, b evidence.Notice) int { return strings.Compare(a.Date.Raw, b.Date.Raw) })
	return out, nil
}

// saidBy is what a bibliographic record says with a relation to another work.
func saidBy(kind string, other bool, w evidence.RelatedWork) string {
	name := evidence.NoticeName(kind)
	if w.Partial() {
		name = "partial retraction"
	}
	switch {
	case other:
		return "The bibliographic record of a notice names the paper: " + name + "."
	case kind == "retraction":
		return "The paper's bibliographic record marks it as retracted."
	}
	said := "The paper's bibliographic record names a notice: " + name
	if at := cmp.Or(w.DOI, w.PMID, w.Label); at != "" {
		said += " (" + strings.Clone(at) + ")"
	}
	return said + "."
}

// onePerPaper keeps one notice of each kind on a paper that several records mark, the
// first, and takes its day from a later one where it has none. What people wrote
// comes first.
func onePerPaper(in []evidence.Notice) (out []evidence.Notice) {
	at := map[string]int{}
	for _, n := range in {
		key := n.Kind + " " + cmp.Or(n.DOI, "pmid:"+n.PMID)
		i, again := at[key]
		if again && n.Read == evidence.ReadRecord {
			out[i].Date.Raw = cmp.Or(out[i].Date.Raw, n.Date.Raw)
			continue
		}
		at[key] = len(out)
		out = append(out, n)
	}
	return out
}

// Knowledge is what teaching material needs beside the findings.
func (p *Pipeline) Knowledge(ctx context.Context) ([]evidence.TopicCard, []evidence.Notice, coding.Summary, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, nil, coding.Summary{}, err
	}
	var ed reports.Edition
	if ed.Studies, err = p.studies(ctx); err != nil {
		return nil, nil, coding.Summary{}, err
	}
	if err := p.reportGap(ctx, &ed); err != nil {
		return nil, nil, coding.Summary{}, err
	}
	err = p.reportKnowledge(ctx, h, &ed)
	return ed.Cards, ed.Notices, ed.Protocols, err
}

// ownClaim is a claim of a claims file.
type ownClaim struct {
	synthesis.Claim
	file string
}

// readClaims reads the claims files against the questions. A claim with a
// mistake is kept aside as a problem with its line; the others are judged.
func (p *Pipeline) readClaims(h *human) error {
	files := h.Of("claims")
	if len(files) == 0 {
		return nil
	}
	qs, err := p.questions(h)
	if err != nil {
		return err
	}
	taken := map[string]string{}
	for _, f := range files {
		aside := func(id, where, message string) {
			h.Problems = append(h.Problems, evidence.Problem{Source: "review", RecordID: id, Kind: "bad-claim", Where: where, Message: message,
				SHA256: f.SHA256, Retry: "past review check"})
		}
		cs, mistakes, err := synthesis.ReadClaims(f.Path, f.Body, p.Vocab, qs, taken)
		if err != nil {
			h.Bad(f, err)
			continue
		}
		for _, m := range mistakes {
			aside(m.ID, fmt.Sprintf("%s:%d", f.Path, m.Line), m.Message)
		}
		for _, c := range cs {
			h.claims = append(h.claims, ownClaim{c, f.Path})
		}
	}
	return nil
}

// claimsToJudge are the vocabulary's claims and those of the claims files.
func (p *Pipeline) claimsToJudge(h *human) []synthesis.Claim {
	out := synthesis.ShippedClaims(p.Vocab)
	for _, c := range h.claims {
		out = append(out, c.Claim)
	}
	return out
}
