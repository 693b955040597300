package synthesis

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"past/internal/evidence"
)

func at(x float64) *float64 { return &x }

func twoArms(e1, n1, e2, n2 float64) evidence.Effect {
	return evidence.Effect{StudyLabel: "A", Event1: &e1, N1: &n1, Event2: &e2, N2: &n2, ScoreType: "response"}
}

func shown(kind evidence.HeadlineKind, est, lo, hi float64) evidence.Headline {
	return evidence.Headline{Kind: kind, Estimate: &est, Lower: &lo, Upper: &hi}
}

func TestPeopleOf100(t *testing.T) {
	arms := []evidence.Effect{twoArms(60, 100, 30, 100), twoArms(5, 10, 6, 20)} // comparator risk 36/120
	for _, c := range []struct {
		name, measure        string
		h                    evidence.Headline
		with, withLo, withHi float64
		nnt, nntNear, nntFar float64 // 0: none
		forWord              string
		want                 bool
	}{
		{"risk ratio 2 [1.5, 2.5]", "RR", shown("pooled", math.Log(2), math.Log(1.5), math.Log(2.5)), 60, 45, 75, 4, 3, 7, "more", true},
		{"risk ratio that leaves the hundred", "RR", shown("pooled", math.Log(3), math.Log(2), math.Log(9)), 90, 60, 100, 2, 2, 4, "more", true},
		{"fewer", "RR", shown("pooled", math.Log(0.5), math.Log(0.25), math.Log(0.8)), 15, 7.5, 24, 7, 5, 17, "fewer", true},
		{"includes no effect", "RR", shown("pooled", math.Log(1.2), math.Log(0.9), math.Log(1.5)), 36, 27, 45, 0, 0, 0, "", true},
		{"odds ratio 2", "OR", shown("pooled", math.Log(2), math.Log(1.1), math.Log(4)), 100 * 6. / 13,
			100 * 0.3 / 0.7 * 1.1 / (1 + 0.3/0.7*1.1), 100 * 12. / 19, 7, 4, 50, "more", true},
		{"risk difference", "RD", shown("pooled", 0.2, 0.1, 0.3), 50, 40, 60, 5, 4, 10, "more", true},
		{"not pooled", "RR", evidence.Headline{Kind: evidence.HeadlineNotPooled}, 0, 0, 0, 0, 0, 0, "", false},
		{"not counted", "SMD", shown("pooled", 0.2, 0.1, 0.3), 0, 0, 0, 0, 0, 0, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := absolute(Question{Measure: c.measure}, evidence.Finding{Effects: arms, Headline: c.h})
			if !c.want {
				if a != nil {
					t.Fatalf("%+v", a)
				}
				return
			}
			p := a.People
			near(t, p.Without, 30)
			near(t, p.With, c.with)
			near(t, p.WithLower, c.withLo)
			near(t, p.WithUpper, c.withHi)
			for _, x := range []struct {
				got  *float64
				want float64
			}{{p.NNT, c.nnt}, {p.NNTLower, c.nntNear}, {p.NNTUpper, c.nntFar}} {
				if (x.got == nil) != (x.want == 0) || x.got != nil && *x.got != x.want {
					t.Errorf("number needed to treat %v, want %v", x.got, x.want)
				}
			}
			if !strings.Contains(p.NNTFor, c.forWord) || c.forWord == "" && p.NNTFor != "" {
				t.Errorf("for %q", p.NNTFor)
			}
			if !strings.Contains(p.WithoutSource, "36 of 120") || !strings.Contains(p.WithoutSource, "30 to 30") {
				t.Errorf("source %q", p.WithoutSource)
			}
		})
	}
	none := []evidence.Effect{twoArms(3, 10, 0, 10)}
	if a := absolute(Question{Measure: "RR"}, evidence.Finding{Effects: none, Headline: shown("single study", 1, 0.5, 2)}); a != nil {
		t.Errorf("a ratio of no events gave %+v", a.People)
	}
	few := []evidence.Effect{twoArms(12, 13, 2, 5)}
	if a := absolute(Question{Measure: "RR"}, evidence.Finding{Effects: few, Headline: shown("single study", 1, 0.5, 2)}); a != nil {
		t.Errorf("five people became %+v of a hundred", a.People)
	}
}

