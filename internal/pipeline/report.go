package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"past/crawler"
	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/edition/publish"
	"past/internal/evidence"
	"past/internal/starter"
	"past/internal/synthesis"
	"past/internal/vocab"
	"past/reports"
)

// Publish writes the edition of what the store holds into dir and keeps it in
// the store, unless aside says why not: cycles publish the editions of the
// database, or it cannot be written. also is called before it is kept, with what
// was drawn; it may be nil.
func (p *Pipeline) Publish(ctx context.Context, dir, software, aside string, opt reports.Options,
	also func(reports.Edition) error) (*publish.Draft, error) {
	d, err := p.Draft(ctx, software)
	if err != nil {
		return nil, err
	}
	d.Why = cmp.Or(aside, d.Why)
	if err := d.Pack(""); err != nil {
		return nil, err
	}
	if err := p.Store.Sound(ctx); err != nil { // also of bodies behind no shown number
		return nil, fmt.Errorf("nothing was published: %w", err)
	}
	ed, err := p.ReportDraft(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := reports.Write(ctx, dir, ed, opt); err != nil {
		return nil, err
	}
	if also != nil {
		if err := also(ed); err != nil {
			return nil, err
		}
	}
	return d, d.Keep(ctx, "", p.Now())
}

// ReportDraft gathers the report of a draft with what it changes.
func (p *Pipeline) ReportDraft(ctx context.Context, d *publish.Draft) (reports.Edition, error) {
	ed, err := p.ReportEdition(ctx, d.Doc)
	if err != nil {
		return ed, err
	}
	ed.PreviousEdition = d.Previous
	for _, x := range d.Changes {
		if d.Previous == "" && x.Kind == changes.FirstEdition {
			continue // the page says so
		}
		more := changes.ReadDetail(x)
		ed.Changes = append(ed.Changes, reports.Change{Date: d.Doc.Date, Kind: strings.ReplaceAll(x.Kind, "-", " "), Subject: x.Subject,
			Title:  x.Title,
			Before: x.Before, After: x.After, Why: x.Cause, Moved: more.Moved, URL: more.URL})
	}
	return ed, nil
}

// ReportEdition gathers everything that the report of an edition shows.
func (p *Pipeline) ReportEdition(ctx context.Context, doc edition.Document) (reports.Edition, error) {
	ed := reports.Edition{ID: doc.ID, Date: doc.Date, DataHash: doc.DataHash, SoftwareVersion: doc.SoftwareVersion, Starter: doc.Starter,
		Counts: map[string]int{}, Payloads: map[string]reports.PayloadNote{}}
	for k, v := range doc.Counts {
		ed.Counts[k] = int(v)
	}
	var err error
	if ed.Findings, err = p.Findings(ctx); err != nil {
		return ed, err
	}
	if ed.Claims, err = p.Claims(ctx); err != nil {
		return ed, err
	}
	h, err := p.readReview()
	if err != nil {
		return ed, err
	}
	base, err := p.base(ctx, h)
	if err != nil {
		return ed, err
	}
	words := topicDecisions(h, base.Studies)
	ed.Studies = words.decided(base.Studies)
	for _, d := range words.act {
		ed.TopicDecisions = append(ed.TopicDecisions, reports.TopicDecision{StudyID: d.Study, Topic: d.Topic, Include: d.Include, Who: d.Who,
			When: d.When, Why: d.Why})
	}
	ed.ClaimFiles = map[string]string{}
	for _, c := range h.claims {
		ed.ClaimFiles[c.ID] = c.file
	}
	if err := p.reportGap(ctx, &ed); err != nil {
		return ed, err
	}
	if err := p.reportTrials(ctx, base.About, &ed); err != nil {
		return ed, err
	}
	ed.Searches = base.Searches
	qs, err := p.questions(h)
	if err != nil {
		return ed, err
	}
	p.reportFlow(qs, base, &ed)
	p.reportNames(&ed)
	ed.Methods = methodNotes(base.Restated)
	if err := p.reportHarms(ctx, h, base, &ed); err != nil {
		return ed, err
	}
	if err := p.reportKnowledge(ctx, h, &ed); err != nil {
		return ed, err
	}
	ed.Papers = tiedPapers(h, ed.Studies, base.Effects)
	if err := p.reportPayloads(ctx, &ed); err != nil {
		return ed, err
	}
	ed.Missing = evidence.MissingOf(ed.Findings)
	ed.RiskOfBias = riskOfBias(ed.Findings)
	ed.Sources = p.reportSources(ctx, doc)
	if err := p.reportCitations(ctx, doc, &ed); err != nil {
		return ed, err
	}
	p.reportTables(ctx, &ed)
	js, err := doc.JSON()
	if err != nil {
		return ed, err
	}
	ed.Downloads = append(ed.Downloads, reports.Download{Path: "edition.json", Title: "edition.json",
		About: "The edition as programs read it: identity, counts, findings, claims.", Data: js})
	return ed, nil
}

func (p *Pipeline) reportGap(ctx context.Context, ed *reports.Edition) error {
	cells, err := p.Store.Gaps(ctx)
	if err != nil {
		return err
	}
	ed.Gap.Cells = cells
	for _, t := range p.Vocab.Topics() {
		ed.Gap.Topics = append(ed.Gap.Topics, reports.Label{ID: t.ID, Name: t.Name})
	}
	for _, s := range p.Vocab.Substances() {
		if s.Core {
			ed.Gap.Substances = append(ed.Gap.Substances, reports.Label{ID: s.ID, Name: s.Name})
		}
	}
	if p.Vocab.Alone() {
		var names []string
		for _, s := range ed.Gap.Substances {
			names = append(names, s.Name)
		}
		if n := len(names) - 1; n > 0 {
			names = []string{strings.Join(names[:n], ", ") + " and " + names[n]}
		}
		ed.Subject = cmp.Or(strings.Join(names, ""), "the treatments asked about")
	}
	return nil
}

func (p *Pipeline) reportTrials(ctx context.Context, about map[string]synthesis.StudyTopics, ed *reports.Edition) error {
	at := map[string]evidence.Study{}
	for _, s := range ed.Studies {
		for _, r := range s.Records {
			at[r] = s
		}
	}
	for r, err := range p.Store.Heads(ctx, liveTrials) {
		if err != nil {
			return fmt.Errorf("reading trials: %w", err)
		}
		st := at[r.ID]
		substances := names(st.Substances, p.Vocab)
		for i, id := range st.Substances {
			if how := about[st.ID].Aside[id]; how != "" {
				substances[i] += " " + how
			}
		}
		ed.Trials = append(ed.Trials, reports.TrialRow{ID: r.ID, StudyID: st.ID, Title: r.Title, Status: r.Status,
			StatusRaw: r.StatusRaw, Phases: r.Phases,
			StudyType: r.StudyType, Enrolment: r.Enrollment, Planned: strings.EqualFold(r.EnrollmentType, "ESTIMATED"), Start: r.Start,
			Completion: r.Completion,
			Updated:    r.LastUpdatePosted.Raw, Substances: substances, Conditions: conditionNames(st.Conditions, p.Vocab),
			Topics:  st.Topics,
			Sponsor: r.Sponsor.Name, Countries: r.Countries, Source: r.Source, URL: r.URL, HasResults: r.Results != nil, Restated: ed.Starter})
	}
	slices.SortFunc(ed.Trials, func(a, b reports.TrialRow) int { return strings.Compare(a.ID, b.ID) })
	ed.Registered = p.readRegistered(ctx, ed)
	ed.Links = func(study string) ([]evidence.Link, error) { return p.Store.StudyLinks(ctx, study) }
	return nil
}

func names(ids []string, v *vocab.Vocabulary) []string {
	var out []string
	for _, id := range ids {
		if s, ok := v.Substance(id); ok {
			out = append(out, s.Name)
		} else {
			out = append(out, id)
		}
	}
	return out
}

func conditionNames(ids []string, v *vocab.Vocabulary) []string {
	var out []string
	for _, id := range ids {
		if c, ok := v.Condition(id); ok {
			out = append(out, c.Name)
		} else {
			out = append(out, id)
		}
	}
	return out
}

// reportPayloads notes where the bytes behind every shown number came from.
func (p *Pipeline) reportPayloads(ctx context.Context, ed *reports.Edition) error {
	for _, f := range ed.Findings {
		for _, e := range f.Effects {
			for _, in := range e.Inputs {
				sha := in.Prov.PayloadSHA256
				if _, done := ed.Payloads[sha]; done || sha == "" {
					continue
				}
				if _, err := p.Store.Payload(ctx, sha); err != nil { // it must match its hash
					return fmt.Errorf("payload %s behind %s: %w", sha, e.ID, err)
				}
				info, err := p.Store.PayloadInfo(ctx, sha)
				if err != nil {
					return fmt.Errorf("payload %s behind %s: %w", sha, e.ID, err)
				}
				ed.Payloads[sha] = reports.PayloadNote{Source: info.Source, RecordID: info.RecordID, URL: info.URL,
					FetchedAt: info.FetchedAt.UTC().Format("2006-01-02"), MediaType: info.MediaType, Bytes: info.Bytes}
			}
		}
	}
	return nil
}

// riskOfBias lists the judgements that the effects carry, once per study.
func riskOfBias(findings []evidence.Finding) []reports.RiskOfBiasRow {
	seen := map[string]bool{}
	var out []reports.RiskOfBiasRow
	for _, f := range findings {
		for _, e := range f.Effects {
			if e.RiskOfBias == "" || seen[e.StudyID] {
				continue
			}
			seen[e.StudyID] = true
			judge := "as given in the extraction table"
			if e.Channel == "dataset" {
				judge = "the dataset's authors"
			}
			out = append(out, reports.RiskOfBiasRow{StudyID: e.StudyID, Label: e.StudyLabel, Tool: "RoB 2", Domains: e.RoBDomains,
				Overall:  e.RiskOfBias,
				JudgedBy: judge, Source: e.Source})
		}
	}
	slices.SortFunc(out, func(a, b reports.RiskOfBiasRow) int {
		return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.StudyID, b.StudyID))
	})
	return out
}

