package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/extract/arm"
	"past/internal/extract/posted"
	"past/internal/link"
	"past/internal/review"
	"past/internal/store"
	"past/internal/synthesis"
)

// planFormula is the effect formula of the shipped plans: an effect has one number,
// in the store, in the tables to download and on the pages.
const planFormula = effect.Metapsy

// LinkReport counts what the link stage made.
type LinkReport struct {
	Studies int `json:"studies"`
	Links   int `json:"links"`
	// Look are links that identifiers alone do not settle: joins and separations
	// that a person should look at.
	Look []evidence.Link `json:"deserve_a_look"`
}

// Link joins records and papers into studies.
func (p *Pipeline) Link(ctx context.Context) (rep LinkReport, err error) {
	err = p.stages().Mark(ctx, "link", func() error {
		rep, err = p.link(ctx)
		return err
	})
	return rep, err
}

func (p *Pipeline) link(ctx context.Context) (LinkReport, error) {
	h, err := p.readReview()
	if err != nil {
		return LinkReport{}, err
	}
	if err := p.keepReview(ctx, h); err != nil {
		return LinkReport{}, err
	}
	in := link.Input{Papers: papers(h.extractions)}
	in.Undone, in.Joined = linkDecisions(h.Decisions)
	var facts []recordFacts
	for r, err := range p.Store.Records(ctx, store.RecordFilter{}) {
		if err != nil {
			return LinkReport{}, fmt.Errorf("reading records: %w", err)
		}
		if it := link.ItemOf(&r); it != nil {
			in.Items = append(in.Items, *it)
		}
		facts = append(facts, p.factsOf(&r))
	}
	studies, links := link.Build(in)
	p.describe(studies, facts, h)
	rep := LinkReport{Studies: len(studies), Links: len(links), Look: []evidence.Link{}}
	for _, l := range links {
		if link.DeservesLook(l) {
			rep.Look = append(rep.Look, l)
		}
	}
	return rep, p.Store.ReplaceStudies(ctx, studies, links)
}

// linkDecisions are the links that people undid and those that they made.
func linkDecisions(ds []review.Decision) (undone, joined map[link.Key]string) {
	undone, joined = map[link.Key]string{}, map[link.Key]string{}
	for _, d := range ds {
		if d.Kind != review.LinkChoice {
			continue
		}
		k, why := link.Key{A: d.Fields["a"], B: d.Fields["b"], Kind: d.Fields["kind"]}, fmt.Sprintf("%s, %s: %s", d.Who, d.When, d.Why)
		if d.Fields["decision"] == "join" {
			joined[k] = why
		} else {
			undone[k] = why
		}
	}
	return undone, joined
}

// papers are the reports that extraction tables speak of, each once.
func papers(rows []review.Extraction) []link.Paper {
	var out []link.Paper
	seen := map[string]bool{}
	for _, x := range rows {
		lp := paperOf(x)
		key := lp.DOI + "|" + lp.Study + "|" + lp.TrialID
		if !seen[key] {
			seen[key] = true
			out = append(out, lp)
		}
	}
	return out
}

func paperOf(x review.Extraction) link.Paper {
	return link.Paper{Study: x.Study, Year: x.Year, TrialID: x.TrialID, DOI: x.DOI, Prov: x.Prov}
}

// recordFacts are what a study takes over from a record. They are kept instead
// of the records, which would not fit in memory.
type recordFacts struct {
	id               string
	about            synthesis.StudyTopics
	design, blinding string
	stated           evidence.Statement
	conditions       []string // in the record's own words
}

func (p *Pipeline) factsOf(r *evidence.Record) recordFacts {
	f := recordFacts{about: About(p.Vocab, r), conditions: evidence.Own(r.Conditions)}
	f.design, f.blinding, f.stated.Says = extract.StatedDesign(r)
	f.design, f.blinding, f.stated = evidence.Own(f.design), evidence.Own(f.blinding), evidence.Own(f.stated)
	f.stated.By, f.stated.Prov = strings.Clone(r.ID), evidence.Own(r.Prov)
	f.id = f.stated.By
	return f
}

