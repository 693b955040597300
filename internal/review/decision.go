package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"past/internal/evidence"
)

// Kind is what sort of decision a file holds; it is the first part of the
// file's name.
type Kind string

// The kinds of decision file, with their columns in order.
const (
	Inclusion   Kind = "inclusion"  // is a row pooled
	Correction  Kind = "correction" // one number of a row, with the old value
	RiskOfBias  Kind = "rob"        // RoB 2 of a study
	Certainty   Kind = "certainty"  // a signed GRADE judgement of a finding
	LinkChoice  Kind = "links"      // a link undone or made
	Resolution  Kind = "resolution" // which of two extractors is right
	TopicChoice Kind = "topics"     // whether a study belongs to a topic of the gap map
	Note        Kind = "notes"
)

// Columns of each kind of decision file. Who and why are never optional.
var Columns = map[Kind][]string{
	Inclusion:   {"target", "decision", "who", "when", "why"},
	Correction:  {"target", "field", "old", "new", "who", "when", "why"},
	RiskOfBias:  {"target", "d1", "d2", "d3", "d4", "d5", "overall", "place", "who", "when", "why"},
	Certainty:   {"target", "level", "estimate", "k", "who", "when", "why"},
	LinkChoice:  {"a", "b", "kind", "decision", "who", "when", "why"},
	Resolution:  {"target", "field", "value", "who", "when", "why"},
	TopicChoice: {"target", "topic", "decision", "who", "when", "why"},
	Note:        {"target", "who", "when", "why"},
}

// answers are the columns that a person fills in; a row of a sheet in which
// these, who and when are all empty waits to be filled in and is no mistake.
// What an export fills in as a proposal is not among them.
var answers = map[Kind][]string{
	Inclusion: {"decision"}, Correction: {"new"}, RiskOfBias: {"d1", "d2", "d3", "d4", "d5", "overall"},
	LinkChoice: {"decision"}, Resolution: {"value"}, TopicChoice: {"decision"},
}

// waits reports whether a row of a sheet has not been filled in.
func waits(d Decision) bool {
	columns, ok := answers[d.Kind]
	return ok && d.Who == "" && d.When == "" && !slices.ContainsFunc(columns, func(c string) bool { return d.Fields[c] != "" })
}

// Kinds lists the kinds in a fixed order.
func Kinds() []Kind {
	return []Kind{Inclusion, Correction, RiskOfBias, Certainty, LinkChoice, Resolution, TopicChoice, Note}
}

// Decision is one row of a decision file.
type Decision struct {
	Kind   Kind
	File   string
	Line   int
	Target string // effect, study, finding; "A|B|kind" for links
	Who    string
	When   string // YYYY-MM-DD
	Why    string
	Fields map[string]string // the other columns
	// Stale says why the decision no longer fits the data; set when it is applied.
	Stale string
	Prov  evidence.Provenance
}

var allowed = map[Kind]map[string][]string{
	Inclusion: {"decision": {"include", "exclude"}},
	Certainty: {"level": {"high", "moderate", "low", "very low"}},
	LinkChoice: {"decision": {"undo", "join"}, "kind": {"same-trial", "country-record", "neighbour", "reports", "protocol-of",
		"secondary-analysis-of",
		"pools", "reviews", "related", "conflict", "cites"}},
	TopicChoice: {"decision": {"include", "exclude"}},
	RiskOfBias: {"overall": Judgements, "d1": openJudgements, "d2": openJudgements, "d3": openJudgements, "d4": openJudgements,
		"d5": openJudgements},
}

// openJudgements are the judgements of a domain, which may be left open.
var openJudgements = append(slices.Clone(Judgements), "")

// Legal gives the legal words of a column of a kind of decision file; none where
// it is free.
func Legal(kind Kind, column string) []string { return allowed[kind][column] }

// ReadDecisions reads a decision file. A row without who, when or why, or with a
// word that the kind does not know, is a problem; the others are kept. A row
// that no one has filled in yet is neither.
func ReadDecisions(kind Kind, name string, data []byte, sha256 string) ([]Decision, []evidence.Problem, error) {
	t, problems, err := ReadTable(name, data, Columns[kind]...)
	if err != nil {
		return nil, nil, err
	}
	var out []Decision
	for _, row := range t.Rows {
		d := Decision{Kind: kind, File: name, Line: row.Line, Target: row.Get("target"), Who: row.Get("who"), When: row.Get("when"),
			Why:    row.Get("why"),
			Fields: map[string]string{}, Prov: evidence.Provenance{PayloadSHA256: sha256, Pointer: fmt.Sprintf("row=%d", row.Number)}}
		for _, c := range Columns[kind] {
			d.Fields[c] = row.Get(c)
		}
		if kind == LinkChoice {
			d.Target = d.Fields["a"] + "|" + d.Fields["b"] + "|" + d.Fields["kind"]
		}
		if waits(d) {
			continue
		}
		if errs := checkDecision(d); len(errs) > 0 {
			problems = append(problems, evidence.Problem{Source: "review", RecordID: d.Target, Kind: "bad-decision", Where: row.Where(""),
				Message: strings.Join(errs, "; "), SHA256: sha256})
			continue
		}
		out = append(out, d)
	}
	return out, problems, nil
}

func checkDecision(d Decision) []string {
	var errs []string
	if strings.Trim(d.Target, "|") == "" {
		errs = append(errs, "target is empty")
	}
	if d.Kind == TopicChoice && d.Fields["topic"] == "" {
		errs = append(errs, "topic is empty")
	}
	if d.Who == "" || d.Why == "" {
		errs = append(errs, "who and why must be filled in")
	}
	if _, err := time.Parse("2006-01-02", d.When); err != nil {
		errs = append(errs, fmt.Sprintf("when %q is no date YYYY-MM-DD", d.When))
	}
	var columns []string
	for c := range allowed[d.Kind] {
		columns = append(columns, c)
	}
	slices.Sort(columns)
	for _, c := range columns {
		if words := allowed[d.Kind][c]; !slices.Contains(words, strings.ToLower(d.Fields[c])) {
			errs = append(errs, fmt.Sprintf("%s %q is none of %s", c, d.Fields[c], strings.Join(words, ", ")))
		}
	}
	return errs
}
