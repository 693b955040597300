package reports

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"past/analysis/meta"
	"past/internal/evidence"
)

// arms is one study's two arms, restated from the public datasets named in
// fixtureSource (ODC-BY 1.0): n, mean, SD of treatment and of control.
type arms struct {
	label      string
	year       int
	record     string
	comparator string
	rob        string
	sessions   int
	v          [6]float64
}

const fixtureSource = "https://github.com/metapsy-project"

var mdmaArms = []arms{
	{"Mithoefer 2011", 2011, "NCT00090064", "inactive-placebo", "some concerns", 2, [6]float64{12, 25.5, 26.6735824365607, 8, 59.1,
		26.58721497261419}},
	{"Oehen 2013", 2013, "NCT00353938", "active-placebo-or-low-dose", "low", 3, [6]float64{8, 50.8, 19.7, 4, 66.5, 7.6}},
	{"Mithoefer 2018", 2018, "NCT01211405", "active-placebo-or-low-dose", "low", 2, [6]float64{12, 45.3, 33.8, 7, 76.0, 23.4}},
	{"Ot'alora 2018", 2018, "NCT01793610", "active-placebo-or-low-dose", "low", 2, [6]float64{12, 64.3, 33.6, 6, 73.3, 24.5}},
	{"Mitchell 2021", 2021, "NCT03537014", "inactive-placebo", "low", 3, [6]float64{42, 19.6, 13.6095554666565, 37, 29.9, 12.77380131362626}},
	{"Mitchell 2023", 2023, "NCT04077437", "inactive-placebo", "low", 3, [6]float64{52, 15.8, 12.2588743365776, 42, 23.3, 12.96148139681572}},
}

var psilocybinArms = []arms{
	{"Griffiths 2016", 2016, "NCT00465595", "active-placebo-or-low-dose", "high", 1, [6]float64{25, 6.64, 5.2, 25, 14.8, 7.25}},
	{"Ross 2016", 2016, "NCT00957359", "active-placebo-or-low-dose", "some concerns", 1,
		[6]float64{12, 7.097, 6.39473158154429, 14, 12.841, 7.48331477354788}},
	{"Davis 2021", 2021, "NCT03181529", "waitlist-or-delayed", "some concerns", 2, [6]float64{13, 8.5, 5.7, 11, 23.5, 6.0}},
	{"Goodwin 2022", 2022, "NCT03775200", "active-placebo-or-low-dose", "low", 1, [6]float64{79, 19.9, 10.53912408759124, 79, 27.3, 10.2275}},
	{"Raison 2023", 2023, "NCT03866174", "active-placebo-or-low-dose", "low", 1, [6]float64{50, 16.1, 13.0, 44, 27.3, 12.5}},
	{"von Rotz 2023", 2023, "NCT03715127", "inactive-placebo", "some concerns", 1, [6]float64{26, 11.162, 9.76972138804378, 26, 20.696,
		10.23883118329431}},
	{"Back 2024", 2024, "NCT05163496", "active-placebo-or-low-dose", "low", 1, [6]float64{15, 6.33, 6.72, 15, 19.07, 10.34}},
	{"Rosenblat 2024", 2024, "NCT05029466", "waitlist-or-delayed", "high", 1, [6]float64{16, 23.44, 8.69, 14, 24.57, 6.52}},
	{"Lewis 2025", 2025, "NCT05557643", "therapy-alone", "some concerns", 1, [6]float64{12, 4.8, 2.5, 10, 9.9, 3.2}},
	{"Luquiens 2025", 2025, "NCT05646303", "active-placebo-or-low-dose", "high", 2, [6]float64{20, 12.0, 13.0, 10, 16.0, 8.0}},
	{"Rieser 2025", 2025, "NCT04141501", "inactive-placebo", "some concerns", 1, [6]float64{18, 7.17, 7.13, 19, 10.79, 10.97}},
	{"Ross 2025", 2025, "NCT05220046", "active-placebo-or-low-dose", "some concerns", 1, [6]float64{14, 4.84, 4.26, 18, 8.38, 4.1}},
}

