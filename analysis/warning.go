package analysis

import (
	"fmt"
	"slices"
	"strings"
)

// Code names a kind of warning. The codes are stable; the words of a warning are not.
type Code string

// The codes. Those of the data and of all models come first, then those that one
// package gives.
const (
	RowsDropped     Code = "rows_dropped"    // rows were left out
	SingleStudy     Code = "single_study"    // one study
	FewStudies      Code = "few_studies"     // too few studies for what rests on them
	FewClusters     Code = "few_clusters"    // too few clusters
	ColumnDropped   Code = "column_dropped"  // a moderator is a combination of others
	NearSingular    Code = "near_singular"   // moderators nearly collinear
	VarianceRange   Code = "variance_range"  // variances spread over many orders of magnitude
	CellsCorrected  Code = "cells_corrected" // a constant was added to counts
	TestChanged     Code = "test_changed"    // no degrees of freedom for the test asked for
	NoDF            Code = "no_df"           // no degrees of freedom left for tau2
	LowDF           Code = "low_df"          // degrees of freedom too few for a robust test
	NormalTest      Code = "normal_test"     // z tests where t tests are due, or a normal approximation
	Guarded         Code = "guard"           // Knapp-Hartung interval narrower than common-effect
	KnHaCommon      Code = "knha_common"     // Knapp-Hartung asked for in a common-effect model
	ScaleZero       Code = "scale_zero"      // Knapp-Hartung scale factor, or a standard error, is 0
	Tau2Zero        Code = "tau2_zero"       // a variance estimated at its bound
	MultipleModes   Code = "multiple_modes"  // several maxima; the best was taken
	NotIdentified   Code = "not_identified"  // two variances cannot be told apart
	NotConverged    Code = "not_converged"   // the search for the maximum did not settle
	NoStandardError Code = "no_se"           // the likelihood gives no standard error
	NoEstimate      Code = "no_estimate"     // the number asked for does not exist
	OneGroup        Code = "one_group"       // nothing to compare
	NoCommonTau2    Code = "no_common_tau2"  // the model with one tau2 for all groups failed
	PriorShapes     Code = "prior"           // the prior shapes the result, or contradicts the data
	Precision       Code = "precision"       // a number is known to fewer digits than usual
	Assumption      Code = "assumption"      // what the method takes for granted
	Extrapolated    Code = "extrapolated"    // the answer is beyond the data
	AtLimit         Code = "at_limit"        // a parameter is at the limit of its range
	Uncrossed       Code = "crossed_back"    // a boundary was crossed and is no longer
	SpecsSkipped    Code = "specs_skipped"   // specifications without enough studies
	SpecsEqual      Code = "specs_equal"     // specifications that are the same analysis
	UnknownTag      Code = "unknown_tag"     // a rule looks at what no candidate has
)

// Warning is something that a reader of the numbers must know.
type Warning struct {
	Code Code
	Text string // in words
	Rows []int  // the rows it is about, counted from 1; empty: all
}

// String gives the words, with the rows they are about.
func (w Warning) String() string {
	const most = 8
	if len(w.Rows) == 0 {
		return w.Text
	}
	if len(w.Rows) == 1 {
		return fmt.Sprintf("row %d: %s", w.Rows[0], w.Text)
	}
	named, more := w.Rows, ""
	if n := len(named) - most; n > 0 {
		named, more = named[:most], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("rows %s%s: %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(named), " ", ", "), "[]"), more, w.Text)
}

// Warnings are those of one result.
type Warnings []Warning

// Add adds a warning in words made by fmt.Sprintf.
func (w *Warnings) Add(code Code, format string, args ...any) {
	*w = append(*w, Warning{Code: code, Text: fmt.Sprintf(format, args...)})
}

// Has reports whether there is a warning of this kind.
func (w Warnings) Has(code Code) bool {
	return slices.ContainsFunc(w, func(n Warning) bool { return n.Code == code })
}

// Texts are the words of the warnings; nil when there are none.
func (w Warnings) Texts() []string {
	var out []string
	for _, n := range w {
		out = append(out, n.String())
	}
	return out
}

// Count is a number of things for a sentence: "1 effect", "2 effects".
type Count struct {
	N    int
	Noun string // in the singular; the plural ends in s
}

// String gives number and noun.
func (c Count) String() string {
	if c.N == 1 {
		return "1 " + c.Noun
	}
	return fmt.Sprintf("%d %ss", c.N, c.Noun)
}