// describe says what each study is about: by the vocabulary for its records,
// by the extraction rows for its papers.
func (p *Pipeline) describe(studies []evidence.Study, facts []recordFacts, h *human) {
	of := link.StudyOf(studies)
	at := studiesByID(studies)
	for _, f := range facts {
		st := at[of[f.id]]
		if st == nil {
			continue
		}
		st.Substances = union(st.Substances, f.about.Substances)
		st.Conditions = union(st.Conditions, f.about.Conditions)
		st.Stated = union(st.Stated, f.conditions)
		st.Topics = union(st.Topics, f.about.Topics)
		if extract.Refines(st.Design, f.design) {
			st.Design, st.DesignFrom = f.design, &f.stated
		}
		if st.Blinding == "" && f.blinding != "" {
			st.Blinding, st.BlindingFrom = f.blinding, &f.stated
		}
	}
	for _, m := range h.Measured {
		// the topic of a measured row is a person's own classification
		if st := at[of[m.TrialID]]; st != nil {
			st.Topics = union(st.Topics, ids(p.Vocab.Match(m.Topic).Topics))
		}
	}
	for _, x := range h.extractions {
		st := at[of[link.Node(paperOf(x))]]
		if st == nil {
			continue
		}
		st.Substances = union(st.Substances, []string{x.Substance})
		if x.Condition != "" {
			st.Conditions = union(st.Conditions, []string{x.Condition})
		}
		override(&st.Design, &st.DesignFrom, x.Design, x)
		override(&st.Blinding, &st.BlindingFrom, x.Blinding, x)
	}
}

// override lets the value of a person's row replace what a record states, and
// keeps what it replaced. The first row of a study decides.
func override(value *string, from **evidence.Statement, own string, x review.Extraction) {
	if own == "" || *from != nil && (*from).Says == "" {
		return
	}
	s := &evidence.Statement{By: x.ID, Prov: x.Prov}
	if *value != "" && *value != own {
		s.Over = *value + " (" + (*from).By + ")"
	}
	*value, *from = own, s
}

func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// ExtractReport counts what the extract stage made.
type ExtractReport struct {
	ArmResults int                      `json:"arm_results"`
	Contrasts  int                      `json:"contrasts"`
	Effects    int                      `json:"effects"`
	Verdicts   map[evidence.Verdict]int `json:"verdicts"`            // of the effects
	Cells      map[evidence.Verdict]int `json:"arm_result_verdicts"` // of the arm results
	// Rows are those of people's tables whose numbers cannot be.
	Rows []evidence.Problem `json:"unusable_rows,omitempty"`
}

// Extract reads posted results and extraction tables into effects.
func (p *Pipeline) Extract(ctx context.Context) (rep ExtractReport, err error) {
	err = p.stages().Mark(ctx, "extract", func() error {
		rep, err = p.extract(ctx)
		return err
	})
	return rep, err
}

func (p *Pipeline) extract(ctx context.Context) (rep ExtractReport, err error) {
	rep = ExtractReport{Verdicts: map[evidence.Verdict]int{}, Cells: map[evidence.Verdict]int{}}
	h, err := p.readReview()
	if err != nil {
		return rep, err
	}
	if err := p.keepReview(ctx, h); err != nil {
		return rep, err
	}
	studies, err := p.studies(ctx)
	if err != nil {
		return rep, err
	}
	of := link.StudyOf(studies)
	effects := extract.PaperEffects(h.extractions, func(x review.Extraction) string { return of[link.Node(paperOf(x))] }, planFormula,
		p.Vocab)
	rest, err := newSpool[evidence.Effect]()
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, rest.close()) }()
	posted, err := p.extractRegister(ctx, studies, touched(h, studies, effects), rest, &rep)
	if err != nil {
		return rep, err
	}
	effects = append(effects, posted...)
	byID := studiesByID(studies)
	doses, err := p.statedDoses(ctx, h.Harms, studies, effects)
	if err != nil {
		return rep, err
	}
	effects = append(effects, extract.HarmTableEffects(extractedHarms(h.Harms, studies, effects, doses), byID, effects, planFormula)...)
	extract.FillPeople(effects, byID)
	slices.SortFunc(effects, func(a, b evidence.Effect) int { return strings.Compare(a.ID, b.ID) })
	effects = extract.Audit(effects)
	applied := review.Apply(effects, h.Decisions, func(e *evidence.Effect) error { return extract.Compute(e, planFormula) })
	topicDecisions(h, studies).markStale(applied)
	rep.count(effects)
	rep.Rows = unusableRows(h, effects)
	if err := p.Store.ReplaceDecisions(ctx, decisionRows(applied)); err != nil {
		return rep, err
	}
	return rep, p.Store.ReplaceEffects(ctx, both(rest.all, store.Listed(effects)))
}