func p[T any](v T) *T { return &v }

const fixtureSHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// effectOf works one effect out by the formulas of the dataset: J = 1 − 3/(4N−9).
func effectOf(a arms, substance, instrument string) evidence.Effect {
	n1, m1, s1, n2, m2, s2 := a.v[0], a.v[1], a.v[2], a.v[3], a.v[4], a.v[5]
	n := n1 + n2
	sp := math.Sqrt(((n1-1)*s1*s1 + (n2-1)*s2*s2) / (n - 2))
	d := (m1 - m2) / sp
	g := d * (1 - 3/(4*n-9))
	v := n/(n1*n2) + d*d/(2*n)
	e := evidence.Effect{ID: "fx:" + a.label, StudyID: a.record, StudyLabel: a.label, Year: a.year, RecordID: a.record, Substance: substance,
		Condition:  "ptsd",
		Comparator: "placebo", ComparatorClass: a.comparator, DoseTreat: "25 mg", Sessions: &a.sessions, Design: "parallel-rct",
		Blinding: "double-blind", RiskOfBias: a.rob,
		RoBDomains: []string{"low", "low", a.rob, "some concerns", "low"}, Instrument: instrument, Domain: "ptsd", ScoreType: "endpoint",
		TimepointRaw: "Week 18", TimepointWeeks: p(18.0),
		N1: &n1, Mean1: &m1, SD1: &s1, N2: &n2, Mean2: &m2, SD2: &s2, Channel: "dataset", DOI: "10.1038/s41591-021-01336-3",
		Source: fixtureSource, Verdict: evidence.Usable, Reason: "OK: both arms complete"}
	e.SetEffect("SMD", "metapsy", g, v)
	for i, name := range []string{"n1", "mean1", "sd1", "n2", "mean2", "sd2"} {
		e.Inputs = append(e.Inputs, evidence.Input{Name: name, Raw: fmt.Sprint(a.v[i]), Value: a.v[i],
			Prov: evidence.Provenance{PayloadSHA256: fixtureSHA, Pointer: fmt.Sprintf("row=%d;column=%s", a.year, name)}})
	}
	return e
}

// pooled fits the model of the published reviews with the analysis package.
func pooled(t testing.TB, label string, effects []evidence.Effect) evidence.PooledResult {
	t.Helper()
	r := evidence.PooledResult{Label: label, Measure: "SMD", Formula: "metapsy", K: len(effects), Warnings: []string{}}
	var yi, vi []float64
	for _, e := range effects {
		yi, vi = append(yi, *e.Estimate), append(vi, *e.Variance)
		r.EffectIDs = append(r.EffectIDs, e.ID)
		r.N += evidence.People(*e.N1 + *e.N2)
	}
	switch len(effects) {
	case 0:
		r.Method = "none"
		return r
	case 1:
		e := effects[0]
		r.Method, r.Test, r.Estimate, r.SE, r.CILower, r.CIUpper, r.Weights = "single study", "z", e.Estimate, e.SE, e.CILower, e.CIUpper,
			[]float64{100}
		return r
	}
	fit, err := meta.Fit(yi, vi, meta.Options{Method: "REML", Test: "knha"})
	if err != nil {
		t.Fatal(err)
	}
	pr := fit.Predict()
	r.Method, r.Test = string(fit.Method), string(fit.Test)
	r.Estimate, r.SE, r.P, r.CILower, r.CIUpper = &fit.Coef[0].Value, &fit.Coef[0].SE, &fit.Coef[0].P, &fit.Coef[0].Lower, &fit.Coef[0].Upper
	if u := fit.Unguarded; u != nil {
		r.UnguardedLow, r.UnguardedHigh = &u.Coef[0].Lower, &u.Coef[0].Upper
	}
	r.PILower, r.PIUpper, r.PIRule = p(pr.ClassicT.Lower), p(pr.ClassicT.Upper), "t(k-1), standard error without Knapp-Hartung factor"
	r.Tau2, r.I2Q, r.I2Tau2, r.Q, r.QP = &fit.Tau2, &fit.I2Q, &fit.I2T, &fit.Q.Value, &fit.Q.P
	r.Weights = fit.Weights
	return r
}

