package gate

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/store"
)

// Thresholds bound what the gate lets pass without a person.
type Thresholds struct {
	// SourceShrink is the share of a register's records, and SourceShrinkMin
	// the number, that may go missing since the edition before; both must be
	// exceeded.
	SourceShrink    float64 `json:"source_shrink"`
	SourceShrinkMin int64   `json:"source_shrink_min"`
	// Uncaused is how far an estimate or an end of its interval may move, in
	// standard errors of the edition before, when nothing in the data or the
	// review files explains it.
	Uncaused float64 `json:"uncaused"`
	// ProblemShare and ProblemMin bound the growth of what could not be read,
	// as a share of a register's records and as a number; both must be
	// exceeded.
	ProblemShare float64 `json:"problem_share"`
	ProblemMin   int64   `json:"problem_min"`
	// DriftShare and DriftMin say in which share, and in how many, of a
	// register's records a key that the parser does not know must newly
	// appear to count as schema drift; both must be reached.
	DriftShare float64 `json:"drift_share"`
	DriftMin   int     `json:"drift_min"`
	// StaleDecisions is how many human decisions may newly no longer fit.
	StaleDecisions int `json:"stale_decisions"`
}

// DefaultThresholds are the bounds of a gate that no one configured.
func DefaultThresholds() Thresholds {
	return Thresholds{SourceShrink: 0.05, SourceShrinkMin: 2, Uncaused: 0.01, ProblemShare: 0.01, ProblemMin: 5, DriftShare: 0.05, DriftMin: 3}
}

// Reason is why the gate refuses an edition.
type Reason struct {
	// Rule is one of: integrity, study-lost, row-lost, value-changed, source-shrank,
	// finding-vanished, study-fell-out, estimate-moved, same-data, parse-failures,
	// stale-decisions, schema-drift.
	Rule    string `json:"rule"`
	Subject string `json:"subject"`
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
	Bound   string `json:"bound,omitempty"`
	Message string `json:"message"`
	Do      string `json:"do"` // what a person can do about it
}

// Key distinguishes reasons: an acceptance covers exactly what was shown.
func (r Reason) Key() string { return strings.Join([]string{r.Rule, r.Subject, r.After}, "\x00") }

// Verdict is the gate's answer for a candidate edition.
type Verdict struct {
	Run      string     `json:"run"`
	Edition  string     `json:"edition"`            // the candidate
	Previous string     `json:"previous,omitempty"` // the edition it would follow
	At       time.Time  `json:"at"`
	Passed   bool       `json:"passed"`
	Reasons  []Reason   `json:"reasons"`
	Accepted string     `json:"accepted,omitempty"` // the run whose acceptance let it pass
	Bounds   Thresholds `json:"bounds"`
}

// Judge holds a candidate against the edition before (nil for the first) and
// lists the reasons to refuse it, in a fixed order. It reads only its
// arguments.
func Judge(prev, next *changes.Snapshot, th Thresholds) []Reason {
	out := judgeNumbers(next)
	if prev == nil {
		return out
	}
	out = append(out, judgeFiles(prev, next)...)
	out = append(out, judgeSources(prev, next, th)...)
	for _, id := range slices.Sorted(maps.Keys(prev.Findings)) {
		out = append(out, judgeFinding(prev, next, id, th)...)
	}
	out = append(out, judgeDrift(prev, next, th)...)
	return append(out, judgeStale(prev, next, th)...)
}

// judgeNumbers checks what must hold for any edition.
func judgeNumbers(next *changes.Snapshot) []Reason {
	var out []Reason
	fail := func(id, message string) {
		out = append(out, Reason{Rule: "integrity", Subject: id, Message: message, Do: "run past explain " + id +
			" and past rebuild; if it stays, report it as a bug"})
	}
	for _, id := range slices.Sorted(maps.Keys(next.Findings)) {
		f := next.Findings[id].Flat
		for name, v := range map[string]*float64{"estimate": f.Estimate, "se": f.SE, "ci_lb": f.CILb, "ci_ub": f.CIUb, "pi_lb": f.PILb,
			"pi_ub": f.PIUb, "tau2": f.Tau2} {
			if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
				fail(id, name+" of "+id+" is not a finite number")
			}
		}
		switch {
		case f.K == 0 && f.Estimate != nil:
			fail(id, id+" has an estimate without a study")
		case f.K != len(next.Findings[id].Effects) && f.Estimate != nil:
			fail(id, fmt.Sprintf("%s says k = %d and pools %d effects", id, f.K, len(next.Findings[id].Effects)))
		case f.Estimate != nil && f.CILb != nil && f.CIUb != nil && (*f.CILb > *f.Estimate || *f.CIUb < *f.Estimate):
			fail(id, "the estimate of "+id+" lies outside of its interval")
		case f.SE != nil && *f.SE < 0 || f.Tau2 != nil && *f.Tau2 < 0:
			fail(id, id+" has a negative standard error or variance")
		}
	}
	slices.SortFunc(out, func(a, b Reason) int {
		return cmp.Or(strings.Compare(a.Subject, b.Subject), strings.Compare(a.Message, b.Message))
	})
	return out
}