func (r *ExtractReport) count(effects []evidence.Effect) {
	r.Effects += len(effects)
	for _, e := range effects {
		r.Verdicts[e.Verdict]++
	}
}

// touched reports whether a row or a decision of a person bears on the effects of a
// study: those are held together until all are known.
func touched(h *human, studies []evidence.Study, papers []evidence.Effect) func(effects []evidence.Effect) bool {
	ids := map[string]bool{}
	for _, e := range papers {
		ids[e.StudyID] = true
	}
	for _, r := range extractedHarms(h.Harms, studies, nil, nil) {
		ids[r.StudyID] = true
	}
	for _, d := range h.Decisions {
		ids[d.Target] = true
	}
	return func(effects []evidence.Effect) bool {
		return slices.ContainsFunc(effects, func(e evidence.Effect) bool { return ids[e.StudyID] || ids[e.ID] || e.StudyID == "" })
	}
}

func studiesByID(studies []evidence.Study) map[string]*evidence.Study {
	out := map[string]*evidence.Study{}
	for i := range studies {
		out[studies[i].ID] = &studies[i]
	}
	return out
}

// extractBatch is about how many records are held in memory while they are read.
const extractBatch = 100

// extractRegister reads every trial record: what its planned outcomes measure,
// and the cells and contrasts of its posted results with the effects that they
// allow. It returns the effects of the studies that are held and puts those of all
// others, which are judged study by study, into rest.
func (p *Pipeline) extractRegister(ctx context.Context, studies []evidence.Study, hold func([]evidence.Effect) bool,
	rest *spool[evidence.Effect], rep *ExtractReport) (held []evidence.Effect, err error) {
	x := registerReader{p: p, reader: posted.NewReader(p.Vocab), at: studiesByRecord(studies), rep: rep}
	batches, err := p.trialBatches(ctx, studies)
	if err != nil {
		return nil, err
	}
	err = p.Store.ReplaceExtraction(ctx, func(add func(store.Extracted) error) error {
		for _, ids := range batches {
			of, err := x.batch(ctx, ids, add)
			if err != nil {
				return err
			}
			for _, study := range slices.Sorted(maps.Keys(of)) {
				if hold(of[study]) {
					held = append(held, evidence.Own(of[study])...)
					continue
				}
				slices.SortFunc(of[study], func(a, b evidence.Effect) int { return strings.Compare(a.ID, b.ID) })
				own := extract.Audit(of[study])
				rep.count(own)
				for i := range own {
					if err := rest.add(&own[i]); err != nil {
						return fmt.Errorf("effect %s: %w", own[i].ID, err)
					}
				}
			}
		}
		return nil
	})
	return held, err
}

// trialBatches are the ids of all trial records, those of a study in one batch.
func (p *Pipeline) trialBatches(ctx context.Context, studies []evidence.Study) (out [][]string, err error) {
	trial := map[string]bool{}
	for s, err := range p.Store.RecordStates(ctx) {
		if err != nil {
			return nil, fmt.Errorf("reading the states of records: %w", err)
		}
		if s.Kind == string(evidence.KindTrial) {
			trial[s.ID] = true
		}
	}
	var batch []string
	add := func(ids []string) {
		for _, id := range ids {
			if trial[id] {
				delete(trial, id)
				batch = append(batch, id)
			}
		}
		if len(batch) >= extractBatch {
			out, batch = append(out, batch), nil
		}
	}
	for i := range studies {
		add(studies[i].Records)
	}
	for _, id := range slices.Sorted(maps.Keys(trial)) { // of no study
		add([]string{id})
	}
	if len(batch) > 0 {
		out = append(out, batch)
	}
	return out, nil
}

