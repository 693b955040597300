package synthesis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/analysis/certainty"
	"past/internal/evidence"
)

// CodeRetracted is the reason of a row whose own report was retracted. Other
// reports of the trials that the report covered stay.
const CodeRetracted = "retracted"

// RetractedWords are in the reason of every such row.
const RetractedWords = "its numbers leave the pool"

// retractedReports are the DOIs that a notice of retraction names.
func retractedReports(notices []evidence.Notice) map[string]bool {
	out := map[string]bool{}
	for _, n := range notices {
		if n.Kind == "retraction" && n.DOI != "" {
			out[strings.ToLower(n.DOI)] = true
		}
	}
	return out
}

// withdraw parts effects into those that may be used and those that were read from
// a retracted report.
func withdraw(notices []evidence.Notice, effects []evidence.Effect) (kept, gone []evidence.Effect) {
	retracted := retractedReports(notices)
	if len(retracted) == 0 {
		return effects, nil
	}
	for _, e := range effects {
		if e.DOI != "" && retracted[strings.ToLower(e.DOI)] {
			gone = append(gone, e)
		} else {
			kept = append(kept, e)
		}
	}
	return kept, gone
}

// withdrawn lists the rows of retracted reports that a question would otherwise
// have used.
func withdrawn(q Question, b Base, gone []evidence.Effect) (would []evidence.Effect, out []evidence.Exclusion) {
	if len(gone) == 0 {
		return nil, nil
	}
	would = Select(q, gone).Included
	for _, e := range would {
		why := "its report was retracted; " + RetractedWords
		for _, n := range b.Notices {
			if n.Kind == "retraction" && strings.EqualFold(n.DOI, e.DOI) {
				why = fmt.Sprintf("its report (doi:%s) was retracted%s; %s", e.DOI, n.Stated(), RetractedWords)
			}
		}
		out = append(out, evidence.Exclusion{EffectID: e.ID, StudyID: e.StudyID, Label: e.StudyLabel, Code: CodeRetracted, Reason: why})
	}
	return would, out
}

// noticesOf are the notices that concern a finding: its pooled trials and their
// reports, or its substance as treatment of its condition; of a finding on harm those,
// too, that name harms of the substance. In order of date.
func noticesOf(b Base, f *evidence.Finding, gone []evidence.Effect) []evidence.Notice {
	if len(b.Notices) == 0 {
		return nil
	}
	trials, papers := map[string]bool{}, map[string]bool{}
	pooled := map[string]bool{}
	for _, e := range slices.Concat(f.Effects, gone) {
		pooled[e.StudyID] = true
		trials[e.RecordID] = true
		if e.DOI != "" {
			papers["doi:"+strings.ToLower(e.DOI)] = true
		}
	}
	b.reports(pooled, trials, papers)
	var out []evidence.Notice
	for _, n := range b.Notices {
		if n.Concerns(f.Substance, f.Condition, trials, papers) || f.Harm && n.ConcernsHarms(f.Substance, trials, papers) {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b evidence.Notice) int { return strings.Compare(a.Date.Raw, b.Date.Raw) })
	return out
}

// reports adds the records and papers of the studies.
func (b Base) reports(of, trials, papers map[string]bool) {
	for _, s := range b.Studies {
		if !of[s.ID] {
			continue
		}
		for _, r := range s.Records {
			trials[r] = true
		}
		for _, p := range s.Papers {
			papers[p] = true
		}
	}
}

// harmNotices are the notices that bear on harm rows of a substance, and how.
func harmNotices(b Base, substance string, rows []evidence.HarmRow) (out []evidence.Notice, note string) {
	studies, trials, papers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		studies[r.StudyID], trials[r.StudyID], trials[r.RecordID] = true, true, r.RecordID != ""
		if r.DOI != "" {
			papers["doi:"+strings.ToLower(r.DOI)] = true
		}
	}
	b.reports(studies, trials, papers)
	for _, n := range b.Notices {
		if n.ConcernsHarms(substance, trials, papers) {
			out = append(out, n)
		}
	}
	switch by := uncountedBy(out); {
	case len(out) == 0:
	case by != "":
		note = sentenceCase(by) + " says that adverse events were not recorded: counts of harm with " + substanceName(substance) +
			" may be too low."
	default:
		note = "No notice here says that adverse events were not recorded: the counts are as the sources give them."
	}
	return out, note
}

// uncountedBy names the latest notice by which adverse events went unrecorded.
func uncountedBy(notices []evidence.Notice) string {
	by := ""
	for _, n := range notices {
		if n.Uncounted() {
			by = "the " + evidence.NoticeName(n.Kind)
			if n.Date.Raw != "" {
				by += " of " + n.Date.Raw
			}
		}
	}
	return by
}

// noticeStep says what the notices on harms mean for the certainty of a finding on
// harm; "" where there is none.
func noticeStep(f *evidence.Finding) string {
	if !f.Harm || !slices.ContainsFunc(f.Notices, func(n evidence.Notice) bool { return n.OfHarms() }) {
		return ""
	}
	by := uncountedBy(f.Notices)
	if by == "" {
		return "The notices on harms take no step of certainty: none says that adverse events were not recorded."
	}
	said := sentenceCase(by) + " says that adverse events were not recorded, so counts may be too low"
	for _, d := range f.Certainty.Domains {
		if d.Name == certainty.RiskOfBias {
			return said + map[bool]string{true: "; the certainty takes a step for it.",
				false: "; no further step of certainty is taken for it, since risk of bias is lowered already."}[strings.Contains(d.Plain,
				certainty.UncountedPlain)]
		}
	}
	return said + "; there is no number here whose certainty it could lower."
}

// noticeLimits says in a sentence each what was done to the evidence of a finding.
func noticeLimits(f *evidence.Finding) []string {
	var out []string
	for _, n := range f.Notices {
		about := cmp.Or(n.TrialID, n.DOI, n.PMID, "the treatment")
		notice := "Notice"
		if n.Date.Raw != "" {
			notice += " of " + n.Date.Raw
		}
		out = append(out, fmt.Sprintf("%s on %s (%s, %s): see the notices.", notice, about, evidence.NoticeName(n.Kind), n.By))
	}
	if step := noticeStep(f); step != "" {
		out = append(out, step)
	}
	return out
}

// OtherWithNotices are other reports, each with what was done to it among its limits:
// a retraction, a correction, an expression of concern.
func OtherWithNotices(other []evidence.OtherEvidence, notices []evidence.Notice) []evidence.OtherEvidence {
	out := slices.Clone(other)
	for i := range out {
		x := &out[i]
		for _, n := range notices {
			if n.DOI != "" && strings.EqualFold(n.DOI, x.DOI) {
				said := "There is a notice on this report: " + evidence.NoticeName(n.Kind) + n.Stated() + ". "
				x.Limits = strings.TrimSpace(said + x.Limits)
			}
		}
	}
	return out
}

// retractions lists the retracted reports of the pooled studies. The pooled
// numbers were read elsewhere: those of a retracted report are left out.
func retractions(b Base, effects []evidence.Effect) (ids, warnings []string) {
	of := map[string][]string{}
	for _, s := range b.Studies {
		of[s.ID] = s.Retracted
	}
	for _, e := range effects {
		for _, id := range of[e.StudyID] {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
				warnings = append(warnings, fmt.Sprintf("%s, a report of %s, is retracted; the pooled numbers were read elsewhere (%s)", id,
					e.StudyLabel, orNone(e.DOI)))
			}
		}
	}
	slices.Sort(ids)
	slices.Sort(warnings)
	return ids, warnings
}