// findingOf builds a finding with every diagnostic that pages draw.
func findingOf(t testing.TB, id, title, substance string, effects []evidence.Effect) evidence.Finding {
	f := evidence.Finding{ID: id, Question: id, Title: title, Substance: substance, Condition: "ptsd", Domain: "ptsd",
		Comparator: "placebo or a low dose with the same therapy", Measure: "SMD",
		LowerIsBetter: true, MID: p(0.5), MIDSource: "half a standard deviation", Primary: pooled(t, "primary", effects), Effects: effects,
		LastCrawl: "2026-11-22",
		Limits:    []string{"Participants can often tell whether they received the drug."},
		NotToSay:  []string{"That the drug without therapy would do the same."},
		Sentences: evidence.Sentences{Plain: title + ": symptoms were lower after treatment.", Curriculum: title +
			" lowered symptoms (low certainty).", Researcher: "g -0.71, I2 0 %."},
		Certainty: evidence.Certainty{Level: "low", Domains: []evidence.CertaintyDomain{{Name: "imprecision", Steps: -1,
			Rule: "one line inside the interval: -1", Inputs: "interval [-1.06, -0.37]"}, {Name: "risk of bias", Rule: "share of weight",
			Inputs: "0 %"}}}}
	f.Headline = headlineOf(f.Primary)
	if len(effects) < 3 {
		return f
	}
	var yi, vi []float64
	for i, e := range effects {
		yi, vi = append(yi, *e.Estimate), append(vi, *e.Variance)
		rest := append(append([]evidence.Effect{}, effects[:i]...), effects[i+1:]...)
		f.LeaveOneOut = append(f.LeaveOneOut, pooled(t, "without "+e.StudyLabel, rest))
		f.Cumulative = append(f.Cumulative, pooled(t, e.StudyLabel, effects[:i+1]))
	}
	fit, err := meta.Fit(yi, vi, meta.Options{Method: "REML", Test: "knha"})
	if err != nil {
		t.Fatal(err)
	}
	fillDiagnostics(t, &f, fit, yi, vi)
	return f
}

// headlineOf shows the fitted model whatever k is.
func headlineOf(r evidence.PooledResult) evidence.Headline {
	h := evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: r.Estimate, Lower: r.CILower, Upper: r.CIUpper}
	switch {
	case r.Estimate == nil:
		h.Kind = evidence.HeadlineNotPooled
	case r.K == 1:
		h.Kind = evidence.HeadlineStudy
	}
	return h
}

