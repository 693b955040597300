package multiverse

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"past/analysis/meta"

	"pgregory.net/rapid"
)

// three studies with two scales and two time points each.
func small() []Study {
	var out []Study
	for i, base := range []float64{-0.9, -0.5, -0.2} {
		s := Study{ID: string(rune('A' + i))}
		for j, scale := range []string{"caps", "pcl"} {
			for k, weeks := range []float64{4, 12} {
				s.Candidates = append(s.Candidates, Candidate{
					ID:     fmt.Sprintf("%s-%s-%g", s.ID, scale, weeks),
					Effect: base + 0.1*float64(j) + 0.05*float64(k), Variance: 0.05 + 0.01*float64(i),
					Tags:    map[string]string{"instrument": scale, "comparator": []string{"placebo", "active", "placebo"}[i]},
					Numbers: map[string]float64{"weeks": weeks},
				})
			}
		}
		out = append(out, s)
	}
	return out
}

func smallPlan() Plan {
	return Plan{
		Studies: small(),
		Axes: []Axis{
			{"comparators", []Level{{"all", All()}, {"placebo", Keep("comparator", "placebo")}}},
			{"instrument", []Level{{"clinician", Prefer("instrument", "caps")}, {"self", Prefer("instrument", "pcl")}}},
			{"time", []Level{{"first", Smallest("weeks")}, {"last", Largest("weeks")}}},
			{"exclusions", []Level{{"none", All()}, {"without A", Without("A")}}},
		},
		Methods: []meta.Method{meta.REML, meta.EE},
		Tests:   []meta.Test{meta.Z, meta.KnHa},
		MID:     0.3,
	}
}

// Every specification is the fit of the effects that its choices name.
func TestEverySpecificationIsItsOwnFit(t *testing.T) {
	p := smallPlan()
	r, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	// placebo only and without A leaves one study: 2 instruments × 2 times × 4 models
	if len(r.Specs) != 48 || r.All.Count != 48 {
		t.Fatalf("%d of 64 specifications have two studies, want 48", len(r.Specs))
	}
	names := []string{"comparators", "instrument", "time", "exclusions", EstimatorAxis, TestAxis}
	for i, a := range r.Axes {
		if a.Name != names[i] {
			t.Errorf("axis %d is %q, want %q", i, a.Name, names[i])
		}
	}
	for _, s := range r.Specs {
		var y, v []float64
		for _, st := range p.Studies {
			if s.Choices[0] == 1 && st.Candidates[0].Tags["comparator"] != "placebo" || s.Choices[3] == 1 && st.ID == "A" {
				continue
			}
			c := st.Candidates[2*s.Choices[1]+s.Choices[2]]
			y, v = append(y, c.Effect), append(v, c.Variance)
		}
		f, err := meta.Fit(y, v, meta.Options{Method: p.Methods[s.Choices[4]], Test: p.Tests[s.Choices[5]]})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(f.Coef[0].Value-s.Value) > 1e-12 || math.Abs(f.Coef[0].Lower-s.Lower) > 1e-12 ||
			math.Abs(f.Coef[0].Upper-s.Upper) > 1e-12 || s.K != len(y) {
			t.Fatalf("choices %v: %+v, want %g [%g, %g]", s.Choices, s, f.Coef[0].Value, f.Coef[0].Lower, f.Coef[0].Upper)
		}
	}
}

// Shares, range and effects of axes, against a plain recount.
func TestSummaries(t *testing.T) {
	p := smallPlan()
	r, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	var zero, beyond float64
	for i, s := range r.Specs {
		if i > 0 && s.Value < r.Specs[i-1].Value {
			t.Fatal("the curve isn't sorted")
		}
		if s.Upper < 0 || s.Lower > 0 {
			zero++
		}
		if s.Upper <= -p.MID {
			beyond++
		}
	}
	n := float64(len(r.Specs))
	if r.All.ExcludesZero != zero/n || r.All.BeyondMID != beyond/n {
		t.Errorf("summary %+v, want shares %g and %g", r.All, zero/n, beyond/n)
	}
	if r.All.Min != r.Specs[0].Value || r.All.Max != r.Specs[len(r.Specs)-1].Value {
		t.Errorf("range %g to %g", r.All.Min, r.All.Max)
	}
	// scales differ by 0.1 and times by 0.05 in every study, whatever else is chosen
	for name, want := range map[string]float64{"instrument": 0.1, "time": 0.05, TestAxis: 0} {
		for _, a := range r.Axes {
			if a.Name == name && math.Abs(a.Spread-want) > 1e-9 {
				t.Errorf("%s moves the estimate by %g, want %g", name, a.Spread, want)
			}
		}
	}
	if r.MostMoving != "exclusions" && r.MostMoving != "comparators" {
		t.Errorf("%q moves the result most", r.MostMoving)
	}
}

