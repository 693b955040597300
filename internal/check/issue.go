package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Level of an issue. Errors and warnings make a check fail, notes do not.
type Level string

// The levels, in the words of SARIF.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note"
)

// Rule is a kind of issue.
type Rule struct {
	ID    string
	About string
}

// The rules.
const (
	UnknownKey     = "unknown-key"
	OldEdition     = "outdated-edition"
	NumberDiffers  = "number-differs"
	CertaintyWrong = "certainty-changed"
	VerdictWrong   = "verdict-changed"
	TooStrong      = "wording-too-strong"
	Retracted      = "retracted-source"
	Corrected      = "corrected-source"
	NotCompleted   = "trial-not-completed"
	Published      = "preprint-published"
	BadID          = "malformed-id"
	NotHeld        = "not-held"
	BadMarker      = "marker"
	NotChecked     = "not-checked"
	Unbound        = "unbound"
	Unreadable     = "unreadable"
)

// Rules describes every rule, in a fixed order.
var Rules = []Rule{
	{UnknownKey, "A citation key of ours that the edition does not have."},
	{OldEdition, "The text names an edition that is not the current one."},
	{NumberDiffers, "A number or interval bound to a finding is not the finding's."},
	{CertaintyWrong, "A certainty bound to a finding is not the finding's."},
	{VerdictWrong, "A verdict bound to a claim is not the claim's."},
	{TooStrong, "The wording says more than the certainty of the evidence allows."},
	{Retracted, "A source was retracted."},
	{Corrected, "A source was corrected, or carries an expression of concern."},
	{NotCompleted, "A trial is cited as completed and is not."},
	{Published, "A preprint has been published since."},
	{BadID, "A register id is not formed as its register forms them."},
	{NotHeld, "The database does not hold this source, so that nothing can be said of it."},
	{BadMarker, "A marker is not closed, or closes nothing."},
	{NotChecked, "A number of a bound sentence could not be checked."},
	{Unbound, "A document cites findings and binds no sentence to them, so that no number of it was checked."},
	{Unreadable, "A file, or a part of it, could not be read."},
}

// Issue is one thing to look at.
type Issue struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // 1-based; a paragraph's number in Word files
	Rule    string `json:"rule"`
	Level   Level  `json:"level"`
	Message string `json:"message"`
}

// String is "file:line: message".
func (i Issue) String() string {
	return fmt.Sprintf("%s:%d: %s: %s [%s]", i.File, i.Line, i.Level, i.Message, i.Rule)
}

// Report is what a check found.
type Report struct {
	Edition    string  `json:"edition"`
	Files      int     `json:"files"`
	LeftOut    int     `json:"files_left_out"`
	Empty      int     `json:"files_without_text"`
	References int     `json:"references"`
	Bound      int     `json:"bound_sentences"`
	Fixed      int     `json:"fixed"`
	Issues     []Issue `json:"issues"`
}

// Failing reports whether an error or a warning is among the issues.
func (r Report) Failing() bool {
	return slices.ContainsFunc(r.Issues, func(i Issue) bool { return i.Level != Note })
}

// Sort orders the issues by file, line, rule and message and drops repeats.
func (r *Report) Sort() {
	slices.SortFunc(r.Issues, func(a, b Issue) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		if c := strings.Compare(a.Rule, b.Rule); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
	r.Issues = slices.Compact(r.Issues)
	if r.Issues == nil {
		r.Issues = []Issue{}
	}
}

// SARIF is the report as SARIF 2.1.0, which code hosts show beside the text.
func (r Report) SARIF(version string) ([]byte, error) {
	type text struct {
		Text string `json:"text"`
	}
	type rule struct {
		ID    string `json:"id"`
		Short text   `json:"shortDescription"`
	}
	type result struct {
		RuleID    string           `json:"ruleId"`
		Level     Level            `json:"level"`
		Message   text             `json:"message"`
		Locations []map[string]any `json:"locations"`
	}
	var rules []rule
	for _, x := range Rules {
		rules = append(rules, rule{x.ID, text{x.About}})
	}
	results := []result{}
	for _, i := range r.Issues {
		loc := map[string]any{"physicalLocation": map[string]any{"artifactLocation": map[string]any{"uri": uri(i.File)},
			"region": map[string]any{"startLine": max(1, i.Line)}}}
		results = append(results, result{i.Rule, i.Level, text{i.Message}, []map[string]any{loc}})
	}
	doc := map[string]any{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []map[string]any{{"tool": map[string]any{"driver": map[string]any{"name": "past check", "version": version, "rules": rules}},
			"results": results}}}
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, fmt.Errorf("SARIF: %w", err)
	}
	return append(b, '\n'), nil
}

// uri escapes a path for a SARIF location.
func uri(path string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ReplaceAll(path, `\`, "/")) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`%#?"<>[]{}|^`+"`", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