func (p *Pipeline) reportSources(ctx context.Context, doc edition.Document) []reports.SourceNote {
	var out []reports.SourceNote
	status, err := p.Store.Status(ctx)
	if err == nil {
		names := make([]string, 0, len(status.Sources))
		for n := range status.Sources {
			names = append(names, n)
		}
		slices.Sort(names)
		for _, n := range names {
			s := status.Sources[n]
			note := reports.SourceNote{Name: sourceName(n), Records: int(s.Records)}
			switch {
			case doc.Starter && s.Records > 0:
				note.Attribution = "embedded facts, not collected from it"
			case !s.LastFetch.IsZero():
				note.LastCrawl = s.LastFetch.UTC().Format("2006-01-02")
			}
			out = append(out, note)
		}
	}
	if doc.Starter {
		for _, d := range starter.Datasets() {
			out = append(out, reports.SourceNote{Name: d.Name, URL: d.URL, Licence: d.Licence, LicenceURL: d.LicenceURL,
				Attribution: d.Attribution, LastCrawl: starter.Date})
		}
	}
	return out
}

// methodNotes tell on the methods page by which written rules the edition came
// about, from the rules themselves.
func methodNotes(retold bool) []reports.Note {
	return []reports.Note{
		{Title: "What the registers are asked", Text: asked(CrawlQuestion(), retold)},
		{Title: "Verdicts on claims", Text: synthesis.ClaimRules[synthesis.RuleEfficacy] + " " + synthesis.ClaimRules[synthesis.RuleParts]},
		{Title: "Certainty that no person signed",
			Text: "The program proposes a level by rule: randomised evidence starts at high and goes down by what the numbers show " +
				"for each domain. While a domain is not rated, nothing above low is proposed and the level is said to be \"at most\": what " +
				"was not looked at must not look like a pass. It is shown as proposed and is no person's judgement; a signed row of a " +
				"certainty file replaces it, and goes stale when the numbers move."},
		{Title: "Results that are due", Text: synthesis.OverdueRule +
			". A partial date counts as late as it can mean, so that no trial is called overdue too early."},
		{Title: "Changes of plan",
			Text: "Where more than one version of a trial's record is stored, primary outcomes and planned sizes are compared from " +
				"version to version. Each change is given with its date, with what stood there before and after, and whether the trial had " +
				"started by then; a start that is known only by its month or year leaves that open where it must."},
		{Title: "Topics of the gap map",
			Text: "A study stands under a topic when a register's condition, title or summary, or a row of the table of measured " +
				"outcomes, speaks of it; the words and their place are listed with each cell. A person who read the record can correct that " +
				"in topics.csv; where two people differ, neither correction acts until a third decides."},
	}
}

