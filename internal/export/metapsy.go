package export

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"

	"past/internal/evidence"
)

var decimalComma = regexp.MustCompile(`^[+-]?[0-9]*,?[0-9]+([eE][+-]?[0-9]+)?$`)

// metapsyColumns are the columns that our effects fill, named and ordered as in
// the released files.
var metapsyColumns = []string{"study", "condition_arm1", "condition_arm2", "outcome_type", "instrument", "instrument_symptom",
	"primary_instrument", "study_time_point", "time_weeks", "primary_timepoint", "post_crossover",
	"n_arm1", "mean_arm1", "sd_arm1", "n_arm2", "mean_arm2", "sd_arm2", "n_change_arm1", "mean_change_arm1", "sd_change_arm1",
	"n_change_arm2", "mean_change_arm2", "sd_change_arm2",
	"event_arm1", "totaln_arm1", "event_arm2", "totaln_arm2", "rob", "year", "drug_arm1", "dose_arm1", "dose_arm2", "name_arm1", "name_arm2",
	"n_dosing_sessions", "target_group", "design", "blinding", "doi", "registration_number",
	".id", ".g", ".g_se", ".log_rr", ".log_rr_se"}

// Metapsy lays effects out in the order given, in the layout of the released metapsy
// files: semicolons, decimal commas, NA for what is absent, LF line ends.
func Metapsy(effects []evidence.Effect) ([]byte, error) {
	rows := [][]string{metapsyColumns}
	for _, e := range effects {
		rows = append(rows, metapsyRow(e))
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = ';'
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

func metapsyRow(e evidence.Effect) []string {
	v := map[string]string{
		"study": e.StudyLabel, "condition_arm1": e.Substance, "condition_arm2": e.ComparatorClass, "instrument": e.Instrument,
		"instrument_symptom": e.Domain,
		"study_time_point":   e.TimepointRaw, "time_weeks": commaNumber(e.TimepointWeeks), "rob": e.RiskOfBias, "drug_arm1": e.Substance,
		"dose_arm1": e.DoseTreat, "dose_arm2": e.DoseCtrl,
		"name_arm1": e.ArmTreat, "name_arm2": cmp.Or(e.ArmCtrl, e.Comparator), "target_group": e.Population, "design": e.Design,
		"blinding": e.Blinding, "doi": e.DOI, "registration_number": e.RecordID, ".id": e.ID,
		"primary_instrument": flag(e.PrimaryInstrument), "primary_timepoint": flag(e.PrimaryTime), "post_crossover": triFlag(e.PostCrossover),
	}
	if e.Year != 0 {
		v["year"] = strconv.Itoa(e.Year)
	}
	if e.Sessions != nil {
		v["n_dosing_sessions"] = strconv.Itoa(*e.Sessions)
	}
	switch {
	case counts(e):
		v["outcome_type"] = e.ScoreType
		v["event_arm1"], v["totaln_arm1"], v["event_arm2"], v["totaln_arm2"] = commaNumber(e.Event1), commaNumber(e.N1), commaNumber(e.Event2),
			commaNumber(e.N2)
	case e.ScoreType == "change":
		v["outcome_type"] = "change"
		v["n_change_arm1"], v["mean_change_arm1"], v["sd_change_arm1"] = commaNumber(e.N1), commaNumber(e.Mean1), commaNumber(e.SD1)
		v["n_change_arm2"], v["mean_change_arm2"], v["sd_change_arm2"] = commaNumber(e.N2), commaNumber(e.Mean2), commaNumber(e.SD2)
	default:
		v["outcome_type"] = "msd"
		v["n_arm1"], v["mean_arm1"], v["sd_arm1"] = commaNumber(e.N1), commaNumber(e.Mean1), commaNumber(e.SD1)
		v["n_arm2"], v["mean_arm2"], v["sd_arm2"] = commaNumber(e.N2), commaNumber(e.Mean2), commaNumber(e.SD2)
	}
	if e.SE != nil {
		switch e.Measure {
		case "SMD":
			v[".g"], v[".g_se"] = commaNumber(e.Estimate), commaNumber(e.SE)
		case "RR":
			v[".log_rr"], v[".log_rr_se"] = commaNumber(e.Estimate), commaNumber(e.SE)
		}
	}
	out := make([]string, len(metapsyColumns))
	for i, c := range metapsyColumns {
		out[i] = cmp.Or(Guard(v[c]), "NA")
		if decimalComma.MatchString(v[c]) {
			out[i] = v[c]
		}
	}
	return out
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func triFlag(t evidence.Tri) string {
	if t == evidence.NotStated {
		return ""
	}
	return flag(t == evidence.Yes)
}

func commaNumber(v *float64) string {
	if v == nil {
		return ""
	}
	return strings.Replace(strconv.FormatFloat(*v, 'f', -1, 64), ".", ",", 1)
}