func fillDiagnostics(t testing.TB, f *evidence.Finding, fit *meta.Result, yi, vi []float64) {
	b, in := fit.Baujat(), fit.Influence()
	for i, e := range f.Effects {
		f.Baujat = append(f.Baujat, evidence.BaujatPoint{EffectID: e.ID, X: b.X[i], Y: b.Y[i]})
		f.Influence = append(f.Influence, evidence.InfluenceRow{EffectID: e.ID, RStudent: in.RStudent[i], DFFITS: in.DFFits[i],
			CookD: in.CookD[i], CovR: in.CovR[i], Tau2Del: in.Tau2Del[i], QEDel: in.QEDel[i], Hat: in.Hat[i], Weight: in.Weight[i],
			Influential: in.Influential[i]})
	}
	if n := min(len(yi), 9); len(yi) <= 60 { // 511 subsets
		g, err := meta.GOSH(yi[:n], vi[:n], meta.GOSHOptions{Method: "REML", Keep: true})
		if err != nil {
			t.Fatal(err)
		}
		f.GOSH = &evidence.GOSHSummary{Subsets: g.Subsets, Exact: g.Exhaustive, Method: "REML", Estimate: g.EstimatePoints, I2: g.I2Points}
	}
	curve, err := fit.PValueCurve(0, 121, 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range curve {
		f.Drapery = append(f.Drapery, evidence.CurvePoint{X: c.X, Y: c.P})
	}
	est := *f.Primary.Estimate
	f.Sensitivity = []evidence.PooledResult{f.Primary}
	f.Sensitivity[0].Label = "the primary model again"
	groups := map[string][]evidence.Effect{}
	for _, e := range f.Effects {
		groups[e.ComparatorClass] = append(groups[e.ComparatorClass], e)
	}
	sub := evidence.Subgroup{Factor: "comparator_class", P: p(0.85)}
	for _, level := range []string{"active-placebo-or-low-dose", "inactive-placebo", "waitlist-or-delayed", "therapy-alone"} {
		if len(groups[level]) > 0 {
			g := pooled(t, level, groups[level])
			g.Headline = &evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: g.Estimate, Lower: g.CILower, Upper: g.CIUpper}
			if g.K == 2 {
				g.Headline = &evidence.Headline{Kind: evidence.HeadlineNotPooled}
			}
			sub.Groups = append(sub.Groups, g)
		}
	}
	f.Subgroups = []evidence.Subgroup{sub}
	mod := evidence.Moderator{Name: "sessions", Unit: "dosing sessions", K: len(f.Effects), Slope: p(-0.05), CILower: p(-0.5),
		CIUpper: p(0.4), P: p(0.8)}
	for i, e := range f.Effects {
		mod.X, mod.Effects = append(mod.X, float64(*e.Sessions)+0*float64(i)), append(mod.Effects, e.ID)
	}
	for x := 1.0; x <= 3; x += 0.5 {
		mod.FitX, mod.FitY, mod.FitLow, mod.FitHigh = append(mod.FitX, x), append(mod.FitY, est-0.05*x), append(mod.FitLow, est-0.6),
			append(mod.FitHigh, est+0.5)
	}
	f.Moderators = []evidence.Moderator{mod}
	f.Bayes = &evidence.BayesResult{Prior: "mu normal(0, 1), tau half-normal(0.5)", Median: est, CrILow: est - 0.3, CrIHigh: est + 0.3,
		TauMed: 0.1, PBelow: 0.9996, PMID: p(0.9), PredLow: est - 0.5, PredUp: est + 0.5}
	f.Sequential = &evidence.SequentialPlot{RIS: 400, Reached: float64(f.Primary.N), Assumed: "g 0.5, two-sided 5 %, power 80 %",
		Verdict: "The boundary was crossed.", Bounds: []evidence.CurvePoint{{X: 40, Y: 8}, {X: 100, Y: 4.2}, {X: 200, Y: 2.9}, {X: 400, Y: 2}}}
	for i := range 60 {
		x := est - 0.6 + 1.2*float64(i)/59
		f.Bayes.Density = append(f.Bayes.Density, evidence.CurvePoint{X: x, Y: 2.6 * math.Exp(-(x-est)*(x-est)/0.045)})
	}
	n := 0.0
	for i, e := range f.Effects {
		n += *e.N1 + *e.N2
		f.Sequential.Z = append(f.Sequential.Z, evidence.CurvePoint{X: n, Y: -1 - 0.6*float64(i)})
	}
	mv := &evidence.Multiverse{Specifications: 96, Distinct: 48, ShareNonzero: 0.94, ShareMID: p(0.9), Median: est, Min: est - 0.2,
		Max:        est + 0.2,
		MostMoving: "comparator_class",
		Axes: []evidence.MultiAxis{{Name: "method", Levels: []string{"REML", "PM", "DL"}, Spread: 0.01},
			{Name: "test", Levels: []string{"z", "Knapp-Hartung"}}, {Name: "comparator_class", Levels: []string{"all", "inactive placebo"},
				Spread: 0.2}}}
	for i := range 48 {
		x := est - 0.2 + 0.4*float64(i)/47
		mv.Curve = append(mv.Curve, evidence.CurveBrief{Estimate: x, CILower: x - 0.3, CIUpper: x + 0.3,
			Choices: []int{i % 3, (i / 3) % 2, i / 24}, K: len(f.Effects)})
	}
	f.Multiverse = mv
	f.SmallStudy = []evidence.TestResult{{Name: "regression on sample size", Statistic: p(-1.2), P: p(0.27), K: len(f.Effects), Shown: true,
		Limit: "fewer than ten studies"}, {Name: "Egger", K: len(f.Effects), Limit: "not run: standardised differences lean by themselves"}}
	f.Bound = &evidence.Bound{Line: "the headline interval would include no effect", Participants: 220, PlannedInMissing: 100,
		Note: "11 further trials of 20 participants with no effect"}
}

