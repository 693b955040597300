package plan

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"past/analysis/bias"
	"past/analysis/effect"
	"past/analysis/meta"
	"past/internal/metafile/table"
)

func six(t *testing.T) *Data {
	t.Helper()
	var rows []map[string]any
	for i, y := range []float64{-0.77, -0.59, -0.96, -0.85, -1.21, -0.28} {
		rows = append(rows, map[string]any{"yi": y, "vi": []float64{0.055, 0.045, 0.253, 0.411, 0.248, 0.252}[i],
			"study": string(rune('A' + i/2)), "x": float64(i), "g": []string{"p", "q"}[i%2]})
	}
	of, err := table.FromRows(rows)
	if err != nil {
		t.Fatal(err)
	}
	d := &Data{Table: of, Kind: effect.KindEffectAndVar}
	if err := d.Prepare(Effects{Measure: "SMD"}); err != nil {
		t.Fatal(err)
	}
	return d
}

// A plan that is written in JSON is the plan that is made of values.
func TestPlanFromJSON(t *testing.T) {
	var p Plan
	if err := json.Unmarshal([]byte(`{"rma": [{"method": "DL", "test": "knha", "predict": {}}],
		"rma_tau2_fixed": {"method": "REML", "tau2_given": 0.1},
		"meta_regression": [{"formula": "~ x", "fits": [{"method": "FE", "test": "z", "vif": null}], "lrt_ml": {}}],
		"publication_bias": {"selmodel": [{"type": "stepfun", "alternative": "less", "steps": [0.025, null]}], "ranktest": {}},
		"two_by_two_pooled": {"peto": {}, "mantel_haenszel": [{"measure": "RR", "correct": false}]},
		"multilevel": {"cluster_column": "study", "che": {"rho": 0.4, "fits": [{"method": "REML", "robust": {"cr2_club_sandwich": {}}}]}}}`),
		&p); err != nil {
		t.Fatal(err)
	}
	f := p.Fits[0]
	if f.Method != meta.DL || f.Test != meta.KnHa || !bool(f.Predict) || bool(f.PredictExp) {
		t.Errorf("the fit is %+v", f)
	}
	if *p.Tau2Held.Tau2 != 0.1 || p.GenQ != nil || !bool(p.Regressions[0].LRT) || !bool(p.Regressions[0].Fits[0].VIF) {
		t.Errorf("%+v", p)
	}
	s := p.Bias.Selection[0]
	if s.Kind != bias.StepFunction || s.Alternative != bias.Less || s.Steps[0] != 0.025 || !math.IsNaN(s.Steps[1]) || !bool(p.Bias.Rank) ||
		bool(p.Bias.HenmiCopas) {
		t.Errorf("%+v", s)
	}
	if mh := p.Counts["mantel_haenszel"]; len(mh) != 1 || *mh[0].Correct || p.Counts["peto"] == nil {
		t.Errorf("%+v", p.Counts)
	}
	if d := p.Dependent; d.Cluster != "study" || *d.CHE.Rho != 0.4 || !bool(d.CHE.Fits[0].Robust.CR2) || d.Three != nil {
		t.Errorf("%+v", d)
	}
	asked := 0
	for _, b := range p.Blocks() {
		if b.Asked {
			asked++
		}
	}
	if asked != 6 {
		t.Errorf("%d blocks are asked for, want 6", asked)
	}
}

// A block that cannot be computed leaves the others, and so does one of its entries.
func TestBlocksFailAlone(t *testing.T) {
	p := &Plan{Fits: []Fit{{Method: "nope"}, {Method: meta.DL, Test: meta.Z}}, Dependent: &Dependent{Clusters: Clusters{Cluster: "nope"}},
		Regressions: []Regression{{Formula: "~ nope", Fits: []Fit{{Method: meta.REML}}}, {Formula: "~ x", Fits: []Fit{{Method: meta.REML}}}},
		Subgroups:   []Grouping{{Factor: "g", Methods: []GroupFit{{Fit: Fit{Method: meta.REML, Test: meta.KnHa}}}}}, Tau2Held: &Fit{}}
	r := p.Run(six(t))
	if len(r.Failed) != 2 || !strings.Contains(r.Failed["multilevel"].Error(), "nope") || r.Failed["rma_tau2_fixed"] == nil {
		t.Errorf("failed: %v", r.Failed)
	}
	if r.Fits[0].Err == nil || r.Fits[1].Err != nil || r.Regressions[0].Err == nil || r.Regressions[1].Err != nil {
		t.Errorf("%v, %v, %v, %v", r.Fits[0].Err, r.Fits[1].Err, r.Regressions[0].Err, r.Regressions[1].Err)
	}
	want, err := meta.Fit(r.Y, r.V, meta.Options{Method: meta.DL})
	if got := r.Fits[1].Got; err != nil || got.Coef[0] != want.Coef[0] {
		t.Errorf("%v: %+v, want %+v", err, got.Coef, want.Coef)
	}
	if groups := r.Subgroups[0].Got[0].Got; len(groups.Fits) != 2 || groups.Fits[0].Got.K != 3 {
		t.Errorf("%+v", groups)
	}
}

// Effects beyond the range of float64 are refused once, for every block that works on
// them.
func TestOutOfScale(t *testing.T) {
	d := six(t)
	d.Y[2] = 1e80
	p := &Plan{Fits: []Fit{{}}, Bias: &Bias{Rank: true}, Variants: map[string]Effects{"smd": {Measure: "GEN"}}}
	r := p.Run(d)
	if len(r.Failed) != 2 || !strings.Contains(r.Failed["rma"].Error(), "row 3") || r.Variants["smd"].Err != nil {
		t.Errorf("failed: %v; variants %v", r.Failed, r.Variants["smd"].Err)
	}
}
