package multilevel

import (
	"math"
	"testing"
)

// Fitted cases and covariances as the manual of R's dosresmeta 2.1.1 shows them.
func TestGreenlandLongneckerAsPublished(t *testing.T) {
	// alcohol and cardiovascular disease: fitted cases A of N, and covariances
	for _, c := range []struct {
		design StudyDesign
		a, n   []float64
		v      []float64
		want   [][]float64
	}{
		{CaseControl, []float64{125.045754, 67.121348, 68.861059, 18.649722, 17.321957}, []float64{414, 261, 228, 44, 34},
			[]float64{0.04987985, 0.05463996, 0.14176254, 0.19714011},
			[][]float64{{0, 0.01875906, 0.01678737, 0.01780975}, {0, 0, 0.01736485, 0.01842239}, {0, 0, 0, 0.01648609}}},
		{CumulativeIncidence, []float64{343.064318, 99.685219, 13.149854, 9.100567}, []float64{1269, 436, 49, 41},
			[]float64{0.024519546, 0.123263570, 0.173481760}, [][]float64{{0, 0.004898219, 0.004718234}, {0, 0, 0.004371731}}},
	} {
		// relative risks are those of the fitted cases; the cases given are any with their total
		odds := func(i int) float64 {
			if c.design == CaseControl {
				return c.a[i] / (c.n[i] - c.a[i])
			}
			return c.a[i] / c.n[i]
		}
		var logRR []float64
		cases := append([]float64(nil), c.a...)
		for i := 1; i < len(c.a); i++ {
			logRR = append(logRR, math.Log(odds(i)/odds(0)))
			cases[i] -= 2
			cases[0] += 2
		}
		fitted, err := fittedCases(c.design, cases, c.n, logRR)
		if err != nil {
			t.Fatal(err)
		}
		r, err := GreenlandLongnecker(c.design, cases, c.n, logRR)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range fitted {
			if math.Abs(a-c.a[i]) > 1e-9*c.a[i] {
				t.Errorf("%s: %v cases at level %d, want %v", c.design, a, i, c.a[i])
			}
		}
		for i, row := range c.want {
			for j, want := range row {
				if got := r[i][j] * math.Sqrt(c.v[i]*c.v[j]); j > i && math.Abs(got-want) > 1e-7 {
					t.Errorf("%s: covariance %d %d is %v, want %v", c.design, i, j, got, want)
				}
			}
		}
	}
	for name, c := range map[string]struct {
		design   StudyDesign
		cases, n []float64
	}{"more cases than people": {CumulativeIncidence, []float64{5, 9}, []float64{10, 8}},
		"no design":      {"rct", []float64{5, 6}, []float64{10, 10}},
		"too few levels": {CaseControl, []float64{5}, []float64{10}}} {
		if _, err := GreenlandLongnecker(c.design, c.cases, c.n, []float64{0.3}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Alcohol and breast cancer, the example of Greenland and Longnecker (1992): the
// trend of one study, as R's dosresmeta prints it (0.0454, standard error 0.0207).
func TestTrendOfOneStudy(t *testing.T) {
	low, high := []float64{0.51, 0.73, 0.99}, []float64{1.27, 1.85, 2.51}
	d := Data{Cluster: []string{"a", "a", "a"}}
	for i, rr := range []float64{0.80, 1.16, 1.57} {
		d.Effect = append(d.Effect, math.Log(rr))
		se := math.Log(high[i]/low[i]) / (2 * 1.959963984540054)
		d.Variance = append(d.Variance, se*se)
	}
	r, err := GreenlandLongnecker(CaseControl, []float64{165, 74, 90, 122}, []float64{337, 167, 186, 212}, d.Effect)
	if err != nil {
		t.Fatal(err)
	}
	s, err := FitSlopes(d, Design{Names: []string{"dose"}, Columns: [][]float64{{2, 6, 11}}}, func(i, j int) float64 {
		return r[i][j] * math.Sqrt(d.Variance[i]*d.Variance[j])
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string][2]float64{"slope": {s.Coef[0].Value, 0.0454}, "standard error": {s.Coef[0].SE, 0.0207},
		"lower": {s.Coef[0].Lower, 0.0049}, "upper": {s.Coef[0].Upper, 0.0859}, "p": {s.Coef[0].P, 0.0279}} {
		if math.Abs(x[0]-x[1]) > 0.00005 {
			t.Errorf("%s %v, want %v", name, x[0], x[1])
		}
	}
}

// alcohol is the relation of alcohol (grams a day) and cardiovascular disease in six
// studies (Liu et al. 2009): by study its design and by level dose, cases, people,
// log relative risk and standard error.
var alcohol = []struct {
	design StudyDesign
	levels [][5]float64
}{
	{CaseControl, [][5]float64{{0, 126, 414}, {9.0600004196, 61, 261, -0.22314350307, 0.22333797812},
		{27, 69, 228, -0.000099999997474, 0.23375192285}, {45, 22, 44, 0.53062832355, 0.37651365995},
		{64.8000030518, 19, 34, 0.87546867132, 0.44400462508}}},
	{CaseControl, [][5]float64{{0, 77, 258}, {16.0499992371, 88, 413, -0.43078291416, 0.22130523622},
		{46.4249992371, 24, 202, -1.0788099766, 0.2975654006}, {77.1600036621, 13, 64, -0.61618608236, 0.38707920909}}},
	{CaseControl, [][5]float64{{0, 83, 208}, {1.175999999, 46, 175, -0.57981848717, 0.31714701653},
		{8.9160003662, 17, 58, -0.5621188879, 0.41861397028}, {18.7199993134, 4, 11, 0.6151856184, 0.90910059214}}},
	{CaseControl, [][5]float64{{0, 83, 208}, {0.95499998331, 29, 117, -0.28768208623, 0.33323359489},
		{7.4299998283, 32, 81, 0.5128235817, 0.33837258816}, {15.6000003815, 18, 39, -0.31471070647, 0.47134539485}}},
	{CumulativeIncidence, [][5]float64{{0, 159, 480}, {6, 229, 975, -0.41551551223, 0.14421534538},
		{18, 38, 207, -0.63487827778, 0.23834855855}, {28.7999992371, 39, 133, -0.083381600678, 0.2738853693}}},
	{CumulativeIncidence, [][5]float64{{0, 302, 1269}, {6.25, 129, 436, -0.22314350307, 0.15658718348},
		{18.75, 19, 49, -0.010050299577, 0.35108911991}, {30, 15, 41, -0.26136478782, 0.41651141644}}},
}

// alcoholModel fits a curve whose terms are functions of the dose that are 0 at 0.
func alcoholModel(t *testing.T, terms ...func(dose float64) float64) *Slopes {
	t.Helper()
	var d Data
	design := Design{Columns: make([][]float64, len(terms))}
	var place [][2]int // study and level of a row
	var r [][][]float64
	for k, s := range alcohol {
		var cases, n, y []float64
		for i, l := range s.levels {
			cases, n = append(cases, l[1]), append(n, l[2])
			if i == 0 {
				continue
			}
			y = append(y, l[3])
			d.Effect, d.Variance, d.Cluster = append(d.Effect, l[3]), append(d.Variance, l[4]*l[4]), append(d.Cluster, string(rune('a'+k)))
			place = append(place, [2]int{k, i - 1})
			for j, f := range terms {
				design.Columns[j] = append(design.Columns[j], f(l[0]))
			}
		}
		fitted, err := fittedCases(CaseControl, cases, n, y) // of all designs, as dosresmeta does
		if err != nil {
			t.Fatal(err)
		}
		c, err := crudeCorrelation(s.design, fitted, n)
		if err != nil {
			t.Fatal(err)
		}
		r = append(r, c)
	}
	for range terms {
		design.Names = append(design.Names, "term")
	}
	m, err := FitSlopes(d, design, func(i, j int) float64 {
		return r[place[i][0]][place[i][1]][place[j][1]] * math.Sqrt(d.Variance[i]*d.Variance[j])
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What dosresmeta gives for a line, a parabola and a restricted cubic spline with
// three knots (REML; the printed digits, for the spline ten).
func TestDoseResponseAsDosresmeta(t *testing.T) {
	line := func(x float64) float64 { return x }
	knots := []float64{0, 9.0600004196, 45.8549995422}
	spline := func(x float64) float64 { // Harrell's second basis function
		cube := func(k float64) float64 { return math.Pow(math.Max(x-k, 0), 3) }
		a, b, c := knots[0], knots[1], knots[2]
		return (cube(a) - cube(b)*(c-a)/(c-b) + cube(c)*(b-a)/(c-b)) / ((c - a) * (c - a))
	}
	for _, c := range []struct {
		name      string
		m         *Slopes
		beta, se  []float64
		psi       [][]float64
		tolerance float64
	}{
		{"line", alcoholModel(t, line), []float64{math.Log(0.9956441)}, []float64{0.0059}, [][]float64{{0.0100 * 0.0100}}, 6e-5},
		{"parabola", alcoholModel(t, line, func(x float64) float64 { return x * x }), []float64{-0.0302, 0.0008}, []float64{0.0132, 0.0005},
			[][]float64{{0.0209 * 0.0209, -0.9063 * 0.0209 * 0.0008}, {-0.9063 * 0.0209 * 0.0008, 0.0008 * 0.0008}}, 6e-5},
		{"spline", alcoholModel(t, line, spline), []float64{-0.0306779651, 0.0942379747},
			[]float64{math.Sqrt(0.0001195897), math.Sqrt(0.0025153234)},
			[][]float64{{0.0001942917, -0.0010398329}, {-0.0010398329, 0.0064239419}}, 2e-7},
	} {
		for j, b := range c.beta {
			if math.Abs(c.m.Coef[j].Value-b) > c.tolerance || math.Abs(c.m.Coef[j].SE-c.se[j]) > c.tolerance {
				t.Errorf("%s: coefficient %d is %.10f (%.10f), want %.10f (%.10f)", c.name, j, c.m.Coef[j].Value, c.m.Coef[j].SE, b, c.se[j])
			}
			for k, v := range c.psi[j] {
				if math.Abs(c.m.Psi[j][k]-v) > c.tolerance {
					t.Errorf("%s: between studies %d %d is %.10f, want %.10f", c.name, j, k, c.m.Psi[j][k], v)
				}
			}
		}
		if c.m.K != 19 || c.m.Clusters != 6 || c.m.Coef[0].DF != float64(6-len(c.beta)) {
			t.Errorf("%s: %d effects of %d studies, %v degrees of freedom", c.name, c.m.K, c.m.Clusters, c.m.Coef[0].DF)
		}
	}
	m := alcoholModel(t, line, spline)
	for x, want := range map[float64]float64{12: -0.2921094216, 24: -0.3029595525, 36: -0.1054294490, 60: 0.4883393221} {
		if p := m.Predict([]float64{x, spline(x)}); math.Abs(p.Value-want) > 1e-6 || !(p.Lower < p.Value && p.Value < p.Upper) {
			t.Errorf("at %v: %v [%v, %v], want %v", x, p.Value, p.Lower, p.Upper, want)
		}
	}
}

// One stage keeps studies of a single dose in a curve of two terms. The values are those of metafor's
// rma.mv for ~ dose + dose2 | study with struct = "GEN", whose optimiser stops earlier.
func TestOneStageAgainstMetafor(t *testing.T) {
	study := "aaabbcccddeffg"
	dose := []float64{2, 5, 10, 10, 20, 5, 15, 30, 10, 30, 25, 15, 25, 30}
	d := Data{Effect: []float64{-.1, -.25, -.5, -.1, -.2, -.4, -.9, -1.3, -.2, -.1, -.9, -.1, -.7, -.3},
		Variance: []float64{.04, .05, .045, .06, .062, .03, .035, .033, .08, .085, .09, .07, .075, .1}}
	square := make([]float64, len(dose))
	for i, x := range dose {
		d.Cluster = append(d.Cluster, study[i:i+1])
		square[i] = x * x / 100
	}
	shared := func(i, j int) float64 { return 0.02 }
	for _, c := range []struct {
		columns   [][]float64
		beta, se  []float64
		psi       []float64
		logLik    float64
		tolerance float64
	}{
		{[][]float64{dose}, []float64{-0.02380090741}, []float64{0.006465709041}, []float64{0.0001721251236}, -0.40532143, 2e-8},
		{[][]float64{dose, square}, []float64{-0.03873032822, 0.05778854162}, []float64{0.01497426802, 0.04846540023},
			[]float64{0.0003513009443, 0.0002938430955}, -0.002979566919, 3e-5},
	} {
		m, err := FitSlopes(d, Design{Names: []string{"dose", "square"}[:len(c.columns)], Columns: c.columns}, shared, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for j, b := range c.beta {
			if math.Abs(m.Coef[j].Value-b) > 10*c.tolerance || math.Abs(m.Coef[j].SE-c.se[j]) > 10*c.tolerance ||
				math.Abs(m.Psi[j][j]-c.psi[j]) > c.tolerance {
				t.Errorf("term %d: %.10f (%.10f), between studies %.10f; want %.10f (%.10f), %.10f", j, m.Coef[j].Value, m.Coef[j].SE, m.Psi[j][j], b,
					c.se[j],
					c.psi[j])
			}
		}
		if m.LogLik < c.logLik-1e-9 {
			t.Errorf("log-likelihood %.9f, metafor's is %.9f", m.LogLik, c.logLik)
		}
	}
	if _, err := FitSlopes(Data{Effect: d.Effect[:5], Variance: d.Variance[:5], Cluster: d.Cluster[:5]},
		Design{Names: []string{"dose", "square"}, Columns: [][]float64{dose[:5], square[:5]}}, shared, Options{}); err == nil {
		t.Error("two studies were taken for two terms")
	}
}
