package reproduce

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/extract/arm"
	"past/internal/review"
	"past/internal/vocab"
)

// Metapsy reads a released file in the layout of the Metapsy data standard
// (semicolons and decimal commas or plain CSV; NA is empty) into extraction
// rows. Rows that cannot be read are problems; nothing is dropped silently. An
// error means that the file is not of this layout.
//
// The layout has no comparator classes. They follow from the condition codes of
// the control arm (pcb, wl, ncn, …), else from its name; another dose of the
// studied drug is a low-dose comparator when the vocabulary says so (for doses
// by weight: at most a third of the treatment dose), else a treatment dose.
func Metapsy(name string, data []byte) ([]review.Extraction, []evidence.Problem, error) {
	t, problems, err := review.ReadTable(name, data)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range []string{"study", "condition_arm1", "condition_arm2", "outcome_type", "instrument"} {
		if !slices.Contains(t.Header, c) {
			return nil, nil, fmt.Errorf("%s: the column %q is missing; a released Metapsy file has study, condition_arm1, "+
				"condition_arm2, outcome_type, instrument and the arms' numbers", name, c)
		}
	}
	v := vocab.Default()
	var out []review.Extraction
	for _, row := range t.Rows {
		x, errs := metapsyRow(v, row, t.Style)
		x.ID = fmt.Sprintf("%s:%d", name, row.Number)
		if len(errs) > 0 {
			problems = append(problems, evidence.Problem{Source: "import", Kind: "bad-row", RecordID: x.ID, Where: row.Where(""),
				Message: strings.Join(errs, "; ")})
			continue
		}
		out = append(out, x)
	}
	return out, problems, nil
}

// scoreOf translates outcome types; imputed scores are endpoints with a flag.
var scoreOf = map[string]string{"msd": "endpoint", "imsd": "endpoint", "change": "change", "response": "response",
	"remission": "remission", "event": "events", "dropout": "events"}

func metapsyRow(v *vocab.Vocabulary, row review.Row, style evidence.NumberStyle) (review.Extraction, []string) {
	var errs []string
	kind := strings.ToLower(row.Get("outcome_type"))
	x := review.Extraction{Study: row.Get("study"), TrialID: row.Get("registration_number"), DOI: row.Get("doi"),
		Population: row.Get("target_group"),
		ScoreType:  scoreOf[kind], Imputed: kind == "imsd", Instrument: row.Get("instrument"),
		Domain:    strings.ToLower(row.Get("instrument_symptom")),
		DoseTreat: row.Get("dose_arm1"), DoseCtrl: row.Get("dose_arm2"), ArmTreat: row.Get("multi_arm1"), ArmCtrl: row.Get("multi_arm2"),
		Comparator: row.Get("name_arm2"), Blinding: row.Get("blinding"), TimeLabel: cmp.Or(row.Get("study_time_point"), row.Get("time")),
		RoB: strings.ToLower(row.Get("rob")), PrimaryInstrument: row.Get("primary_instrument") == "1",
		PrimaryTime:   row.Get("primary_timepoint") == "1",
		PostCrossover: map[string]evidence.Tri{"1": evidence.Yes, "0": evidence.No}[row.Get("post_crossover")], Place: row.Where(""),
		Row:  row.Number,
		Prov: evidence.Provenance{Pointer: fmt.Sprintf("row=%d", row.Number)}, Inputs: map[string]evidence.Input{}}
	if x.ScoreType == "" {
		errs = append(errs, fmt.Sprintf("%s: outcome type %q is not known", row.Where("outcome_type"), kind))
	}
	if x.Study == "" {
		errs = append(errs, row.Where("study")+": empty")
	}
	x.Design = map[string]string{"parallel": "parallel-rct", "crossover": "crossover-rct",
		"": "parallel-rct"}[strings.ToLower(row.Get("design"))]
	x.Substance = substance(v, row.Get("drug_arm1"), row.Get("condition_arm1"))
	x.ComparatorClass = comparatorClass(v, x, row)
	for d, older := range []string{"rob_rand", "rob_dev", "rob_miss", "rob_meas", "rob_sel"} {
		if s := cmp.Or(row.Get(fmt.Sprintf("d%d", d+1)), row.Get(older)); s != "" {
			x.RoBDomains = append(x.RoBDomains, strings.ToLower(s))
		}
	}
	num := func(as, col string) *float64 {
		n := evidence.ParseNumber(row.Raw(col), style)
		switch {
		case n.OK && n.Op == "":
			x.Inputs[as] = evidence.Input{Name: as, Raw: n.Raw, Value: n.Value, Prov: evidence.Provenance{Pointer: row.Pointer(col)}}
			return &n.Value
		case !n.Missing && row.Get(col) != "":
			errs = append(errs, fmt.Sprintf("%s: %q cannot be read as a number", row.Where(col), row.Raw(col)))
		}
		return nil
	}
	part := ""
	if kind == "change" {
		part = "change_"
	}
	if extract.IsCount(x.ScoreType) {
		x.Events1, x.Total1, x.Events2, x.Total2 = num("events1", "event_arm1"), num("total1", "totaln_arm1"), num("events2", "event_arm2"),
			num("total2", "totaln_arm2")
	} else {
		x.N1, x.Mean1, x.SD1 = num("n1", "n_"+part+"arm1"), num("mean1", "mean_"+part+"arm1"), num("sd1", "sd_"+part+"arm1")
		x.N2, x.Mean2, x.SD2 = num("n2", "n_"+part+"arm2"), num("mean2", "mean_"+part+"arm2"), num("sd2", "sd_"+part+"arm2")
	}
	x.TimeWeeks = num("time_weeks", "time_weeks")
	if y := num("year", "year"); y != nil {
		x.Year = int(*y)
	}
	if s := num("sessions", "n_dosing_sessions"); s != nil {
		n := int(*s)
		x.Sessions = &n
	}
	return x, errs
}