// fixtureEdition is a small edition of real figures: a guarded pool, a pool
// with heterogeneity, one study alone, ratios, and an empty finding.
func fixtureEdition(t testing.TB) Edition {
	t.Helper()
	ed := Edition{ID: "e-fixture0001", Date: "2026-11-22", DataHash: strings.Repeat("ab", 32), SoftwareVersion: "0.1.0", Starter: true,
		PreviousEdition: "e-fixture0000",
		Counts:          map[string]int{"records": 39, "studies": 42, "effects": 315, "findings": 5},
		Names: map[string]string{"mdma": "MDMA", "psilocybin": "psilocybin", "ptsd": "PTSD", "inactive-placebo": "inactive placebo",
			"active-placebo-or-low-dose": "active placebo or low dose"}}
	var mdma, psilo []evidence.Effect
	for _, a := range mdmaArms {
		mdma = append(mdma, effectOf(a, "mdma", "CAPS-5"))
	}
	for _, a := range psilocybinArms {
		psilo = append(psilo, effectOf(a, "psilocybin", "MADRS"))
	}
	missing := []evidence.MissingTrial{{StudyID: "NCT05790239", RecordID: "NCT05790239", Title: "MDMA-Assisted Therapy for PTSD",
		Status: evidence.StatusRecruiting, Why: "running", PlannedN: p(100), Completion: "2027-05"},
		{StudyID: "NCT01689740", RecordID: "NCT01689740", Title: "MDMA for PTSD", Status: evidence.StatusTerminated, Why: "terminated",
			PlannedN: p(10)}}
	ptsd := findingOf(t, "mdma-ptsd-severity", "MDMA-assisted therapy and the severity of PTSD symptoms", "mdma", mdma)
	ptsd.Missing = missing
	dep := findingOf(t, "psilocybin-depression-severity", "Psilocybin and the severity of depressive symptoms", "psilocybin", psilo)
	dep.Excluded = []evidence.Exclusion{{EffectID: "x", StudyID: "NCT03429075", Label: "Carhart-Harris 2021", Code: "COMPARATOR",
		Reason: "compared with another drug"}}
	one := findingOf(t, "lsd-anxiety-in-illness", "LSD and anxiety in people with a life-threatening illness", "lsd", mdma[:1])
	rr := ratioFinding(t, mdma[:4])
	empty := evidence.Finding{ID: "mdma-sexual-function", Title: "MDMA-assisted therapy and sexual function or satisfaction",
		Question: "mdma-sexual-function", Substance: "mdma", Domain: "sexual-function", State: evidence.MeasuredOnly, Measure: "SMD",
		LowerIsBetter: false,
		Primary:       evidence.PooledResult{Method: "none", Measure: "SMD"}, Missing: missing[:1],
		Measured: []evidence.Measured{{Label: "Barba 2024 (trial part)", Instrument: "PRSexDQ-SALSEX", N: p(59),
			Note: "no numbers for the comparison in the sources seen", DOI: "10.1038/s41598-023-49817-4"}},
		Sentences: evidence.Sentences{Plain: "No trial gives numbers that can be pooled."}}
	ed.Findings = []evidence.Finding{ptsd, dep, rr, one, empty}
	ed.Missing = missing
	fillPages(&ed, append(append([]arms{}, mdmaArms...), psilocybinArms...))
	return ed
}