// The range never turns round the estimate, and a number needed to treat exists
// just where the interval excludes no effect.
func TestPeopleOf100Laws(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 3))
	for range 2000 {
		n := fewestComparators + float64(r.IntN(90))
		e := twoArms(1, n, 1+float64(r.IntN(int(n)-1)), n)
		est, half := r.NormFloat64(), math.Abs(r.NormFloat64())
		measure := []string{"RR", "OR", "RD"}[r.IntN(3)]
		if measure == "RD" {
			est, half = est/4, half/4
		}
		h := shown("pooled", est, est-half, est+half)
		p := absolute(Question{Measure: measure}, evidence.Finding{Effects: []evidence.Effect{e}, Headline: h}).People
		if !(p.WithLower <= p.With && p.With <= p.WithUpper && p.WithLower >= 0 && p.WithUpper <= 100) {
			t.Fatalf("%s %v: %+v", measure, est, p)
		}
		if (p.NNT != nil) == h.IncludesNull() && p.With != p.Without {
			t.Fatalf("%s [%v, %v]: %+v", measure, est-half, est+half, p)
		}
		if p.NNT != nil && (*p.NNT < 1 || *p.NNTLower > *p.NNT || p.NNTUpper != nil && *p.NNTUpper < *p.NNT) {
			t.Fatalf("%+v", p)
		}
	}
}

func onScale(id string, n, m1, m2, sd float64) evidence.Effect {
	e := evidence.Effect{ID: id, StudyID: id, StudyLabel: id, Instrument: "caps-5", ScoreType: "endpoint", HigherBetter: evidence.No,
		N1: &n, N2: at(n), Mean1: &m1, Mean2: &m2, SD1: &sd, SD2: at(sd)}
	return e
}

func TestPointsOnAScale(t *testing.T) {
	q := Question{Measure: "SMD", Formula: "metafor", Method: "REML", Test: "knha", LowerIsBetter: true, MID: at(0.5),
		MIDSource: "half a standard deviation"}
	two := []evidence.Effect{onScale("a", 40, 20, 30, 10), onScale("b", 60, 24, 32, 12)}
	f := evidence.Finding{Effects: two, Headline: shown("small-sample answer", -0.8, -1.2, -0.4)}
	p := absolute(q, f).Points
	if p.Scale != "CAPS-5" || p.Better != "lower" || !strings.Contains(p.Way, "pooled mean difference of the 2 studies") ||
		!(p.Points < -7 && p.Points > -10 && p.Lower < p.Points && p.Upper > p.Points) {
		t.Errorf("two studies on a scale: %+v", p)
	}
	// the important difference in points is that of the finding; the scale's own is given beside it
	if p.Threshold == nil || !strings.Contains(p.ThresholdSource, "0.5 standard deviations") {
		t.Errorf("threshold %v %q", p.Threshold, p.ThresholdSource)
	}
	near(t, *p.Threshold, 0.5*comparatorSD(two))
	if p.Published == nil || *p.Published != 12 || !strings.Contains(p.PublishedSource, "minimal important difference of the scale") {
		t.Errorf("published %v %q", p.Published, p.PublishedSource)
	}
	undeclared := q
	undeclared.MID = nil
	if p := absolute(undeclared, f).Points; p.Threshold != nil || p.Published == nil {
		t.Errorf("no difference is declared, %v is the threshold", p.Threshold)
	}
	if p.Kind != evidence.HeadlineSmall {
		t.Errorf("the interval of two studies is called %q", p.Kind)
	}
	f.Effects = two[:1]
	f.Headline.Kind = evidence.HeadlineStudy
	p = absolute(q, f).Points
	near(t, p.Points, -10) // 20 - 30, as the study has it
	if !strings.Contains(p.Way, "the study's own mean difference") || !(p.Lower < -14 && p.Upper > -6) {
		t.Errorf("one study: %+v", p)
	}
	without := two[0] // an effect alone, without the means
	without.Mean1, without.Mean2 = nil, nil
	f.Effects = []evidence.Effect{without}
	p = absolute(q, f).Points
	near(t, p.Points, -8)
	near(t, p.Lower, -12)
	if !strings.Contains(p.Way, "the study's effect times the standard deviation 10.0") {
		t.Errorf("one study without means: %q", p.Way)
	}
	if p.Studies != 1 {
		t.Errorf("points of %d studies", p.Studies)
	}
	// a scale that runs the other way than the question's outcome shows its own sign and better side
	turned := onScale("c", 40, 30, 20, 10)
	turned.Flags = []string{turnedFlag}
	f.Effects = []evidence.Effect{turned}
	p = absolute(q, f).Points
	near(t, p.Points, 10)
	if p.Better != "higher" {
		t.Errorf("10 points higher beside a g that favours the treatment, and %s is better", p.Better)
	}
	turned.Mean1, turned.Mean2 = nil, nil
	f.Effects = []evidence.Effect{turned}
	p = absolute(q, f).Points
	near(t, p.Points, 8)
	near(t, p.Lower, 4)
	f.Effects = append(f.Effects, onScale("d", 40, 20, 30, 10))
	if a := absolute(q, f); a != nil {
		t.Errorf("rows of one scale that disagree on its better side share points: %+v", a.Points)
	}
}