func judgeSources(prev, next *changes.Snapshot, th Thresholds) []Reason {
	var out []Reason
	for _, name := range slices.Sorted(maps.Keys(prev.Sources)) {
		a, b := prev.Sources[name], next.Sources[name]
		if lost := a.Alive - b.Alive; lost > th.SourceShrinkMin && float64(lost) > th.SourceShrink*float64(a.Alive) {
			out = append(out, Reason{Rule: "source-shrank", Subject: name, Before: fmt.Sprint(a.Alive), After: fmt.Sprint(b.Alive),
				Bound:   fmt.Sprintf("%.0f %% and more than %d", 100*th.SourceShrink, th.SourceShrinkMin),
				Message: fmt.Sprintf("%s had %d records and has %d", name, a.Alive, b.Alive),
				Do:      "look up a few of the records on the register's own page; if they are there, run past crawl " + name + " --since all"})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(next.Sources)) {
		a, b := prev.Sources[name], next.Sources[name]
		if more := b.Problems - a.Problems; more > th.ProblemMin && float64(more) > th.ProblemShare*float64(b.Alive) {
			out = append(out, Reason{Rule: "parse-failures", Subject: name, Before: fmt.Sprint(a.Problems), After: fmt.Sprint(b.Problems),
				Bound:   fmt.Sprintf("%.0f %% of the records and more than %d", 100*th.ProblemShare, th.ProblemMin),
				Message: fmt.Sprintf("%s had %d things that could not be read and has %d", name, a.Problems, b.Problems),
				Do:      "run past status --problems; what it lists was kept aside and can be tried again"})
		}
	}
	return out
}

func judgeFinding(prev, next *changes.Snapshot, id string, th Thresholds) []Reason {
	a := prev.Findings[id]
	b, ok := next.Findings[id]
	before, after := describe(a.Flat), describe(b.Flat)
	if !ok || a.Flat.K > 0 && b.Flat.K == 0 {
		if !ok {
			after = "absent"
		}
		return []Reason{{Rule: "finding-vanished", Subject: id, Before: before, After: after, Message: "the finding " + id +
			" is no longer there or lost all of its studies",
			Do: "if the question was taken out on purpose, accept the run; else run past explain " + id + " and look at what became of its studies"}}
	}
	var out []Reason
	causes := changes.Causes(prev, next, id)
	named := slices.ContainsFunc(causes, func(c changes.Cause) bool { return c.Evidence })
	for _, c := range causes {
		if c.Kind == "study-out" && !c.Evidence {
			out = append(out, Reason{Rule: "study-fell-out", Subject: id, Before: before, After: c.Text, Message: id + ": " + c.Text,
				Do: "look at the study's record and its row under past status --problems; a decision in the review folder that leaves " +
					"it out is a named cause"})
		}
	}
	if moved, by := movement(a.Flat, b.Flat, th.Uncaused); moved && !named {
		rule, message := "estimate-moved", id+" moved without a cause in the data or the review files: "+by
		if prev.DataHash == next.DataHash {
			rule, message = "same-data", fmt.Sprintf("the same data now give other numbers for %s (%s); program %s, before %s", id, by,
				next.Software, prev.Software)
		}
		out = append(out, Reason{Rule: rule, Subject: id, Before: before, After: after, Bound: fmt.Sprintf("%g standard errors", th.Uncaused),
			Message: message,
			Do:      "compare past explain " + id + " with the edition before; read the release notes if the program changed"})
	}
	return out
}

func describe(f edition.Flat) string {
	if f.Estimate == nil {
		return fmt.Sprintf("k = %d, no number", f.K)
	}
	out := fmt.Sprintf("k = %d, %.6g", f.K, *f.Estimate)
	if f.CILb != nil && f.CIUb != nil {
		out += fmt.Sprintf(" [%.6g, %.6g]", *f.CILb, *f.CIUb)
	}
	return out
}

// movement reports whether the estimate or an end of an interval moved by more
// than bound standard errors of the edition before.
func movement(a, b edition.Flat, bound float64) (bool, string) {
	se := 0.0
	if a.SE != nil {
		se = *a.SE
	}
	for _, x := range []struct {
		name     string
		old, now *float64
	}{{"headline", a.Headline.Estimate, b.Headline.Estimate}, {"its lower end", a.Headline.Lower, b.Headline.Lower},
		{"its upper end", a.Headline.Upper, b.Headline.Upper},
		{"estimate", a.Estimate, b.Estimate}, {"lower end", a.CILb, b.CILb}, {"upper end", a.CIUb, b.CIUb}} {
		if changes.Same(x.old, x.now) {
			continue
		}
		if x.old == nil || x.now == nil {
			return true, x.name + " appeared or vanished"
		}
		if d := math.Abs(*x.now - *x.old); !(d <= bound*se) {
			return true, fmt.Sprintf("%s %.6g → %.6g", x.name, *x.old, *x.now)
		}
	}
	return false, ""
}

func judgeDrift(prev, next *changes.Snapshot, th Thresholds) []Reason {
	var out []Reason
	for _, key := range slices.Sorted(maps.Keys(next.Unknown)) {
		source, path, _ := strings.Cut(key, " ")
		n, was := next.Unknown[key], prev.Unknown[key]
		alive := next.Sources[source].Alive
		if _, known := prev.Sources[source]; !known {
			continue // a register that is asked for the first time
		}
		if was > 0 || n < th.DriftMin || float64(n) < th.DriftShare*float64(alive) {
			continue
		}
		out = append(out, Reason{Rule: "schema-drift", Subject: key, After: fmt.Sprint(n),
			Bound:   fmt.Sprintf("%.0f %% of the records and at least %d", 100*th.DriftShare, th.DriftMin),
			Message: fmt.Sprintf("%d of %d records of %s have a new key %s that the parser does not know", n, alive, source, path),
			Do:      "read the register's release notes; if the key bears no result, accept the run"})
	}
	return out
}

func judgeStale(prev, next *changes.Snapshot, th Thresholds) []Reason {
	var fresh []string
	for _, s := range next.Stale {
		if !slices.Contains(prev.Stale, s) {
			fresh = append(fresh, s)
		}
	}
	if len(fresh) <= th.StaleDecisions {
		return nil
	}
	var out []Reason
	for _, s := range fresh {
		out = append(out, Reason{Rule: "stale-decisions", Subject: s, After: s, Bound: fmt.Sprint(th.StaleDecisions),
			Message: "a human decision no longer fits the data: " + s,
			Do:      "look at the row again, confirm or change it in the review folder, and run past refresh"})
	}
	return out
}

// Accepted finds an acceptance that covers all reasons: of a run that was
// refused against the same edition before.
func Accepted(ctx context.Context, st *store.Store, v Verdict) (string, error) {
	gates, err := st.Gates(ctx, 50)
	if err != nil {
		return "", err
	}
	for _, g := range gates {
		if g.AcceptedAt == nil {
			continue
		}
		shown, err := ReadVerdict(g)
		if err != nil || shown.Previous != v.Previous {
			continue
		}
		if covers(shown.Reasons, v.Reasons) {
			return g.Run, nil
		}
	}
	return "", nil
}

func covers(shown, now []Reason) bool {
	have := map[string]bool{}
	for _, r := range shown {
		have[r.Key()] = true
	}
	for _, r := range now {
		if !have[r.Key()] {
			return false
		}
	}
	return true
}

// ReadVerdict is the verdict kept with a gate outcome.
func ReadVerdict(g store.GateVerdict) (Verdict, error) {
	var v Verdict
	if err := json.Unmarshal(g.Reasons, &v); err != nil {
		return v, fmt.Errorf("gate outcome of run %s: %w", g.Run, err)
	}
	return v, nil
}

// Summary is the first reasons in one line.
func (v Verdict) Summary() string {
	var why []string
	for _, r := range v.Reasons {
		why = append(why, r.Message)
	}
	return few(why)
}
