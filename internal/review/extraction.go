package review

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// Extraction is one comparison that a person (or a released dataset) extracted
// from a paper: two arms, one outcome, one time. Absent numbers are nil. The
// numbers are as printed, slips included.
type Extraction struct {
	ID              string
	Study           string // label: "Mitchell 2021"
	Year            int
	TrialID         string
	DOI             string
	Substance       string // vocabulary ids from here …
	Condition       string
	Population      string // … and words here
	PopulationClass string // diagnosis | other-illness
	Design          string
	Blinding        string
	Comparator      string
	ComparatorClass string
	ArmTreat        string
	ArmCtrl         string
	DoseTreat       string
	DoseCtrl        string
	Sessions        *int
	Instrument      string // as written; the vocabulary names it
	Domain          string
	ScoreType       string // endpoint | change | response | remission | events
	TimeLabel       string
	TimeWeeks       *float64
	// TimeOrigin is what TimeWeeks counts from; AfterLastDose the weeks after the
	// last dose, where the label does not say them.
	TimeOrigin    string
	AfterLastDose *float64
	// PrimaryInstrument and PrimaryTime are the source's own declaration.
	PrimaryInstrument bool
	PrimaryTime       bool
	// PostCrossover says on which side of a crossover the numbers were taken;
	// rows after it never give a between-group effect.
	PostCrossover   evidence.Tri
	N1, Mean1, SD1  *float64
	N2, Mean2, SD2  *float64
	Events1, Total1 *float64
	Events2, Total2 *float64
	Reported        Reported
	HigherBetter    evidence.Tri // as written; empty leaves it to the instrument
	Imputed         bool         // worked out by the extractor, not printed in the paper
	RoB             string
	RoBDomains      []string // D1 … D5
	Source          string
	Place           string
	Licence         string
	Note            string

	Prov   evidence.Provenance
	Inputs map[string]evidence.Input // by column: n1, mean1, …
	Row    int
	Line   int // of the file
}

// Reported is an effect as a paper prints it, where the numbers of the arms are
// not given. A ratio and its limits are as printed, not logarithms; the standard
// error of a ratio is that of its logarithm.
type Reported struct {
	Measure      string // MD, SMD, RR, OR, HR or RD
	Estimate     *float64
	SE           *float64
	Lower, Upper *float64 // 95 %
	P            *float64
	Adjusted     evidence.Tri
}

// ReportedMeasures are the legal words of measure.
var ReportedMeasures = []string{"MD", "SMD", "RR", "OR", "HR", "RD"}

// Judgements are the legal words of rob and of the domains d1 to d5 (RoB 2).
var Judgements = []string{"low", "some concerns", "high"}

// ExtractionColumns are the columns of an extraction table, in the order in
// which they are written.
var ExtractionColumns = strings.Fields(`id study year trial_id doi substance condition population population_class design
	blinding comparator comparator_class arm_treat arm_ctrl dose_treat dose_ctrl sessions instrument domain score_type
	time_label time_weeks time_origin weeks_after_last_dose primary_instrument primary_time post_crossover n1 mean1 sd1 n2 ` +
	`mean2 sd2 events1 total1
	events2 total2 measure estimate se ci_lb ci_ub p adjusted higher_better imputed rob d1 d2 d3 d4 d5 source place licence note`)

var requiredColumns = []string{"id", "study", "substance", "domain", "score_type"}

// ScoreTypes are the legal words of score_type.
var ScoreTypes = []string{"endpoint", "change", "response", "remission", "events"}

// ReadExtractions reads an extraction table. Rows with a mistake come back as
// problems that name the line and column; the others are returned. sha256 is
// the hash under which the file's bytes are stored.
func ReadExtractions(name string, data []byte, sha256 string) ([]Extraction, []evidence.Problem, error) {
	rows, _, problems, err := readExtractions(name, data, sha256)
	return rows, problems, err
}

