package metafile

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"past/internal/recordedtest"
)

// reproduction is one published pooled result: which released table, rows and
// model it is made of.
type reproduction struct {
	data    string
	command Command
	fit     int     // entry of the rma block
	pi      string  // prediction interval: which convention
	tau     bool    // the review prints the interval of tau where it says tau2
	tau2Abs float64 // tolerance of tau2 where the print is an optimiser's leftover
}

// beforeCrossover is what the primary analyses of these reviews share.
var beforeCrossover = []string{"primary_instrument=1", "primary_timepoint=1", "post_crossover!=1"}

func where(more ...string) []string {
	return append(append([]string(nil), beforeCrossover...), more...)
}

const (
	mdma       = "data-ptsd-mdmactr/data.csv"
	psilocybin = "data-depression-psiloctr/data.csv"
)

// highDose leaves the medium-dose arms of two trials out, mediumDose takes them
// instead of the high-dose arms.
var (
	highDose   = []string{"multi_arm1!=75 mg|100 mg", "multi_arm2!=75 mg|100 mg"}
	mediumDose = []string{".id!=Mithoefer2018_msd_caps-iv_Month1aftersecondexperimentalsession_8.00_clinician_mdma_mdma_125mg_75mg|" +
		"Mithoefer2018_msd_caps-iv_Month1aftersecondexperimentalsession_8.00_clinician_mdma_mdma_125mg_30mg|" +
		"Ot'alora2018_msd_caps-iv_1monthafter2sessions_8.00_clinician_mdma_mdma_125mg_100mg|" +
		"Ot'alora2018_msd_caps-iv_1monthafter2sessions_8.00_clinician_mdma_mdma_125mg_40mg"}
	psiloArms = []string{"outcome_type=msd|imsd", "study!=Krempien 2023|Carhart-Harris 2021", "multi_arm1!=10 mg", "multi_arm2!=10 mg"}
)

var reproductions = map[string]reproduction{
	"SYP-M1": {mdma, Command{Measure: "SMD", Where: where(append(highDose, "outcome_type=msd")...)}, 0, "pi_classic_t", false, 0},
	// its tau2 is a REML boundary solution: 5.31e-06 there, 0 where the likelihood is highest
	"SYP-M2": {mdma, Command{Measure: "SMD", Where: where(append(mediumDose, "outcome_type=msd")...)}, 0, "pi_classic_t", false, 1e-5},
	// the upper limit 0.59 is that of tau: its square is the 0.345 found here
	"SYP-M3": {mdma, Command{Measure: "SMD", Where: where(append(highDose, "outcome_type=msd", "study!=Mithoefer 2011")...)}, 0,
		"pi_classic_t", true, 0},
	"SYP-M4": {mdma, Command{Measure: "SMD", Where: where(append(highDose, "outcome_type=msd")...)}, 1, "", false, 0},
	"SYP-M5": {mdma, Command{Measure: "RR", Method: "PM", Where: where(append(highDose, "outcome_type=response")...)}, 0, "pi_classic_t",
		false, 0},
	"SYP-M6": {mdma, Command{Measure: "RR", Method: "PM", Where: where(append(highDose, "outcome_type=remission")...)}, 0, "pi_classic_t",
		false, 0},
	"SYP-P1": {psilocybin, Command{Measure: "SMD", Where: where(psiloArms...)}, 0, "pi_classic_t", false, 0},
	"SYP-P0": {"data-depression-psiloctr/versions/25.0.4/data.csv", Command{Measure: "SMD", Where: where(psiloArms...)}, 0, "pi_classic_hts",
		false, 0},
}