// registerReader reads posted results of records into rows of the store.
type registerReader struct {
	p      *Pipeline
	reader *posted.Reader
	at     map[string]*evidence.Study
	rep    *ExtractReport
}

// batch stores what records hold and returns the effects that they allow, by study.
func (x *registerReader) batch(ctx context.Context, ids []string, add func(store.Extracted) error) (map[string][]evidence.Effect, error) {
	var out store.Extracted
	effects := map[string][]evidence.Effect{}
	for r, err := range x.p.Store.Records(ctx, store.RecordFilter{Kinds: []evidence.RecordKind{evidence.KindTrial}, IDs: ids}) {
		if err != nil {
			return nil, fmt.Errorf("reading planned outcomes and posted results: %w", err)
		}
		out.Planned = append(out.Planned, x.reader.Planned(&r)...)
		if r.Results == nil {
			continue
		}
		rows, tests := x.reader.Register(&r), x.reader.Contrasts(&r)
		st := evidence.Study{}
		if s := x.at[r.ID]; s != nil {
			st = *s
		}
		for i := range rows {
			x.rep.Cells[rows[i].Verdict]++
			rows[i].StudyID = st.ID
		}
		for i := range tests {
			tests[i].StudyID = st.ID
		}
		effects[st.ID] = append(effects[st.ID], extract.RegisterEffects(&r, st, rows, tests, x.p.Vocab, planFormula)...)
		effects[st.ID] = append(effects[st.ID], extract.HarmEffects(&r, st, x.p.Vocab, planFormula)...)
		out.Results, out.Contrasts = append(out.Results, rows...), append(out.Contrasts, tests...)
	}
	x.rep.ArmResults += len(out.Results)
	x.rep.Contrasts += len(out.Contrasts)
	return effects, add(out)
}

func (p *Pipeline) studies(ctx context.Context) ([]evidence.Study, error) {
	var out []evidence.Study
	for s, err := range p.Store.Studies(ctx) {
		if err != nil {
			return nil, fmt.Errorf("reading studies: %w", err)
		}
		out = append(out, s)
	}
	return out, nil
}

// Analyse answers the questions and stores the findings.
func (p *Pipeline) Analyse(ctx context.Context) (findings []evidence.Finding, err error) {
	err = p.stages().Mark(ctx, "analyse", func() error {
		findings, err = p.analyse(ctx)
		return err
	})
	return findings, err
}

func (p *Pipeline) analyse(ctx context.Context) ([]evidence.Finding, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	if err := p.keepReview(ctx, h); err != nil {
		return nil, err
	}
	qs, err := p.questions(h)
	if err != nil {
		return nil, err
	}
	base, err := p.base(ctx, h)
	if err != nil {
		return nil, err
	}
	findings := make([]evidence.Finding, 0, len(qs))
	for _, q := range qs {
		f, err := synthesis.Answer(ctx, q, base)
		if err != nil {
			return nil, err
		}
		findings = append(findings, f)
	}
	review.Sign(findings, h.Decisions)
	if err := synthesis.Relate(qs, findings); err != nil { // the words follow the signed level, too
		return nil, err
	}
	gap := p.gaps(base, qs, findings, h, topicDecisions(h, base.Studies))
	asked := p.claimsToJudge(h)
	claims := synthesis.Judge(asked, qs, findings, gap, base.LastScan)
	synthesis.CiteOther(p.Vocab, asked, claims, synthesis.OtherWithNotices(h.Other, base.Notices))
	if err := p.Store.ReplaceFindings(ctx, findings, claims, gap); err != nil {
		return nil, err
	}
	p.findings = nil
	if err := p.keepKnowledge(ctx, h, base); err != nil {
		return nil, err
	}
	return findings, p.keepAsked(ctx)
}

// liveTrials are the trials that their registers still have.
var liveTrials = store.RecordFilter{Kinds: []evidence.RecordKind{evidence.KindTrial}, WithoutGone: true}

// trials reads live trials by their ids; of no ids it reads none.
func (p *Pipeline) trials(ctx context.Context, ids []string) iter.Seq2[evidence.Record, error] {
	if len(ids) == 0 {
		return func(func(evidence.Record, error) bool) {}
	}
	f := liveTrials
	f.IDs = ids
	return p.Store.Records(ctx, f)
}