// readExtractions gives the rows with a mistake as well, as far as they could be
// read.
func readExtractions(name string, data []byte, sha256 string) (out, bad []Extraction, problems []evidence.Problem, err error) {
	t, problems, err := ReadTable(name, data, requiredColumns...)
	if err != nil {
		return nil, nil, nil, err
	}
	problems = append(problems, unknownColumns(t, ExtractionColumns, sha256)...)
	ids := map[string]int{}
	for _, row := range t.Rows {
		x, errs := readExtraction(row, t.Style, sha256)
		if first, dup := ids[x.ID]; dup && x.ID != "" {
			errs = append(errs, fmt.Sprintf("%s: the id %q stands already in row %d", row.Where("id"), x.ID, first))
		}
		if len(errs) > 0 {
			problems = append(problems, evidence.Problem{Source: "review", RecordID: x.ID, Kind: "bad-row", Where: row.Where(""),
				Message: strings.ReplaceAll(strings.Join(errs, "; "), row.Where("")+", ", ""), SHA256: sha256})
			bad = append(bad, x)
			continue
		}
		ids[x.ID] = row.Number
		out = append(out, x)
	}
	return out, bad, problems, nil
}

func readExtraction(row Row, style evidence.NumberStyle, sha string) (Extraction, []string) {
	var errs []string
	x := Extraction{
		Line: row.Line,
		ID:   row.Get("id"), Study: row.Get("study"), TrialID: row.Get("trial_id"), DOI: row.Get("doi"),
		Substance: strings.ToLower(row.Get("substance")), Condition: strings.ToLower(row.Get("condition")),
		Population: row.Get("population"), PopulationClass: strings.ToLower(row.Get("population_class")),
		Design: strings.ToLower(row.Get("design")), Blinding: row.Get("blinding"), Comparator: row.Get("comparator"),
		ComparatorClass: strings.ToLower(row.Get("comparator_class")),
		ArmTreat:        row.Get("arm_treat"), ArmCtrl: row.Get("arm_ctrl"), DoseTreat: row.Get("dose_treat"), DoseCtrl: row.Get("dose_ctrl"),
		Instrument: row.Get("instrument"), Domain: strings.ToLower(row.Get("domain")), ScoreType: strings.ToLower(row.Get("score_type")),
		TimeLabel: row.Get("time_label"), RoB: row.Get("rob"), Source: row.Get("source"), Place: row.Get("place"),
		Licence: row.Get("licence"), Note: row.Get("note"), Row: row.Number,
		Prov:   evidence.Provenance{PayloadSHA256: sha, Pointer: fmt.Sprintf("row=%d", row.Number)},
		Inputs: map[string]evidence.Input{},
	}
	x.RoB = strings.ToLower(x.RoB)
	errs = append(errs, wordErrors(row, "rob", x.RoB, Judgements)...)
	for _, d := range []string{"d1", "d2", "d3", "d4", "d5"} {
		if v := strings.ToLower(row.Get(d)); v != "" {
			errs = append(errs, wordErrors(row, d, v, Judgements)...)
			x.RoBDomains = append(x.RoBDomains, v)
		}
	}
	if x.ID == "" || x.Study == "" || x.Substance == "" || x.Domain == "" {
		errs = append(errs, row.Where("")+": id, study, substance and domain must be filled in")
	}
	if !slices.Contains(ScoreTypes, x.ScoreType) {
		errs = append(errs, fmt.Sprintf("%s: %q is none of %s", row.Where("score_type"), x.ScoreType, strings.Join(ScoreTypes, ", ")))
	}
	num := func(col string) *float64 {
		n := evidence.ParseNumber(row.Raw(col), style)
		if people, certain, ok := text.GroupedPeople(row.Raw(col)); ok && sizeColumns[col] {
			if !certain {
				errs = append(errs, fmt.Sprintf("%s: %q can be %.0f or %.0f people; write it without the mark", row.Where(col), n.Raw, people,
					people/1000))
				return nil
			}
			n.Value, n.OK, n.Op, n.Percent = people, true, "", false
		}
		switch {
		case n.OK && n.Op == "" && !n.Percent:
			x.Inputs[col] = evidence.Input{Name: col, Raw: n.Raw, Value: n.Value, Prov: evidence.Provenance{PayloadSHA256: sha,
				Pointer: row.Pointer(col)}}
			return &n.Value
		case n.Missing:
			return nil
		}
		errs = append(errs, fmt.Sprintf("%s: %q cannot be read as a number (%s); write the number alone", row.Where(col), n.Raw, why(n)))
		return nil
	}
	x.N1, x.Mean1, x.SD1 = num("n1"), num("mean1"), num("sd1")
	x.N2, x.Mean2, x.SD2 = num("n2"), num("mean2"), num("sd2")
	x.Events1, x.Total1, x.Events2, x.Total2 = num("events1"), num("total1"), num("events2"), num("total2")
	r := &x.Reported
	r.Measure = strings.ToUpper(row.Get("measure"))
	r.Estimate, r.SE, r.Lower, r.Upper, r.P = num("estimate"), num("se"), num("ci_lb"), num("ci_ub"), num("p")
	if r.Estimate != nil && !slices.Contains(ReportedMeasures, r.Measure) || r.Measure != "" && r.Estimate == nil {
		errs = append(errs, fmt.Sprintf("%s: a reported effect needs an estimate and a measure: one of %s", row.Where("measure"),
			strings.Join(ReportedMeasures, ", ")))
	}
	x.TimeWeeks, x.AfterLastDose, x.TimeOrigin = num("time_weeks"), num("weeks_after_last_dose"), strings.ToLower(row.Get("time_origin"))
	if y := num("year"); y != nil {
		x.Year = int(*y)
	}
	if x.TimeOrigin != "" && !text.IsOrigin(x.TimeOrigin) {
		errs = append(errs, wordErrors(row, "time_origin", x.TimeOrigin, text.Origins)...)
	}
	if s := num("sessions"); s != nil {
		v := int(*s)
		if float64(v) != *s {
			errs = append(errs, fmt.Sprintf("%s: %q is no whole number of sessions", row.Where("sessions"), row.Get("sessions")))
		}
		x.Sessions = &v
	}
	flag := func(col string) evidence.Tri {
		tri, ok := triOf(row.Get(col))
		if !ok {
			errs = append(errs, fmt.Sprintf("%s: %q is neither 1 nor 0", row.Where(col), row.Get(col)))
		}
		return tri
	}
	x.PrimaryInstrument, x.PrimaryTime = flag("primary_instrument") == evidence.Yes, flag("primary_time") == evidence.Yes
	r.Adjusted = flag("adjusted")
	x.PostCrossover, x.HigherBetter, x.Imputed = flag("post_crossover"), flag("higher_better"), flag("imputed") == evidence.Yes
	return x, errs
}