func near(t *testing.T, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The headline by the number of studies, and no pool of studies that conflict.
func TestHeadlineByNumberOfStudies(t *testing.T) {
	q := Question{ID: "q", Measure: "SMD", Formula: "metafor", Method: "REML", Test: "knha", LowerIsBetter: true}
	make := func(est ...float64) []evidence.Effect {
		var out []evidence.Effect
		for i, x := range est {
			e := onScale(string(rune('a'+i)), 40, 0, 0, 1)
			e.SetEffect("SMD", "metafor", x, 0.05)
			out = append(out, e)
		}
		return out
	}
	for _, c := range []struct {
		name    string
		effects []evidence.Effect
		method  string
		kind    evidence.HeadlineKind
	}{
		{"none", nil, "", evidence.HeadlineNotPooled},
		{"one", make(-0.5), "", evidence.HeadlineStudy},
		{"two that agree", make(-0.5, -0.6), "", evidence.HeadlineSmall},
		{"four that agree", make(-0.5, -0.6, -0.4, -0.7), "", evidence.HeadlineSmall},
		{"two that conflict", make(-1.5, 0.5), "", evidence.HeadlineNotPooled},
		{"four of which one conflicts", make(-0.5, -0.6, -0.4, 1.5), "", evidence.HeadlineNotPooled},
		{"five that differ", make(-0.5, -0.6, -0.4, 1.5, 0.2), "", evidence.HeadlinePooled},
		{"a common-effect plan", make(-0.5, -0.6), "EE", evidence.HeadlinePooled},
	} {
		q := q
		if c.method != "" {
			q.Method, q.Test = c.method, "z"
		}
		p, err := Pool(q.Model(), c.effects)
		if err != nil {
			t.Fatal(err)
		}
		h, post, err := headline(q, p, c.effects, true)
		if err != nil || h.Kind != c.kind {
			t.Errorf("%s: %v %v", c.name, h, err)
			continue
		}
		lo, hi, ok := h.Interval()
		if ok != (h.Kind != evidence.HeadlineNotPooled) || ok && !(lo < *h.Estimate && *h.Estimate < hi) || h.Note == "" {
			t.Errorf("%s: %+v", c.name, h)
		}
		if h.Kind == evidence.HeadlineSmall && (*h.Estimate != post.Median || !strings.Contains(h.Note, "half-normal") || *p.CILower == lo) {
			t.Errorf("%s: %+v beside %+v", c.name, h, post)
		}
	}
}

// The rule holds for groups too: one study is its own number, two of a group are shown
// one by one, three and four that agree have the small-sample answer.
func TestHeadlinesOfGroups(t *testing.T) {
	q := Question{ID: "q", Measure: "SMD", Formula: "metafor", Method: "REML", Test: "knha", LowerIsBetter: true,
		Subgroups: []string{"comparator_class"}}
	var rows []evidence.Effect
	add := func(class string, est ...float64) {
		for i, x := range est {
			e := onScale(class+string(rune('a'+i)), 40, 0, 0, 1)
			e.ComparatorClass = class
			e.SetEffect("SMD", "metafor", x, 0.05)
			rows = append(rows, e)
		}
	}
	add("k1", -0.5)
	add("k2", -0.5, -0.6)
	add("k3", -0.5, -0.6, -0.4)
	add("k3 apart", -1.5, 0.5, 0)
	add("k4", -0.5, -0.6, -0.4, -0.7)
	add("k5", -0.5, -0.6, -0.4, -0.7, 0.5)
	subs, err := subgroups(q, rows)
	if err != nil || len(subs) != 1 || len(subs[0].Groups) != 6 {
		t.Fatalf("%+v, %v", subs, err)
	}
	for i, want := range []evidence.HeadlineKind{evidence.HeadlineStudy, evidence.HeadlineNotPooled, evidence.HeadlineSmall,
		evidence.HeadlineNotPooled, evidence.HeadlineSmall, evidence.HeadlinePooled} {
		g := subs[0].Groups[i]
		h := g.Headline
		if h.Kind != want || (h.Estimate == nil) != (want == evidence.HeadlineNotPooled) {
			t.Errorf("%s: %+v, want %s", g.Label, h, want)
		}
		if want == evidence.HeadlineSmall && *h.Lower == *g.CILower {
			t.Errorf("%s shows the fitted interval as its small-sample answer", g.Label)
		}
	}
}

// Every part of the studies is shown by the rule of the finding: a subset of two to
// four studies, or four that are left, never as a Knapp-Hartung interval.
func TestHeadlinesOfParts(t *testing.T) {
	q := Question{ID: "q", Measure: "SMD", Formula: "metafor", Method: "REML", Test: "knha", LowerIsBetter: true}
	var rows []evidence.Effect
	for i, x := range []float64{-0.5, -0.6, -0.4, -0.7, -0.5} {
		e := onScale(string(rune('a'+i)), 40, 0, 0, 1)
		e.ComparatorClass = []string{"inactive-placebo", "waitlist-or-delayed"}[min(i/2, 1)]
		e.SetEffect("SMD", "metafor", x, 0.05)
		rows = append(rows, e)
	}
	var f evidence.Finding
	if err := diagnose(q, &f, rows); err != nil || len(f.LeaveOneOut) != 5 {
		t.Fatal(f.LeaveOneOut, err)
	}
	parts := append(sensitivity(q, Base{}, rows), f.LeaveOneOut...)
	seen := 0
	for _, p := range parts {
		if p.K == 5 {
			continue
		}
		seen++
		if h := p.Headline; h == nil || h.Kind != evidence.HeadlineSmall || *h.Lower == *p.CILower {
			t.Errorf("%s, k = %d: %+v", p.Label, p.K, h)
		}
	}
	if seen != 6 {
		t.Errorf("%d parts of fewer than five studies, want 6", seen)
	}
}

// Priors take the unit of the measure: points are not standard deviations.
func TestPriorsFollowTheUnit(t *testing.T) {
	rows := []evidence.Effect{onScale("a", 40, 20, 30, 10), onScale("b", 40, 22, 31, 10)}
	for _, c := range []struct {
		measure string
		sd      float64
	}{{"SMD", 1}, {"RR", 1}, {"MD", 10}, {"RD", 0.2}} {
		p := priors(Question{Measure: c.measure}, rows)
		near(t, p.Mu.SD, c.sd)
		near(t, p.Tau.Scale, c.sd/2)
	}
}