// trackedRecords are the ids of the records of studies about a tracked substance.
func (p *Pipeline) trackedRecords(studies []evidence.Study) (ids []string) {
	for i := range studies {
		if tracked(p.Vocab, studies[i].Substances) {
			ids = append(ids, studies[i].Records...)
		}
	}
	return ids
}

// base gathers what questions are asked of.
func (p *Pipeline) base(ctx context.Context, h *human) (synthesis.Base, error) {
	b := synthesis.Base{Measured: h.Measured, About: map[string]synthesis.StudyTopics{}, Registered: map[string]int{},
		Planned: map[string][]string{}}
	asked, err := p.substancesAsked(h)
	if err != nil {
		return b, err
	}
	about := map[string]bool{} // the studies that a question can be about
	for e, err := range p.Store.EffectsOf(ctx, asked) {
		if err != nil {
			return b, fmt.Errorf("reading effects: %w", err)
		}
		about[e.StudyID] = true
		b.Effects = append(b.Effects, e)
	}
	if b.Studies, err = p.studies(ctx); err != nil {
		return b, err
	}
	b.StudyOf = link.StudyOf(b.Studies)
	for _, s := range b.Studies {
		b.About[s.ID] = synthesis.StudyTopics{Substances: s.Substances, Conditions: s.Conditions, Topics: s.Topics, Design: s.Design}
		about[s.ID] = about[s.ID] || slices.ContainsFunc(s.Substances, func(id string) bool { return slices.Contains(asked, id) })
	}
	for _, m := range h.Measured {
		about[cmp.Or(b.StudyOf[m.TrialID], m.TrialID)] = true
	}
	updated := map[string]bool{}
	var ids []string
	for r, err := range p.Store.Heads(ctx, liveTrials) {
		if err != nil {
			return b, fmt.Errorf("reading trials: %w", err)
		}
		b.Registered[r.Source]++
		updated[r.LastUpdatePosted.Raw] = true
		if about[cmp.Or(b.StudyOf[r.ID], r.ID)] {
			ids = append(ids, r.ID)
		}
	}
	for r, err := range p.trials(ctx, ids) {
		if err != nil {
			return b, fmt.Errorf("reading trials: %w", err)
		}
		if topics := b.About[b.StudyOf[r.ID]]; len(topics.Substances) > 0 {
			if aside := arm.Aside(&r, p.Vocab); topics.Aside == nil {
				topics.Aside = aside
			} else {
				maps.Copy(topics.Aside, aside)
			}
			b.About[b.StudyOf[r.ID]] = topics
		}
		t := evidence.Own(withoutText(r))
		b.Planned[t.ID] = synthesis.PlannedDomains(&r)
		b.Trials = append(b.Trials, t)
	}
	if b.Notices, err = p.notices(ctx, h); err != nil {
		return b, err
	}
	if b.Switches, err = p.switches(ctx, b.StudyOf); err != nil {
		return b, err
	}
	if b.Searches, err = p.searches(ctx); err != nil {
		return b, err
	}
	if b.Restated, err = IsStarter(ctx, p.Store); err != nil {
		return b, err
	}
	b.LastScan, err = p.dataTo(ctx, b, updated)
	return b, err
}

// substancesAsked are the substances that a question or the gap map can be about.
func (p *Pipeline) substancesAsked(h *human) ([]string, error) {
	qs, err := p.questions(h)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range p.Vocab.Substances() {
		if s.Core || s.FoldInto != "" {
			out = append(out, s.ID)
		}
	}
	for _, q := range qs {
		out = append(out, q.Substances...)
	}
	return union(out, nil), nil
}

// withoutText is a trial without its longest parts, which no question reads.
func withoutText(r evidence.Record) evidence.Record {
	if r.Results != nil {
		r.Results = &evidence.Results{} // that there are any stays known
	}
	r.Planned, r.Arms, r.Interventions, r.Sites, r.References, r.Documents = nil, nil, nil, nil, nil, nil
	r.Eligibility, r.Keywords, r.MeshTerms, r.Collaborators = "", nil, nil, nil
	return r
}
