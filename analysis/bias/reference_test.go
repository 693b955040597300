package bias

import (
	"math"
	"testing"

	"past/analysis/meta"
)

// bcg are the log odds ratios of the thirteen trials of the BCG vaccine (Colditz et al. 1994, JAMA 271:698-702), with total
// sample sizes: events and non-events in the vaccinated and the control group.
func bcg() Studies {
	var s Studies
	for _, r := range [][4]float64{{4, 119, 11, 128}, {6, 300, 29, 274}, {3, 228, 11, 209}, {62, 13536, 248, 12619}, {33, 5036, 47, 5761},
		{180, 1361, 372, 1079},
		{8, 2537, 10, 619}, {505, 87886, 499, 87892}, {29, 7470, 45, 7232}, {17, 1699, 65, 1600}, {186, 50448, 141, 27197}, {5, 2493, 3, 2338},
		{27, 16886, 29, 17825}} {
		s.Y = append(s.Y, math.Log(r[0]*r[3]/(r[1]*r[2])))
		s.V = append(s.V, 1/r[0]+1/r[1]+1/r[2]+1/r[3])
		s.N = append(s.N, r[0]+r[1]+r[2]+r[3])
	}
	return s
}

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(1e-3, math.Abs(want))) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

// must returns a result, or fails the test.
func must[T any](t testing.TB) func(r T, err error) T {
	return func(r T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

// The figures of the tests below are metafor 3.8-1's on the same data, with its estimators' tolerances tightened.

func TestRegressionTestOnBCG(t *testing.T) {
	for _, c := range []struct {
		o               RegressionOptions
		stat, p, limit  float64
		tau2, sigma2    float64
		limLo, limitHi_ float64
	}{
		{RegressionOptions{}, -0.7742909044139091, 0.43875878122601636, -0.5396805695978896, 0.3355855883021575, math.NaN(),
			-1.1739874066256248, 0.0946262674298457},
		{RegressionOptions{Test: meta.KnHa}, -0.755664025304466, 0.46572465698635857, -0.5396805695978896, 0.3355855883021575, math.NaN(),
			-1.2695477345882111, 0.190186595392432},
		{RegressionOptions{Predictor: SqrtNInv, Method: meta.DL}, -1.9355629477451382, 0.052921252075210055, -0.41765497858478823,
			0.24914682477114047, math.NaN(), -0.8738873107659594, 0.038577353596382924},
		{RegressionOptions{Model: Dispersion}, -1.5069506966943076, 0.15999148508426514, -0.15709886273556414, math.NaN(), 12.294939320991476,
			-0.6791119083650669, 0.3649141828939385},
		{RegressionOptions{Model: Dispersion, Predictor: NInv}, -1.4773785861536066, 0.16762387572886106, -0.3572681141095252, math.NaN(),
			12.377249360863757, -0.7049984915467731, -0.009537736672277364},
	} {
		r := must[RegressionResult](t)(RegressionTest(bcg(), c.o))
		near(t, r.Method+": statistic", r.Slope().Stat, c.stat, 1e-9)
		near(t, r.Method+": p", r.Slope().P, c.p, 1e-9)
		near(t, r.Method+": limit", r.LimitEffect.Value, c.limit, 1e-9)
		near(t, r.Method+": limit, lower", r.LimitEffect.Lower, c.limLo, 1e-9)
		near(t, r.Method+": limit, upper", r.LimitEffect.Upper, c.limitHi_, 1e-9)
		if !math.IsNaN(c.tau2) {
			near(t, r.Method+": tau2", r.Tau2, c.tau2, 1e-9)
		} else {
			near(t, r.Method+": dispersion", r.Sigma2, c.sigma2, 1e-9)
		}
		if r.Limit != "" {
			t.Errorf("thirteen studies are a test, yet: %s", r.Limit)
		}
	}
	r := must[RegressionResult](t)(RegressionTest(bcg(), RegressionOptions{Predictor: Ni}))
	near(t, "on n: statistic", r.Slope().Stat, 2.1160397751020597, 1e-9)
	if !math.IsNaN(r.LimitEffect.Value) {
		t.Error("the sample size has no limit of zero, yet there is a limit estimate")
	}
}

func TestRankTestOnBCG(t *testing.T) {
	r := must[RankResult](t)(RankTest(bcg()))
	near(t, "tau", r.Tau, 0.02564102564102564, 1e-12)
	near(t, "p", r.P, 0.9523619079608663, 1e-12)
	if !r.Exact || r.Ties {
		t.Errorf("%+v", r)
	}
}

func TestTrimFillOnBCG(t *testing.T) {
	r := must[TrimFillResult](t)(TrimFill(bcg(), TrimFillOptions{Method: meta.FE}))
	if r.K0 != 4 || r.Side != Right {
		t.Fatalf("%d studies on the %s", r.K0, r.Side)
	}
	near(t, "se of the count", r.SEK0, 2.3853255911929505, 1e-12)
	near(t, "mean", r.Fit.Coef[0].Value, -0.28410682841761237, 1e-10)
	near(t, "Q", r.Fit.Q.Value, 277.5068393219688, 1e-10)
	for i, want := range []float64{0.8329964824482561, 0.8882298924777596, 1.065562181393671, 1.0979770721913247} {
		near(t, "filled effect", r.FilledY[i], want, 1e-10)
	}
	r = must[TrimFillResult](t)(TrimFill(bcg(), TrimFillOptions{Method: meta.FE, Estimator: R0}))
	near(t, "p of the count", r.PK0, 0.03125, 1e-14)
	near(t, "se of the count", r.SEK0, math.Sqrt(10), 1e-14)
}

func TestFailSafeNOnBCG(t *testing.T) {
	for _, c := range []struct {
		kind      FailSafeKind
		target, n float64
	}{{Rosenthal, math.NaN(), 607}, {Orwin, math.NaN(), 13}, {Orwin, -0.1, 88}, {OrwinWeighted, math.NaN(), 13},
		{Rosenberg, math.NaN(), 348}, {Orwin, 0.1, math.Inf(1)}} {
		r := must[FailSafeResult](t)(FailSafeN(bcg(), c.kind, c.target))
		if r.N != c.n {
			t.Errorf("%s, target %v: %v, want %v", r.Method, c.target, r.N, c.n)
		}
	}
}

func TestExcessSignificanceOnBCG(t *testing.T) {
	s := bcg()
	f := must[*meta.Result](t)(meta.Fit(s.Y, s.V, meta.Options{}))
	r := must[ExcessResult](t)(ExcessSignificance(s, ExcessOptions{Theta: f.Coef[0].Value, Tau2: f.Tau2, AsMetafor: true}))
	near(t, "expected", r.Expected, 7.891604044887323, 1e-9)
	near(t, "p (chi-squared)", r.PChiSquared, 0.4754588045475229, 1e-7)
	near(t, "p (binomial)", r.PBinomial, 0.5951236682110946, 1e-7)
	exact := must[ExcessResult](t)(ExcessSignificance(s, ExcessOptions{Theta: f.Coef[0].Value, Tau2: f.Tau2}))
	near(t, "expected over the whole distribution", exact.Expected, r.Expected, 1e-6)
}

func TestPETPEESEOnBCG(t *testing.T) {
	r := must[PETPEESEResult](t)(PETPEESE(bcg(), RegressionOptions{Model: Dispersion}))
	near(t, "PET", r.PET.Coef[0].Value, -0.15709886273556414, 1e-10)
	near(t, "PEESE", r.PEESE.Coef[0].Value, -0.3786144551207679, 1e-10)
	near(t, "p of PET", r.PET.Coef[0].P, 0.5213624143326324, 1e-10)
	if r.UsesPEESE || r.Effect != r.PET.Coef[0] || r.Limit == "" {
		t.Errorf("%+v", r)
	}
	m := must[PETPEESEResult](t)(PETPEESE(bcg(), RegressionOptions{}))
	near(t, "PET, REML", m.PET.Coef[0].Value, -0.5396805695978896, 1e-9)
}

func TestHenmiCopasOnBCG(t *testing.T) {
	loose := must[HenmiCopasResult](t)(HenmiCopas(bcg(), HenmiCopasOptions{AsMetafor: true}))
	near(t, "lower, metafor's tolerance", loose.Coef[0].Lower, -1.1909818911388728, 1e-7)
	near(t, "upper, metafor's tolerance", loose.Coef[0].Upper, 0.3187037388660531, 1e-7)
	near(t, "se", loose.Coef[0].SE, 0.31319878537266227, 1e-12)
	exact := must[HenmiCopasResult](t)(HenmiCopas(bcg(), HenmiCopasOptions{}))
	near(t, "percentage point", exact.U, loose.U, 1e-4)
}

func TestSelectionOnBCG(t *testing.T) {
	// polished to a gradient of 1e-10
	for _, c := range []struct {
		o                          SelectionOptions
		beta, se, tau2, delta, sed float64
		ll, lrt, lrtTau2           float64
	}{
		{SelectionOptions{Kind: StepFunction, Alternative: Less, Steps: []float64{0.025}}, -0.6636022848379145, 0.26878311734189425,
			0.31340329801716593, 0.6835810749326612, 0.631640606570225, -12.987656306630647, 0.17020649720137015, 123.75905339501881},
		{SelectionOptions{Kind: StepFunction, Alternative: TwoSided, Steps: []float64{0.05, 1}}, -0.7273966392157314, 0.2227762747597048,
			0.301063196726287, 0.915903664125708, 0.746280897626056, -13.066963098703637, 0.01159291305540222, 123.669716614003},
	} {
		r := must[SelectionResult](t)(FitSelection(bcg(), c.o))
		near(t, "beta", r.Coef[0].Value, c.beta, 1e-8)
		near(t, "se", r.Coef[0].SE, c.se, 1e-8)
		near(t, "tau2", r.Tau2, c.tau2, 1e-8)
		near(t, "delta", r.Delta[1].Value, c.delta, 1e-8)
		near(t, "se of delta", r.Delta[1].SE, c.sed, 1e-8)
		near(t, "log-likelihood", r.LogLik, c.ll, 1e-12)
		near(t, "test of selection", r.LRT.Value, c.lrt, 1e-6)
		near(t, "test of tau2", r.LRTTau2.Value, c.lrtTau2, 1e-6)
		near(t, "mean without selection", r.UncorrectedBeta, -0.7420, 2e-4)
	}
	// the reference's own optimiser stops about 1e-5 short of this maximum: its log-likelihood is -12.3211306151, lower than here
	b := must[SelectionResult](t)(FitSelection(bcg(), SelectionOptions{Kind: BetaFunction, Alternative: Less}))
	near(t, "beta weights: mean", b.Coef[0].Value, -0.8806488178836566, 2e-5)
	near(t, "beta weights: a", b.Delta[0].Value, 1.125027686183984, 2e-5)
	near(t, "beta weights: b", b.Delta[1].Value, 1.4490694447662749, 2e-5)
	near(t, "beta weights: se", b.Coef[0].SE, 0.5274800388346523, 2e-4)
	if b.LogLik < -12.321130615129132 {
		t.Errorf("a lower maximum than the reference's: %v", b.LogLik)
	}
}