// substance is the vocabulary's id of the treatment, else the condition code.
// A deuterated form is another substance than the one it is made from.
func substance(v *vocab.Vocabulary, drug, code string) string {
	if strings.Contains(strings.ToLower(drug), "deuterated") {
		return strings.ToLower(cmp.Or(code, drug))
	}
	if hits := v.Match(drug).Substances; len(hits) > 0 {
		return hits[0].ID
	}
	return strings.ToLower(cmp.Or(code, drug))
}

var classOfCode = map[string]string{"pcb": "inactive-placebo", "ppl": "inactive-placebo", "wl": "waitlist-or-delayed",
	"wlc": "waitlist-or-delayed",
	"ncn": "active-placebo-or-low-dose", "cau": "therapy-alone", "tau": "therapy-alone", "mbsr": "therapy-alone"}

func comparatorClass(v *vocab.Vocabulary, x review.Extraction, row review.Row) string {
	code := strings.ToLower(row.Get("condition_arm2"))
	if c := classOfCode[code]; c != "" {
		return c
	}
	if code == strings.ToLower(row.Get("condition_arm1")) {
		return doseClass(v, x, cmp.Or(row.Get("drug_arm2"), x.Substance))
	}
	name := strings.TrimSpace(row.Get("drug_arm2") + " " + x.DoseCtrl)
	return cmp.Or(arm.ControlClass(v, x.Substance, cmp.Or(row.Get("name_arm2"), name), name), arm.OtherDose)
}

var perWeight = regexp.MustCompile(`(?i)^\s*(\d+(?:\.\d+)?)\s*(mg|ug|µg)\s*/\s*kg`)

func doseClass(v *vocab.Vocabulary, x review.Extraction, drug string) string {
	a, b := perWeight.FindStringSubmatch(x.DoseTreat), perWeight.FindStringSubmatch(x.DoseCtrl)
	if a != nil && b != nil {
		da, _ := strconv.ParseFloat(a[1], 64)
		db, _ := strconv.ParseFloat(b[1], 64)
		if db <= da/3 {
			return "active-placebo-or-low-dose"
		}
		return arm.OtherDose
	}
	for _, d := range v.Given(drug + " " + x.DoseCtrl).Doses {
		if level, _ := v.Level(x.Substance, d); level == vocab.DoseLow {
			return vocab.ActivePlacebo
		}
	}
	return arm.OtherDose
}
