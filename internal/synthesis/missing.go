package synthesis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"past/internal/evidence"
)

// Why a fitting trial is not in the pool.
const (
	WhyRunning    = "running"
	WhyNoResults  = "completed without results"
	WhyOverdue    = "overdue"
	WhyPosted     = "results posted, not pooled"
	WhyReported   = "reported, not pooled"
	WhyTerminated = "terminated"
	WhyWithdrawn  = "withdrawn"
	WhyUnknown    = "unknown"
)

// OverdueRule is the register's own rule, in words (ClinicalTrials.gov, 42 CFR
// 11.44: results are due one year after the primary completion date of an
// applicable trial).
const OverdueRule = "ClinicalTrials.gov asks for results of applicable trials within 12 months of the primary completion " +
	"date; whether the rule binds a trial is not in its public record"

// missing lists registered trials that fit the question and have no effect in
// its pool, one line per study. Nothing is said of their results. unplaced are the
// trials that may fit as well: their records do not state their people.
func missing(q Question, b Base, pooled []evidence.Effect, excluded []evidence.Exclusion) (out []evidence.MissingTrial, unplaced []string) {
	inPool := map[string]bool{}
	for _, e := range pooled {
		inPool[e.StudyID], inPool[e.RecordID] = true, true
	}
	delete(inPool, "")
	reported, unfit := reportedHere(q, b, excluded)
	byStudy, fits, may := map[string][]evidence.Record{}, map[string]bool{}, map[string]bool{}
	for i := range b.Trials {
		r := &b.Trials[i]
		st := cmp.Or(b.StudyOf[r.ID], r.ID)
		if inPool[st] || inPool[r.ID] || unfit[st] || reported[st] == "" && !overlap(b.About[st].Substances, q.Substances) {
			continue
		}
		c := b.ofTrial(b.About[st], r)
		ok, _ := Fits(q, c)
		fits[st] = fits[st] || ok || reported[st] != ""
		may[st] = (may[st] || byStudy[st] == nil) && r.Status != evidence.StatusWithdrawn && q.mayFit(c) // no record speaks against it
		byStudy[st] = append(byStudy[st], *r)
	}
	for st, records := range byStudy {
		if !fits[st] && !may[st] {
			continue
		}
		slices.SortFunc(records, func(a, b evidence.Record) int {
			return cmp.Or(flag(b.Source == "ctgov")-flag(a.Source == "ctgov"), strings.Compare(a.ID, b.ID))
		})
		r := records[0]
		if !fits[st] {
			unplaced = append(unplaced, r.ID)
			continue
		}
		m := evidence.MissingTrial{StudyID: b.StudyOf[r.ID], RecordID: r.ID, Title: cmp.Or(r.Title, r.OfficialTitle), Status: r.Status,
			Completion: r.Completion.String(), URL: r.URL}
		for _, x := range records { // country records of one trial give its size more than once
			if x.Enrollment != nil && (m.PlannedN == nil || *x.Enrollment > *m.PlannedN) {
				n := *x.Enrollment
				m.PlannedN = &n
			}
		}
		m.Why, m.Detail = whyMissing(&r, b.LastScan, reported[st])
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b evidence.MissingTrial) int { return strings.Compare(a.RecordID, b.RecordID) })
	slices.Sort(unplaced)
	return out, unplaced
}