// ratioFinding is a pool of risk ratios, on the log scale as they are kept.
func ratioFinding(t testing.TB, from []evidence.Effect) evidence.Finding {
	var list []evidence.Effect
	for i, e := range from {
		e.ID += ":rr"
		e.HigherBetter = evidence.Yes
		e.Mean1, e.SD1, e.Mean2, e.SD2 = nil, nil, nil, nil
		ev1, ev2 := math.Round(*e.N1*0.8), math.Round(*e.N2*0.45)
		e.Event1, e.Event2 = &ev1, &ev2
		e.SetEffect("RR", e.Formula, math.Log(ev1 / *e.N1)-math.Log(ev2 / *e.N2), 1/ev1 - 1 / *e.N1 + 1/ev2 - 1 / *e.N2 + 0.01*float64(i))
		list = append(list, e)
	}
	f := findingOf(t, "mdma-ptsd-response", "MDMA-assisted therapy and response in PTSD", "mdma", list)
	f.Measure, f.Primary.Measure, f.LowerIsBetter, f.MID = "RR", "RR", false, nil
	return f
}

// fillPages adds what the other pages show.
func fillPages(ed *Edition, list []arms) {
	for i, a := range list {
		ed.Studies = append(ed.Studies, evidence.Study{ID: a.record, Label: a.label, Year: a.year, Records: []string{a.record},
			Papers: []string{"doi:10.1038/s41591-021-01336-3", "pmid:33972795"}, Substances: []string{"mdma"}, Conditions: []string{"ptsd"},
			Design: "parallel-rct", Status: evidence.StatusCompleted})
		ed.Trials = append(ed.Trials, TrialRow{ID: a.record, StudyID: a.record, Title: "A trial told by " + a.label,
			Status: []evidence.Status{evidence.StatusCompleted, evidence.StatusRecruiting, evidence.StatusTerminated, evidence.StatusNotYet,
				evidence.StatusUnknown}[i%5], Phases: []string{"PHASE2"}, Enrolment: p(20 + i), Planned: i%2 == 0,
			Start: evidence.DateStruct{Raw: fmt.Sprintf("%d-03", a.year-3)}, Completion: evidence.DateStruct{Raw: fmt.Sprintf("%d-06-30", a.year),
				Type: "ACTUAL"}, Substances: []string{"MDMA"}, Conditions: []string{"PTSD"}, Sponsor: "A sponsor",
			Countries: []string{"United States", "Canada"}[:1+i%2], Source: "ctgov", URL: "https://clinicaltrials.gov/study/" + a.record,
			HasResults: i%3 == 0, Restated: true})
		ed.RiskOfBias = append(ed.RiskOfBias, RiskOfBiasRow{StudyID: a.record, Label: a.label, Tool: "RoB 2",
			Domains: []string{"low", "low", a.rob, "low", "low"}, Overall: a.rob, JudgedBy: "the dataset's authors"})
		serious := i == 0
		ed.Harms = append(ed.Harms, evidence.HarmRow{StudyID: a.record, Label: a.label, Substance: "mdma", Arm: "active arm", Dose: "125 mg",
			Term: "muscle tension", Serious: &serious, Affected: p(4 + i), AtRisk: p(12 + i), Unit: evidence.UnitPeople, Window: "session",
			Channel:   "dataset",
			Threshold: "5"})
	}
	ed.Links = func(study string) ([]evidence.Link, error) {
		return []evidence.Link{{A: study, B: "doi:10.1038/s41591-021-01336-3", Kind: "reports", Reason: "The paper names the register id.",
			Strength: "certain"}}, nil
	}
	ed.Gap = GapMap{Topics: []Label{{ID: "desire", Name: "low or inhibited desire"}, {ID: "communication",
		Name: "sexual communication and relationship difficulty"}, {ID: "trauma", Name: "sexual trauma"}},
		Substances: []Label{{ID: "mdma", Name: "MDMA"}, {ID: "psilocybin", Name: "psilocybin"}, {ID: "lsd", Name: "LSD"},
			{ID: "ketamine", Name: "ketamine"}},
		Cells: []evidence.GapCell{{Topic: "communication", Substance: "mdma", Registered: 3, Running: 1, Completed: 2, WithResults: 1,
			Randomised: p(30), StudyIDs: []string{list[0].record}, Reasons: []string{"title says couples"}},
			{Topic: "trauma", Substance: "mdma", Registered: 12, WithResults: 12}}}
	ed.Claims = []evidence.ClaimVerdict{{ID: "C1", Text: "MDMA-assisted therapy reduces PTSD symptoms", Verdict: "supported",
		Rule: "interval excludes no effect and certainty is low or better", Why: "g -0.71 [-1.06, -0.37]",
		Findings: []string{"mdma-ptsd-severity"}, Certainty: "low", K: 6, N: 242, Date: "2026-11-22"},
		{ID: "C9", Text: "Psychedelic therapy improves sexual function or satisfaction", Verdict: "searched, none",
			Rule: "no finding has a number", Why: "No numbers.", Findings: []string{"mdma-sexual-function"}},
		{ID: "C3", Text: "MDMA reduces anxiety", Verdict: "uncertain", K: 1, N: 18}, {ID: "C5", Text: "Another", Verdict: "contradicted",
			K: 3, N: 60}}
	ed.Changes = []Change{{Date: "2026-11-22", Kind: "finding moved", Subject: "mdma-ptsd-severity", Title: "PTSD severity", Before: "k = 5",
		After: "k = 6", Why: "A new trial was added", Moved: true}, {Kind: "new trial", Subject: list[0].record, Title: "A new trial",
		After: "recruiting"}}
	ed.Prisma = PrismaCounts{Identified: []Counted{{"ClinicalTrials.gov", 39}, {"extraction tables", 315}}, Duplicates: p(3),
		Screened: p(351), ScreenedOut: []Counted{{"another substance", 12}}, Assessed: p(339),
		Excluded: []Counted{{"compared with another drug", 20}, {"after crossover", 40}}, IncludedStudies: p(42), Pooled: p(20)}
	ed.PrismaByFinding = map[string]PrismaCounts{"mdma-ptsd-severity": ed.Prisma}
	ed.Payloads = map[string]PayloadNote{fixtureSHA: {Source: "extraction table",
		URL: "https://github.com/metapsy-project/data-ptsd-mdmactr", FetchedAt: "2026-11-22", Bytes: 123456}}
	ed.Sources = []SourceNote{{Name: "Metapsy, data-ptsd-mdmactr", URL: "https://github.com/metapsy-project/data-ptsd-mdmactr",
		Licence: "ODC-BY 1.0", LicenceURL: "https://opendatacommons.org/licenses/by/1-0/", Attribution: "Metapsy project", Records: 6}}
	ed.Citations = map[string]Citation{"mdma-ptsd-severity": {Text: "PAST evidence tracker. MDMA and PTSD. Edition e-fixture0001.",
		BibTeX: "@misc{past,\n title = {MDMA}\n}", RIS: "TY  - GEN"}}
	ed.Downloads = []Download{{Path: "edition.json", Title: "edition.json", About: "the edition for programs", Data: []byte("{}\n")}}
	ed.Limits = []string{"Only the starter set."}
	ed.Methods = []Note{{"Search", "Every synonym of the core substances."}}
}
