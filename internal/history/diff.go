// Package history says what changed between versions of a record, field by
// field, as dated facts. Whether a change matters is for the reader to judge:
// the package states and never accuses. It reads no store; versions come in.
package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
)

// Change is one field that differs between two versions.
type Change struct {
	Field  string `json:"field"` // "status", "enrollment", "primary outcome", …
	Kind   string `json:"kind"`  // changed | added | dropped | re-timed | re-worded
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Diff lists what changed from a to b, in a fixed order of fields.
func Diff(a, b *evidence.Record) []Change {
	var out []Change
	field := func(name, x, y string) {
		if strings.TrimSpace(x) != strings.TrimSpace(y) {
			out = append(out, Change{Field: name, Kind: "changed", Before: x, After: y})
		}
	}
	field("status", string(a.Status), string(b.Status))
	field("why stopped", a.WhyStopped, b.WhyStopped)
	field("start", a.Start.String(), b.Start.String())
	field("primary completion", a.PrimaryCompletion.String(), b.PrimaryCompletion.String())
	field("completion", a.Completion.String(), b.Completion.String())
	field("results first posted", a.ResultsFirstPosted.String(), b.ResultsFirstPosted.String())
	field("enrollment", enrollment(a), enrollment(b))
	field("title", a.Title, b.Title)
	field("official title", a.OfficialTitle, b.OfficialTitle)
	field("phases", strings.Join(a.Phases, ", "), strings.Join(b.Phases, ", "))
	field("allocation", a.Allocation, b.Allocation)
	field("intervention model", a.InterventionModel, b.InterventionModel)
	field("masking", a.Masking, b.Masking)
	field("sponsor", a.Sponsor.Name, b.Sponsor.Name)
	field("conditions", strings.Join(a.Conditions, "; "), strings.Join(b.Conditions, "; "))
	field("arms", armLabels(a), armLabels(b))
	for _, kind := range []string{"primary", "secondary", "other"} {
		out = append(out, outcomes(kind, planned(a, kind), planned(b, kind))...)
	}
	field("eligibility", a.Eligibility, b.Eligibility)
	if (a.Results == nil) != (b.Results == nil) {
		field("results", posted(a), posted(b))
	}
	return out
}

func enrollment(r *evidence.Record) string {
	if r.Enrollment == nil {
		return ""
	}
	s := strconv.Itoa(*r.Enrollment)
	if r.EnrollmentType != "" {
		s += " (" + strings.ToLower(r.EnrollmentType) + ")"
	}
	return s
}

func armLabels(r *evidence.Record) string {
	var out []string
	for _, a := range r.Arms {
		out = append(out, a.Label)
	}
	return strings.Join(out, "; ")
}

func posted(r *evidence.Record) string {
	if r.Results == nil {
		return "none posted"
	}
	return fmt.Sprintf("%d outcomes posted", len(r.Results.Outcomes))
}

func planned(r *evidence.Record, kind string) []evidence.PlannedOutcome {
	var out []evidence.PlannedOutcome
	for _, p := range r.Planned {
		if p.Type == kind {
			out = append(out, p)
		}
	}
	return out
}

// outcomes pairs planned outcomes of two versions: by the same wording, then by
// the most words in common, and calls the rest added or dropped.
func outcomes(kind string, a, b []evidence.PlannedOutcome) []Change {
	name := kind + " outcome"
	usedA, usedB := make([]bool, len(a)), make([]bool, len(b))
	var out []Change
	pair := func(i, j int) {
		usedA[i], usedB[j] = true, true
		if fold(a[i].TimeFrame) != fold(b[j].TimeFrame) {
			out = append(out, Change{Field: name, Kind: "re-timed", Before: say(a[i]), After: say(b[j])})
		} else if fold(a[i].Measure) != fold(b[j].Measure) {
			out = append(out, Change{Field: name, Kind: "re-worded", Before: say(a[i]), After: say(b[j])})
		}
	}
	for i := range a {
		for j := range b {
			if !usedA[i] && !usedB[j] && fold(a[i].Measure) == fold(b[j].Measure) {
				pair(i, j)
			}
		}
	}
	for {
		bi, bj, best := -1, -1, 0.5
		for i := range a {
			for j := range b {
				if s := alike(a[i].Measure, b[j].Measure); !usedA[i] && !usedB[j] && s > best {
					bi, bj, best = i, j, s
				}
			}
		}
		if bi < 0 {
			break
		}
		pair(bi, bj)
	}
	for i, u := range usedA {
		if !u {
			out = append(out, Change{Field: name, Kind: "dropped", Before: say(a[i])})
		}
	}
	for j, u := range usedB {
		if !u {
			out = append(out, Change{Field: name, Kind: "added", After: say(b[j])})
		}
	}
	return out
}

func say(p evidence.PlannedOutcome) string {
	if p.TimeFrame == "" {
		return p.Measure
	}
	return p.Measure + " [" + p.TimeFrame + "]"
}

func fold(s string) string { return strings.Join(words(s), " ") }

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	})
}

// alike is the share of words in common (Jaccard), 0 to 1.
func alike(a, b string) float64 {
	x, y := words(a), words(b)
	slices.Sort(x)
	slices.Sort(y)
	x, y = slices.Compact(x), slices.Compact(y)
	both := 0
	for _, w := range x {
		if _, ok := slices.BinarySearch(y, w); ok {
			both++
		}
	}
	if n := len(x) + len(y) - both; n > 0 {
		return float64(both) / float64(n)
	}
	return 0
}