// reportedHere gives the studies with numbers for this question that are not
// pooled, with the reason, and the studies whose numbers of its outcome are all
// of another substance, population, design or comparator: those do not fit.
func reportedHere(q Question, b Base, excluded []evidence.Exclusion) (reported map[string]string, unfit map[string]bool) {
	reported, unfit = map[string]string{}, map[string]bool{}
	why := map[string]evidence.Exclusion{}
	for _, x := range excluded {
		why[x.EffectID] = x
	}
	closest := map[string]int{} // how near to inclusion the stated row came, by codeOrder
	for _, e := range b.Effects {
		x, here := why[e.ID]
		ok, misfit := Fits(q, ofEffect(e))
		switch {
		case misfit.Code == CodeDomain || !here && ok:
			continue
		case !ok || q.leftOut(e) != "":
			if reported[e.StudyID] == "" && (misfit.Code != CodeSubstance || slices.Contains(q.domains(), e.Domain)) {
				unfit[e.StudyID] = true
			}
			continue
		}
		delete(unfit, e.StudyID)
		if at := slices.Index(codeOrder, x.Code); reported[e.StudyID] == "" || at > closest[e.StudyID] {
			reported[e.StudyID], closest[e.StudyID] = x.Reason, at
		}
	}
	for _, m := range b.Measured {
		if ok, _ := Fits(q, ofMeasured(m)); !ok {
			continue
		}
		if st := b.StudyOf[m.TrialID]; st != "" && reported[st] == "" {
			reported[st] = cmp.Or(m.Instrument, m.Outcome) + " was measured; " + m.Note
			delete(unfit, st)
		}
	}
	for _, x := range excluded {
		if x.Code == CodeRetracted {
			reported[x.StudyID] = x.Reason
			delete(unfit, x.StudyID)
		}
	}
	delete(reported, "")
	return reported, unfit
}

// whyMissing says why a trial has nothing in the pool. cutoff is the date of
// the data (YYYY-MM-DD), the only clock that counts here.
func whyMissing(r *evidence.Record, cutoff, reported string) (why, detail string) {
	switch {
	case r.Status == evidence.StatusWithdrawn:
		return WhyWithdrawn, stopped("withdrawn before anybody took part", r)
	case reported != "":
		return WhyReported, "its report of this outcome is not pooled here: " + reported
	case r.Results != nil || r.ResultsFirstPosted.Raw != "":
		s := "the record has posted results"
		if r.ResultsFirstPosted.Raw != "" {
			s += " (first posted " + r.ResultsFirstPosted.Raw + ")"
		}
		return WhyPosted, s + "; none of them is a number of this outcome that can be pooled"
	case overdue(r, cutoff):
		return WhyOverdue, fmt.Sprintf("%smore than 12 months after its primary completion date (%s), no results in this record (data of %s)",
			ended(r), r.PrimaryCompletion.Raw, cutoff)
	}
	switch r.Status {
	case evidence.StatusNotYet, evidence.StatusRecruiting, evidence.StatusActive, evidence.StatusSuspended:
		return WhyRunning, string(r.Status)
	case evidence.StatusCompleted:
		s := "completed, no results in this record"
		if r.ResultsInQC {
			s += "; results were submitted and are being checked by the register"
		}
		if r.PrimaryCompletion.Raw != "" {
			s += "; primary completion " + r.PrimaryCompletion.String()
		}
		return WhyNoResults, s
	case evidence.StatusTerminated:
		return WhyTerminated, stopped("stopped early, no results in this record", r)
	}
	s := "the record states no status"
	if r.StatusRaw != "" {
		s = "the register calls its status " + string(r.Status)
	}
	if r.LastKnown != "" {
		s += ", last known " + r.LastKnown
	}
	return WhyUnknown, s
}

func stopped(what string, r *evidence.Record) string {
	if r.WhyStopped != "" {
		return what + "; as registered: " + r.WhyStopped
	}
	return what
}

func ended(r *evidence.Record) string {
	if r.Status == evidence.StatusTerminated {
		return "terminated; "
	}
	return ""
}

// overdue holds a ClinicalTrials.gov trial that ended against OverdueRule. A
// partial date counts as late as it can mean, so that no trial is called
// overdue too early.
func overdue(r *evidence.Record, cutoff string) bool {
	end, err := time.Parse(time.DateOnly, cutoff)
	if err != nil || r.Source != "ctgov" || r.ResultsInQC || !strings.EqualFold(r.StudyType, "INTERVENTIONAL") {
		return false
	}
	if r.Status != evidence.StatusCompleted && r.Status != evidence.StatusTerminated {
		return false
	}
	return r.PrimaryCompletion.Before(end.AddDate(-1, 0, 0))
}

// unreported reports whether nothing is known of a missing trial's results.
func unreported(m evidence.MissingTrial) bool {
	return m.Why != WhyReported && m.Why != WhyPosted && m.Why != WhyWithdrawn
}

// due reports whether a missing trial should have results by now.
func due(m evidence.MissingTrial) bool {
	return m.Why == WhyOverdue || m.Why == WhyNoResults || m.Why == WhyTerminated
}