// Equal effects leave nothing that a choice could move.
func TestNothingMoves(t *testing.T) {
	p := smallPlan()
	for i := range p.Studies {
		for j := range p.Studies[i].Candidates {
			p.Studies[i].Candidates[j].Effect = 1.0 / 3
		}
	}
	r, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range r.Axes {
		if a.Spread != 0 {
			t.Errorf("%s moves equal effects by %g", a.Name, a.Spread)
		}
	}
	if r.MostMoving != "" || math.Abs(r.All.Median-1.0/3) > 1e-12 {
		t.Errorf("%q moves the result most; median %g", r.MostMoving, r.All.Median)
	}
}

// Knapp-Hartung intervals narrower than the common-effect one are replaced.
func TestGuard(t *testing.T) {
	p := Plan{Guard: true, Methods: []meta.Method{meta.REML}, Tests: []meta.Test{meta.KnHa, meta.Z}}
	for i := 0; i < 4; i++ {
		p.Studies = append(p.Studies, Study{ID: fmt.Sprint(i), Candidates: []Candidate{{ID: "e", Effect: 0.5 + 0.001*float64(i), Variance: 0.1}}})
	}
	r, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Specs {
		common := 1.959963984540054 * math.Sqrt(0.1/4)
		if half := (s.Upper - s.Lower) / 2; half < common-1e-12 {
			t.Errorf("%s interval is narrower than the common-effect one: %g < %g", r.Axes[1].Levels[s.Choices[1]], half, common)
		}
	}
}

func TestRules(t *testing.T) {
	s := &Study{ID: "S", Candidates: []Candidate{
		{ID: "0", Tags: map[string]string{"i": "a", "f": "x"}, Numbers: map[string]float64{"w": 4}},
		{ID: "1", Tags: map[string]string{"i": "b", "f": "y"}, Numbers: map[string]float64{"w": 12}},
		{ID: "2", Tags: map[string]string{"i": "c"}, Numbers: map[string]float64{"w": 8}},
		{ID: "3", Tags: map[string]string{"i": "a"}},
		{ID: "4", Tags: map[string]string{}, Numbers: map[string]float64{"w": math.NaN()}},
	}}
	for _, c := range []struct {
		name string
		rule Rule
		from string // candidates in play
		want string
	}{
		{"all", All(), "01234", "01234"},
		{"keep", Keep("i", "a", "c"), "01234", "023"},
		{"keep none", Keep("i", "z"), "01234", ""},
		{"drop", Drop("i", "a"), "01234", "124"},
		{"variant", Variant("f", "y"), "01234", "1234"},
		{"prefer", Prefer("i", "b", "a"), "01234", "1"},
		{"prefer, first gone", Prefer("i", "b", "a"), "0234", "03"},
		{"prefer, none there", Prefer("i", "z"), "0123", "0123"},
		{"smallest", Smallest("w"), "01234", "0"},
		{"smallest of the rest", Smallest("w"), "1234", "2"},
		{"largest", Largest("w"), "01234", "1"},
		{"only missing numbers", Largest("w"), "34", "34"},
		{"without", Without("S"), "0123", ""},
		{"without another", Without("T"), "0123", "0123"},
		{"then", Then(Prefer("i", "a"), Smallest("w")), "01234", "0"},
		{"then, second decides", Then(Drop("i", "b"), Largest("w")), "01234", "2"},
		{"then, nothing passes", Then(Keep("i", "b"), Keep("f", "x")), "01234", ""},
	} {
		in, out := make(bitset, 1), make(bitset, 1)
		for _, d := range c.from {
			in[0] |= 1 << (d - '0')
		}
		group(c.rule.apply(s), 1).narrow(in, out)
		got := ""
		for i := range s.Candidates {
			if out[0]>>i&1 == 1 {
				got += fmt.Sprint(i)
			}
		}
		if got != c.want {
			t.Errorf("%s leaves %q of %q, want %q", c.name, got, c.from, c.want)
		}
	}
}