// TestPublishedResults runs released tables through the command and compares with
// what the reviews print, to the digits that they print.
func TestPublishedResults(t *testing.T) {
	folder := recordedtest.Path(t, "effects")
	f, err := os.Open(filepath.Join(folder, "published_targets.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, row := range rows[1:] {
		target := map[string]string{}
		for i, name := range rows[0] {
			target[name] = row[i]
		}
		r, ok := reproductions[target["target_id"]]
		if !ok {
			continue
		}
		seen++
		t.Run(target["target_id"], func(t *testing.T) { reproduce(t, filepath.Join(folder, "metapsy", r.data), target, r) })
	}
	if seen != len(reproductions) {
		t.Errorf("%d of %d reproductions have a target in the list", seen, len(reproductions))
	}
}

// Ketamine and anxiety in six trials (Marchi et al. 2022, doi
// 10.3389/fnins.2022.1011103, data of the authors' script), printed as -0.42
// [-0.84, 0.003]: the unbiased variance, DerSimonian and Laird, z.
func TestUnbiasedVarianceAsPublished(t *testing.T) {
	fit := fitOf(t, "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nAnderson 2017,4.96,4.62,33,4.43,0.89,37\nDomany 2020,3.75,1.64,9,16.45,6.79,9\n"+
		"Fedgchin 2019,5.8,5.94,115,7.2,6.01,113\nMurrough 2015,6,2.6,12,8.2,3.9,12\nPrice 2014,42.31,16.31,36,44.1,16.33,21\n"+
		"Taylor 2018,66.1,30.9,18,86.1,30,17\n", Command{Measure: "SMD", VType: "UB", Method: "DL", Test: "z"})
	for name, want := range map[string]struct{ printed, half float64 }{"beta": {-0.42, 0.005}, "ci_lb": {-0.84, 0.005},
		"ci_ub": {0.003, 0.0005}} {
		if x := fit[name].(float64); math.Abs(x-want.printed) > want.half {
			t.Errorf("%s: %v, published %v", name, x, want.printed)
		}
	}
}

func reproduce(t *testing.T, file string, target map[string]string, r reproduction) {
	cmd := r.command
	cmd.File, cmd.Formula, cmd.JSON = file, "metapsy", true
	var out bytes.Buffer
	if err := Run(context.Background(), cmd, nil, &out); err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	fit := answer["rma"].([]any)[r.fit].(map[string]any)
	transform := func(x float64) float64 { return x }
	if cmd.Measure == "RR" {
		transform = math.Exp
	}
	number := func(path ...string) float64 {
		v := any(fit)
		for _, p := range path {
			m, _ := v.(map[string]any)
			v = m[p]
		}
		x, ok := v.(float64)
		if !ok {
			t.Fatalf("the answer has no %s", strings.Join(path, "/"))
		}
		return x
	}
	check := func(name string, got float64, printed string) {
		t.Helper()
		if printed == "" {
			return
		}
		want, err := strconv.ParseFloat(printed, 64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		decimals := 0
		if _, frac, ok := strings.Cut(printed, "."); ok {
			decimals = len(frac)
		}
		if math.Abs(got-want) > 0.5*math.Pow10(-decimals)*1.001 {
			t.Errorf("%s: %.6g, published %s", name, got, printed)
		}
	}
	if k := answer["analysis"].(map[string]any)["k"]; k != parseFloat(target["k"]) {
		t.Errorf("k = %v, published %s", k, target["k"])
	}
	check("estimate", transform(number("beta")), target["estimate"])
	lower, upper, p := "ci_lb", "ci_ub", "pval"
	if _, guarded := fit["ci_unguarded_lb"]; guarded { // published without a guard
		lower, upper, p = "ci_unguarded_lb", "ci_unguarded_ub", "pval_unguarded"
	}
	check("lower", transform(number(lower)), target["ci_lo"])
	check("upper", transform(number(upper)), target["ci_hi"])
	check("p", number(p), target["p"])
	if r.fit == 0 {
		if r.tau2Abs > 0 {
			if d := math.Abs(number("tau2") - parseFloat(target["tau2"])); d > r.tau2Abs {
				t.Errorf("tau2 is %g away from the published one", d)
			}
		} else {
			check("tau2", number("tau2"), target["tau2"])
		}
		scale := "tau2"
		if r.tau {
			scale = "tau"
		}
		if lo, hi, ok := strings.Cut(target["tau2_ci"], ";"); ok {
			check("tau2 lower", number("confint_q_profile", scale+"_lb"), lo)
			check("tau2 upper", number("confint_q_profile", scale+"_ub"), hi)
		}
		check("I2 from Q", number("i2_q"), target["I2_pct"])
		check("Q", number("qe"), target["Q"])
		if r.pi != "" {
			check("PI lower", transform(number("predict", r.pi+"_lb")), target["pi_lo"])
			check("PI upper", transform(number("predict", r.pi+"_ub")), target["pi_hi"])
		}
	}
}

func parseFloat(s string) float64 {
	x, _ := strconv.ParseFloat(s, 64)
	return x
}
