package synthesis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"past/internal/evidence"
	"past/internal/history"
)

// Version is one version of a record as a register or a snapshot gave it.
type Version struct {
	Seq    int
	Origin string // snapshot | register: two lines of versions, never compared with each other
	Date   string // YYYY-MM-DD as the register states it, else when it was seen
	Record evidence.Record
}

// Switch is a dated fact about a trial's plan: what its record said before and
// after. It accuses no one; a change may have a good reason that the record
// does not tell.
type Switch struct {
	RecordID string `json:"record_id"`
	Date     string `json:"date"`
	Kind     string `json:"kind"` // primary outcome added | dropped | re-timed | re-worded; sample size cut; fewer enrolled than planned
	Before   string `json:"before,omitempty"`
	After    string `json:"after,omitempty"`
	// Timing is before the start | after the start | start unknown; a partial
	// date counts as after only when it cannot mean otherwise.
	Timing   string `json:"timing"`
	Sentence string `json:"sentence"`
}

// The timings of a switch.
const (
	BeforeStart  = "before the start"
	AfterStart   = "after the start"
	StartUnknown = "start unknown"
)

// Switches lists changes of primary outcomes and cuts of the sample size in
// the history of one record, in order of date. Versions may come in any order.
func Switches(versions []Version) []Switch {
	vs := slices.Clone(versions)
	slices.SortStableFunc(vs, func(a, b Version) int {
		return cmp.Or(strings.Compare(a.Origin, b.Origin), cmp.Compare(a.Seq, b.Seq), strings.Compare(a.Date, b.Date))
	})
	var out []Switch
	for i := 1; i < len(vs); i++ {
		if vs[i].Origin != vs[i-1].Origin {
			continue
		}
		a, b := &vs[i-1].Record, &vs[i].Record
		timing := timingOf(a, b, vs[i].Date)
		add := func(kind, before, after string) {
			s := Switch{RecordID: b.ID, Date: vs[i].Date, Kind: kind, Before: before, After: after, Timing: timing}
			s.Sentence = saySwitch(s)
			out = append(out, s)
		}
		for _, c := range history.Diff(a, b) {
			if c.Field == "primary outcome" {
				add("primary outcome "+c.Kind, c.Before, c.After)
			}
		}
		if kind := sizeCut(a, b); kind != "" {
			add(kind, size(a), size(b))
		}
	}
	slices.SortStableFunc(out, func(a, b Switch) int {
		return cmp.Or(strings.Compare(a.Date, b.Date), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Before, b.Before),
			strings.Compare(a.After, b.After))
	})
	// the register's own history and our snapshots tell the same change twice
	return slices.CompactFunc(out, func(a, b Switch) bool {
		return a.Date == b.Date && a.Kind == b.Kind && a.Before == b.Before && a.After == b.After
	})
}

// plansChanged says which pooled studies changed their plan in the register
// after they had started.
func plansChanged(b Base, effects []evidence.Effect) []string {
	var out []string
	for _, e := range effects {
		n := 0
		for _, s := range b.Switches[e.StudyID] {
			if s.Timing == AfterStart {
				n++
			}
		}
		text := fmt.Sprintf("the register's record of %s shows %s of plan after the trial had started; the page lists each with "+
			"its date, and the record need not say why", e.StudyLabel, plural(n, "change", "changes"))
		if n > 0 && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// timingOf places a date against the start of the trial as the later version
// states it, else the earlier.
func timingOf(a, b *evidence.Record, date string) string {
	start := b.Start
	if start.Raw == "" {
		start = a.Start
	}
	at, err := time.Parse(time.DateOnly, date)
	first, _, p := start.Bounds()
	switch {
	case err != nil || p == evidence.NoDate:
		return StartUnknown
	case start.Before(at):
		return AfterStart
	case at.Before(first):
		return BeforeStart
	}
	return StartUnknown
}

// sizeCut compares planned sizes; an actual enrolment below the plan is what
// happened and not a change of plan.
func sizeCut(a, b *evidence.Record) string {
	if a.Enrollment == nil || b.Enrollment == nil || *b.Enrollment >= *a.Enrollment || strings.EqualFold(a.EnrollmentType, "ACTUAL") {
		return ""
	}
	if strings.EqualFold(b.EnrollmentType, "ACTUAL") {
		return "fewer enrolled than planned"
	}
	return "sample size cut"
}

func size(r *evidence.Record) string {
	s := fmt.Sprint(*r.Enrollment)
	if r.EnrollmentType != "" {
		s += " (" + strings.ToLower(r.EnrollmentType) + ")"
	}
	return s
}

func saySwitch(s Switch) string {
	text := fmt.Sprintf("%s, %s, %s: %s", s.RecordID, cmp.Or(s.Date, "undated"), s.Timing, s.Kind)
	switch {
	case s.Before != "" && s.After != "":
		return fmt.Sprintf("%s, from “%s” to “%s”", text, s.Before, s.After)
	case s.Before != "":
		return fmt.Sprintf("%s: “%s”", text, s.Before)
	}
	return fmt.Sprintf("%s: “%s”", text, s.After)
}