// asked says what a crawl asks the registers for: substances that are in few trials
// without a condition, the others with one.
func asked(q crawler.QuestionSet, retold bool) string {
	list := func(concepts []crawler.Concept) string {
		var out []string
		for _, c := range concepts {
			if words := strings.Join(c.Terms, ", "); !slices.Contains(out, words) {
				out = append(out, words)
			}
		}
		return strings.Join(out, "; ")
	}
	var rare, other []crawler.Concept
	for _, s := range q.Substances {
		if s.Rare {
			rare = append(rare, s)
		} else {
			other = append(other, s)
		}
	}
	instruments := 0
	conditions := slices.DeleteFunc(slices.Clone(q.Conditions), func(c crawler.Concept) bool {
		if c.ID == SexualInstruments {
			instruments = len(c.Terms)
		}
		return c.ID == SexualInstruments
	})
	out := "A crawl asks each register, in its own syntax, "
	if retold {
		out = "This edition is made of the starter set; no live register was asked for it. A crawl would ask each register, in its own syntax, "
	}
	if len(rare) > 0 {
		out += "for all trials of " + list(rare)
		if len(other) > 0 {
			out += "; and "
		}
	}
	if len(other) > 0 {
		out += "for trials of " + list(other) + ", together with one of the conditions or topics below"
		if instruments > 0 {
			out += fmt.Sprintf(" or the name of one of %d questionnaires of sexual function and satisfaction", instruments)
		}
	}
	if len(conditions) > 0 {
		out += ". Conditions and topics: " + list(conditions)
	}
	return out + "."
}