// wordErrors says that a word is none of a column's legal ones, with the nearest
// where one is near; nothing where it is legal or empty.
func wordErrors(row Row, column, word string, legal []string) []string {
	if word == "" || slices.Contains(legal, word) {
		return nil
	}
	m := fmt.Sprintf("%s: %q is none of %s", row.Where(column), word, strings.Join(legal, ", "))
	if near := text.Nearest(word, legal, 2); near != "" {
		m += fmt.Sprintf("; is it %q?", near)
	}
	return []string{m}
}

// triOf reads a cell that says yes, no or nothing.
func triOf(cell string) (t evidence.Tri, ok bool) {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "1", "yes", "true":
		return evidence.Yes, true
	case "0", "no", "false":
		return evidence.No, true
	case "":
		return evidence.NotStated, true
	}
	return evidence.NotStated, false
}

// sizeColumns hold numbers of people, which are whole.
var sizeColumns = map[string]bool{"n1": true, "n2": true, "events1": true, "events2": true, "total1": true, "total2": true}

// standardErrors are names under which tables hold standard errors.
var standardErrors = regexp.MustCompile(`^(se|sem|stderr|std_?err(or)?|standard_error|s\.e\.)[_ ]?(m|mean)?[_ ]?(1|2|treat|ctrl|t|c|e)?$`)

// unknownColumns names the columns that are not read, with what to do.
func unknownColumns(t *Table, known []string, sha string) []evidence.Problem {
	var out []evidence.Problem
	for i, h := range t.Header {
		if slices.Contains(known, h) || h == "" {
			continue
		}
		m := "is not read"
		if standardErrors.MatchString(h) {
			m = "holds standard errors, which are not read: write standard deviations (SD = SE × √n) into sd1 and sd2"
		} else {
			long := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return len(k) <= 2 })
			if best := text.Nearest(h, long, 2); best != "" {
				m += fmt.Sprintf("; is it %q?", best)
			} else {
				m += "; put remarks into the column note"
			}
		}
		out = append(out, evidence.Problem{Source: "review", Kind: "unknown-column", Where: fmt.Sprintf("%s column %d", t.Name, i+1),
			Message: fmt.Sprintf("the column %q %s", h, m), SHA256: sha, Retry: "past review check"})
	}
	return out
}

func why(n evidence.Number) string {
	switch {
	case n.Op != "":
		return "it carries the operator " + n.Op
	case n.Percent:
		return "it carries a percent sign"
	}
	return n.Reason
}