// Studies with more candidates than a machine word holds.
func TestManyCandidates(t *testing.T) {
	p := Plan{Axes: []Axis{{"number", nil}}}
	for i := 0; i < 3; i++ {
		s := Study{ID: fmt.Sprint(i)}
		for j := 0; j < 200; j++ {
			s.Candidates = append(s.Candidates, Candidate{ID: fmt.Sprint(j), Effect: float64(j), Variance: 1,
				Numbers: map[string]float64{"n": float64(j)}})
		}
		p.Studies = append(p.Studies, s)
	}
	for j := 0; j < 200; j += 7 {
		p.Axes[0].Levels = append(p.Axes[0].Levels, Level{fmt.Sprint(j), nearest("n", float64(j))})
	}
	r, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range r.Specs {
		if math.Abs(s.Value-float64(7*i)) > 1e-9 {
			t.Fatalf("specification %d: %g, want %d", i, s.Value, 7*i)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Plan)
		want   string
	}{
		{"no studies", func(p *Plan) { p.Studies = nil }, "no studies"},
		{"too many", func(p *Plan) {
			for i := range 12 {
				p.Axes = append(p.Axes, Axis{fmt.Sprint("more ", i), []Level{{"a", All()}, {"b", All()}}})
			}
		}, `262144 specifications, more than the cap of 250000`},
		{"no effect", func(p *Plan) { p.Studies[1].Candidates[0].Effect = math.NaN() }, `study "B", candidate "B-caps-4" has a missing value`},
		{"no variance", func(p *Plan) { p.Studies[1].Candidates[0].Variance = 0 }, "a sampling variance of 0"},
		{"twice a study", func(p *Plan) { p.Studies[1].ID = "A" }, `study "A" is listed twice`},
		{"twice a candidate", func(p *Plan) { p.Studies[0].Candidates[1].ID = "A-caps-4" }, `candidate "A-caps-4" is listed twice`},
		{"twice an axis", func(p *Plan) { p.Axes[1].Name = "time" }, `axis "time" is listed twice`},
		{"no levels", func(p *Plan) { p.Axes[1].Levels = nil }, `axis "instrument" has no levels`},
		{"twice a level", func(p *Plan) { p.Axes[1].Levels[1].Name = "clinician" }, `level "clinician" is listed twice`},
		{"no rule", func(p *Plan) { p.Axes[1].Levels[1].Rule = Rule{} }, "has no rule"},
		{"estimator as selection", func(p *Plan) { p.Axes[1].Name = "estimator" }, "list estimators and tests"},
		{"estimator", func(p *Plan) { p.Methods = []meta.Method{"reml"} }, `unknown estimator "reml"`},
		{"weights", func(p *Plan) { p.Methods = []meta.Method{meta.GENQ} }, "GENQ needs weights"},
		{"estimator twice", func(p *Plan) { p.Methods = []meta.Method{meta.DL, meta.DL} }, "DL is listed twice"},
		{"test", func(p *Plan) { p.Tests = []meta.Test{"x"} }, `unknown test "x"`},
		{"MID", func(p *Plan) { p.MID = -1 }, "minimal important difference -1"},
		{"minimum", func(p *Plan) { p.MinStudies = 9 }, "none of the 64 specifications has at least 9 studies"},
	} {
		p := smallPlan()
		c.change(&p)
		if _, err := Run(context.Background(), p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, large(10000)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// The same plan gives the same result; the input is left as it was.
func TestDeterministic(t *testing.T) {
	p := large(2000)
	a, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Run(context.Background(), large(2000))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fmt.Sprint(a), fmt.Sprint(b)) {
		t.Error("two runs differ")
	}
	if p.MinStudies != 0 {
		t.Error("the plan was changed")
	}
}

// The order of studies changes nothing in the numbers; turning all effects round turns
// the curve round.
func TestSymmetries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := smallPlan()
		for i := range p.Studies {
			for j := range p.Studies[i].Candidates {
				p.Studies[i].Candidates[j].Effect = rapid.Float64Range(-2, 2).Draw(t, "effect")
			}
		}
		a, err := Run(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		q := smallPlan()
		q.HigherIsBetter = true
		for i := range q.Studies {
			q.Studies[i] = small()[len(q.Studies)-1-i]
			for j := range q.Studies[i].Candidates {
				q.Studies[i].Candidates[j].Effect = -p.Studies[len(q.Studies)-1-i].Candidates[j].Effect
			}
		}
		b, err := Run(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		n := len(a.Specs)
		for i := range a.Specs {
			if math.Abs(a.Specs[i].Value+b.Specs[n-1-i].Value) > 1e-9 {
				t.Fatalf("estimate %d: %g and %g", i, a.Specs[i].Value, b.Specs[n-1-i].Value)
			}
		}
		if a.All.ExcludesZero != b.All.ExcludesZero || a.All.BeyondMID != b.All.BeyondMID {
			t.Fatalf("%+v\n%+v", a.All, b.All)
		}
		for i := range a.Axes {
			if math.Abs(a.Axes[i].Spread-b.Axes[i].Spread) > 1e-9 {
				t.Fatalf("axis %s: %+v, %+v", a.Axes[i].Name, a.Axes[i], b.Axes[i])
			}
		}
	})
}

// A choice that leaves the studies as they are, and estimators that agree where the
// studies do, add combinations and no analysis.
func TestOneResultCountsOnce(t *testing.T) {
	study := func(id string, g float64) Study {
		return Study{ID: id, Candidates: []Candidate{{ID: id, Effect: g, Variance: 0.1, Tags: map[string]string{"rob": "low"}}}}
	}
	p := Plan{Studies: []Study{study("a", -0.5), study("b", -0.5), study("c", -0.6)}, Methods: []meta.Method{meta.REML, meta.DL},
		Axes: []Axis{{Name: "risk of bias", Levels: []Level{{"all", All()}, {"without high risk", Drop("rob", "high")}}}}}
	r, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if r.All.Count != 4 || r.Distinct.Count != 1 || len(r.Curve) != 1 || len(r.Specs) != 4 {
		t.Errorf("%d combinations, %d distinct, %d on the curve", r.All.Count, r.Distinct.Count, len(r.Curve))
	}
	p.Axes[0].Levels[1].Rule = Without("c")
	if r, err = Run(context.Background(), p); err != nil || r.Distinct.Count != 2 {
		t.Errorf("%d distinct with a study less, %v", r.Distinct.Count, err)
	}
}

func TestThin(t *testing.T) {
	r, err := Run(context.Background(), large(2000))
	if err != nil {
		t.Fatal(err)
	}
	thin := r.Thin(50)
	if len(thin) != 50 || thin[0].Value != r.All.Min || thin[49].Value != r.All.Max {
		t.Errorf("%d points from %g to %g", len(thin), thin[0].Value, thin[len(thin)-1].Value)
	}
	if len(r.Thin(1)) != 1 || r.Thin(0) != nil || len(r.Thin(1<<20)) != len(r.Curve) {
		t.Error("odd sizes")
	}
}

// large is a plan of about n specifications over 12 studies: 4 estimators, 4 tests, 5
// time rules, 5 instrument rules, 2 formulas, 2 correlations, and exclusions.
func large(n int) Plan {
	p := Plan{Methods: []meta.Method{meta.REML, meta.DL, meta.PM, meta.EE}, Tests: []meta.Test{meta.Z, meta.T, meta.KnHa, meta.AdHoc},
		MID: 0.2, Guard: true}
	for i := 0; i < 12; i++ {
		s := Study{ID: fmt.Sprintf("study %d", i)}
		for j := 0; j < 24; j++ {
			formula, corr := []string{"metafor", "metapsy"}[j%2], []string{"0.5", "0.8"}[j/2%2]
			c := Candidate{ID: fmt.Sprint(j), Effect: -0.6 + 0.15*math.Sin(float64(i*31+j*7)), Variance: 0.03 +
				0.02*math.Abs(math.Cos(float64(i+j))),
				Tags: map[string]string{"instrument": string(rune('a' + (i+j)%4)), "formula": formula, "rho": corr,
					"design": []string{"parallel", "crossover"}[i%2]},
				Numbers: map[string]float64{"weeks": float64(1 + (j*5+i)%13)}}
			s.Candidates = append(s.Candidates, c)
		}
		p.Studies = append(p.Studies, s)
	}
	p.Axes = []Axis{
		{"formula", []Level{{"metafor", Variant("formula", "metafor")}, {"metapsy", Variant("formula", "metapsy")}}},
		{"correlation", []Level{{"0.5", Variant("rho", "0.5")}, {"0.8", Variant("rho", "0.8")}}},
		{"instrument", []Level{{"a", Prefer("instrument", "a")}, {"b", Prefer("instrument", "b")}, {"c, d", Prefer("instrument", "c", "d")},
			{"d", Prefer("instrument", "d", "a")}, {"any", All()}}},
		{"time", []Level{{"first", Smallest("weeks")}, {"last", Largest("weeks")}, {"4", nearest("weeks", 4)}, {"8", nearest("weeks", 8)},
			{"12", nearest("weeks", 12)}}},
	}
	per := 4 * 4 * 2 * 2 * 5 * 5
	exclusions := Axis{"exclusions", []Level{{"none", All()}}}
	for i := 0; i < 12 && len(exclusions.Levels)*per < n; i++ {
		exclusions.Levels = append(exclusions.Levels, Level{fmt.Sprint("without ", i), Without(fmt.Sprintf("study %d", i))})
	}
	p.Axes = append(p.Axes, exclusions)
	return p
}

// Benchmark10000 runs at least 10,000 specifications of 11 or 12 studies: under 1 s.
func Benchmark10000(b *testing.B) {
	p := large(10000)
	b.ReportAllocs()
	for b.Loop() {
		r, err := Run(context.Background(), p)
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Specs) < 10000 {
			b.Fatalf("%d specifications", len(r.Specs))
		}
	}
}

// nearest is a rule with a target, so that an axis can have any number of levels.
func nearest(number string, target float64) Rule {
	return by(number, func(x float64) float64 { return math.Abs(x - target) })
}
