package certainty

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// solid are the inputs of a large, consistent, direct and well-judged synthesis: nothing to rate down.
func solid() Inputs {
	in := Unknown()
	in.Measure, in.Randomised, in.K, in.Participants = "SMD", true, 12, 2000
	in.Estimate, in.Lo, in.Hi = -0.6, -0.75, -0.45
	in.PILo, in.PIHi, in.I2, in.QP = -0.9, -0.35, 20, 0.3
	in.MID, in.MIDSource = 0.2, "convention of the test"
	in.Studies = []StudyWeight{{"a", 2, LowRisk}, {"b", 1, SomeConcerns}}
	in.DirectKnown = true
	in.Signals = []SmallStudySignal{{Name: "regression on sample size", P: 0.4}}
	in.Missing = MissingResults{Known: true, Tipping: math.NaN()}
	return in
}

func propose(t testing.TB, in Inputs) Proposal {
	t.Helper()
	p, err := Propose(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p Proposal) steps(name string) int {
	for _, d := range p.Domains {
		if d.Name == name {
			return d.Steps
		}
	}
	return 99
}

func TestNothingToRateDown(t *testing.T) {
	p := propose(t, solid())
	if p.Level != High || p.AtMost || len(p.Domains) != 5 {
		t.Errorf("%+v", p)
	}
}

func TestDomains(t *testing.T) {
	for _, c := range []struct {
		name, domain string
		change       func(in *Inputs)
		want         int
	}{
		{"half of the weight at high risk", RiskOfBias, func(in *Inputs) { in.Studies = []StudyWeight{{"a", 1, HighRisk}, {"b", 1, LowRisk}} },
			-1},
		{"nearly all at high risk", RiskOfBias, func(in *Inputs) { in.Studies = []StudyWeight{{"a", 8, HighRisk}, {"b", 1, LowRisk}} }, -2},
		{"concerns everywhere", RiskOfBias, func(in *Inputs) { in.Studies = []StudyWeight{{"a", 8, SomeConcerns}, {"b", 1, LowRisk}} }, -1},
		{"a result that rests on high risk", RiskOfBias, func(in *Inputs) {
			in.Studies = []StudyWeight{{"a", 1, HighRisk}, {"b", 4, LowRisk}}
			in.WithoutHigh = Without{K: 1, Estimate: -0.3, Lo: -0.7, Hi: 0.1}
		}, -1},
		{"effects beyond the threshold are likely elsewhere", Inconsistency, func(in *Inputs) { in.PIHi = -0.1 }, -1},
		{"important benefit and harm are both likely elsewhere", Inconsistency, func(in *Inputs) {
			in.Lo, in.Hi, in.Estimate, in.PILo, in.PIHi = -0.1, 0.1, 0, -1, 1
		}, -2},
		{"no prediction interval, high I2", Inconsistency, func(in *Inputs) {
			in.PILo, in.PIHi, in.I2, in.QP = math.NaN(), math.NaN(), 80, 0.01
		}, -1},
		{"another population", Indirectness, func(in *Inputs) { in.Indirectness = []Indirect{{Population, 0.6, "adolescents"}} }, -1},
		{"in a small part only", Indirectness, func(in *Inputs) { in.Indirectness = []Indirect{{Population, 0.2, "adolescents"}} }, 0},
		{"two facets", Indirectness, func(in *Inputs) {
			in.Indirectness = []Indirect{{Population, 0.6, "adolescents"}, {Outcome, 1, "surrogate"}}
		}, -2},
		{"one threshold inside", Imprecision, func(in *Inputs) { in.Lo, in.Hi, in.Estimate = -0.6, -0.1, -0.3 }, -1},
		{"both thresholds inside", Imprecision, func(in *Inputs) { in.Lo, in.Hi, in.Estimate = -0.6, 0.5, -0.1 }, -2},
		{"too few participants", Imprecision, func(in *Inputs) { in.Participants = 300 }, -1},
		{"no difference declared, no effect inside, little information", Imprecision, func(in *Inputs) {
			in.MID, in.Lo, in.Hi, in.Estimate, in.Participants = math.NaN(), -0.6, 0.1, -0.25, 100
		}, -3},
		{"no difference declared, no effect inside, a third of the information", Imprecision, func(in *Inputs) {
			in.MID, in.Lo, in.Hi, in.Estimate, in.Participants = math.NaN(), -0.5, 0.1, -0.25, 300
		}, -2},
		{"number of participants unknown and a threshold inside", Imprecision, func(in *Inputs) {
			in.Participants, in.Lo, in.Hi, in.Estimate = math.NaN(), -0.6, -0.1, -0.3
		}, -1},
		{"half at high risk and a quarter with concerns", RiskOfBias, func(in *Inputs) {
			in.Studies = []StudyWeight{{"a", 49, HighRisk}, {"b", 25, SomeConcerns}, {"c", 26, LowRisk}}
		}, -1},
		{"comparators that give the treatment away", RiskOfBias, func(in *Inputs) { in.Unblinded = 0.6 }, -1},
		{"unblinding is not counted beside high risk", RiskOfBias, func(in *Inputs) {
			in.Unblinded, in.Studies = 1, []StudyWeight{{"a", 1, HighRisk}, {"b", 1, LowRisk}}
		}, -1},
		{"adverse events that were not recorded", RiskOfBias, func(in *Inputs) { in.Uncounted = "a regulator" }, -1},
		{"adverse events that were not recorded, beside open comparators", RiskOfBias, func(in *Inputs) {
			in.Uncounted, in.Unblinded = "a regulator", 0.6
		}, -1},
		{"a few open comparisons", RiskOfBias, func(in *Inputs) { in.Unblinded = 0.3 }, 0},
		{"no studies at high risk to leave out", RiskOfBias, func(in *Inputs) {
			in.WithoutHigh = Without{K: 2, Estimate: -0.1, Lo: -0.4, Hi: 0.2}
		}, 0},
		{"I2 of 92 % and a new study may find none", Inconsistency, func(in *Inputs) { in.I2, in.QP, in.PILo, in.PIHi = 92, 0.0001, -1.6, 0.4 },
			-2},
		{"I2 of 92 % within the same side", Inconsistency, func(in *Inputs) { in.I2, in.QP = 92, 0.0001 }, -1},
		{"high I2 with an unknown p value does not pass", Inconsistency, func(in *Inputs) { in.I2, in.QP = 92, math.NaN() }, -1},
		{"studies that conflict are not consistent", Inconsistency, func(in *Inputs) { in.Conflict = true }, -2},
		{"studies that differ in size only", Inconsistency, func(in *Inputs) { in.Conflict, in.OneSided = true, true }, -1},
		{"the fit of studies that conflict is not read", Imprecision, func(in *Inputs) {
			in.Conflict, in.Lo, in.Hi, in.PILo, in.PIHi = true, -3.4, 0.8, -5, 2.3
		}, 0},
		{"few people in studies that conflict", Imprecision, func(in *Inputs) {
			in.Conflict, in.Lo, in.Hi, in.Participants = true, -3.4, 0.8, 300
		}, -1},
		{"no effect is likely elsewhere", Inconsistency, func(in *Inputs) { in.MID, in.PILo, in.PIHi = math.NaN(), -1.2, 0.1 }, -1},
		{"one of three tests below 10 %", PublicationBias, func(in *Inputs) {
			in.Signals = append(in.Signals, SmallStudySignal{Name: "rank", P: 0.04}, SmallStudySignal{Name: "selection", P: 0.09})
		}, 0},
		{"missing trials of unknown size, as many as there are", PublicationBias, func(in *Inputs) {
			in.Missing.Trials, in.Missing.Unsized = 12, 12
		}, -1},

		{"an asymmetric funnel", PublicationBias, func(in *Inputs) { in.Signals[0].P = 0.02 }, -1},
		{"a test that must not be read", PublicationBias, func(in *Inputs) {
			in.Signals[0] = SmallStudySignal{"Egger", 0.001, "k is below 10"}
		}, 0},
		{"many participants without results", PublicationBias, func(in *Inputs) { in.Missing.Participants = 700; in.Missing.Trials = 4 }, -1},
		{"as many of unknown status as studies", PublicationBias, func(in *Inputs) {
			in.Signals, in.Missing.Unclear = nil, TrialCount{Trials: 12, Unsized: 12}
		}, 0},
		{"enough to tip the estimate", PublicationBias, func(in *Inputs) { in.Missing.Participants, in.Missing.Tipping = 100, 90 }, -1},
	} {
		in := solid()
		c.change(&in)
		if p := propose(t, in); p.steps(c.domain) != c.want {
			t.Errorf("%s: %s %d, want %d (%+v)", c.name, c.domain, p.steps(c.domain), c.want, p.Domains)
		}
	}
}

func TestUnknownIsNotGood(t *testing.T) {
	in := Unknown()
	in.Measure, in.Randomised, in.K = "SMD", true, 4
	in.Estimate, in.Lo, in.Hi = -0.6, -0.75, -0.45
	p := propose(t, in)
	if !p.AtMost || len(p.Unrated) != 5 {
		t.Errorf("unknown domains pass for good ones: %+v", p)
	}
	if !strings.Contains(p.Sentence, "at most") || !strings.Contains(p.Sentence, "not signed") {
		t.Errorf("the sentence does not say so: %s", p.Sentence)
	}
	in.Studies = []StudyWeight{{"a", 3, Unjudged}, {"b", 1, LowRisk}}
	if p := propose(t, in); p.Domains[0].Known {
		t.Error("risk of bias is rated although three quarters of the weight are not judged")
	}
}

// The unknown decides the same for every synthesis: where trials of unknown status
// could bring the step, the domain is not rated, however many other trials there are.
func TestUnknownStatusDecidesAlike(t *testing.T) {
	for _, k := range []int{1, 2, 5, 9} {
		for unclear := range 12 {
			in := solid()
			in.K, in.Signals, in.Missing.Unclear = k, nil, TrialCount{Trials: unclear, Unsized: unclear}
			if d := propose(t, in).Domains[4]; d.Known != (unclear < k) || d.Steps != 0 {
				t.Errorf("%d studies, %d of unknown status: known %v, %d steps", k, unclear, d.Known, d.Steps)
			}
		}
	}
}

func TestEmptySynthesis(t *testing.T) {
	if p := propose(t, Unknown()); p.Level != NotRated || p.Level.String() != "" {
		t.Errorf("%+v", p)
	}
}

func TestOptimalInformationSize(t *testing.T) {
	in := solid()
	// 4 x 7.8489/0.2^2 = 784.9 participants, the figure for d = 0.2 at 80 % power
	if i := in.OptimalInformationSize(); i.Required != 785 || !i.Met {
		t.Errorf("SMD: %+v", i)
	}
	in.Measure, in.MID, in.BaselineRisk, in.Participants = "RR", math.NaN(), 0.2, 1500
	// 20 % against 10 %: 2 x 7.8489 x (0.16 + 0.09)/0.1^2 = 392.4; more, 20 % against 30 %: 580.8
	if i := in.OptimalInformationSize(); i.Required != 393 || !strings.Contains(i.Rule, "fewer") {
		t.Errorf("RR: %+v", i)
	}
	if in.Estimate = 0.6; in.OptimalInformationSize().Required != 581 {
		t.Errorf("a desired event is reduced: %+v", in.OptimalInformationSize())
	}
	// a rare event halved, 5 % against 2.5 %: 2 x 7.8489 x (0.0475 + 0.024375)/0.025^2 = 1805.2
	in.Estimate, in.BaselineRisk = -0.6, 0.05
	if i := in.OptimalInformationSize(); i.Required != 1806 || !strings.Contains(i.Rule, "2.5 fewer of 100 people than 5 of 100") {
		t.Errorf("rare events: %+v", i)
	}
	// a hazard ratio of 0.5 declared from 20 %: 1 - 0.8^0.5 = 10.6 %
	in.Measure, in.MID, in.BaselineRisk = "HR", math.Log(2), 0.2
	p := 1 - math.Sqrt(0.8)
	if i := in.OptimalInformationSize(); i.Required != math.Ceil(2*7.848879734*(0.16+p*(1-p))/math.Pow(0.2-p, 2)) {
		t.Errorf("HR: %+v", i)
	}
	in.Measure, in.MID = "RR", math.NaN()
	in.BaselineRisk = math.NaN()
	in.Lo, in.Hi, in.Estimate = math.Log(0.5), math.Log(1.6), math.Log(0.9)
	if i := in.OptimalInformationSize(); !i.Known || i.Met {
		t.Errorf("ratio of limits 3.2: %+v", i)
	}
	in.Measure = "MD"
	if i := in.OptimalInformationSize(); i.Known || !strings.Contains(i.Rule, "standard deviation") {
		t.Errorf("MD without SD: %+v", i)
	}
}

func TestStatements(t *testing.T) {
	s := Subject{Intervention: "MDMA-assisted therapy", Outcome: "PTSD symptoms", Comparator: "therapy with placebo"}
	many := Subject{Intervention: "psychedelics", Plural: true, Outcome: "anxiety"}
	th := Thresholds{0.2, 0.5, 0.8}
	for _, c := range []struct {
		s    Subject
		w    Words
		want string
	}{
		{s, Words{High, -0.6, -0.8, -0.4, th}, "MDMA-assisted therapy reduces PTSD symptoms compared with therapy with placebo."},
		{s, Words{Moderate, -0.9, -1.2, -0.6, th},
			"MDMA-assisted therapy probably results in a large reduction in PTSD symptoms compared with therapy with placebo."},
		{s, Words{Low, -0.3, -0.5, -0.1, th}, "MDMA-assisted therapy may reduce PTSD symptoms slightly compared with therapy with placebo."},
		{s, Words{VeryLow, -0.9, -1.2, -0.6, th},
			"The evidence is very uncertain about the effect of MDMA-assisted therapy on PTSD symptoms compared with therapy with placebo."},
		{many, Words{Moderate, 0.6, 0.4, 0.8, th}, "psychedelics probably increase anxiety."},
		{many, Words{Low, -0.6, -1.3, 0.1, th},
			"It is uncertain whether psychedelics change anxiety: the interval includes no effect (low certainty)."},
		{many, Words{High, 0.01, -0.1, 0.12, th}, "psychedelics result in little to no difference in anxiety."},
		{many, Words{Low, -0.6, -0.9, -0.3, Thresholds{}}, "psychedelics may reduce anxiety."},
		{many, Words{High, -0.15, -0.25, -0.05, th}, "psychedelics reduce anxiety by less than the minimal important difference."},
	} {
		got, err := Statement(c.s, c.w)
		if err != nil || got != c.want {
			t.Errorf("%+v\n got %q %v\nwant %q", c.w, got, err, c.want)
		}
	}
}

// claims are the words that state a direction.
var claims = []string{"reduce", "increase", "reduction"}

func TestStatementNeverOverstates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-2, 2).Draw(t, "lo")
		hi := lo + rapid.Float64Range(0, 3).Draw(t, "width")
		w := Words{Level: Level(rapid.IntRange(1, 4).Draw(t, "level")), Lo: lo, Hi: hi,
			Estimate:   lo + (hi-lo)*rapid.Float64Range(0, 1).Draw(t, "at"),
			Thresholds: Thresholds{rapid.Float64Range(-1, 1).Draw(t, "small"), 0.5, 0.8}}
		got, err := Statement(Subject{Intervention: "X", Outcome: "Y"}, w)
		if err != nil {
			t.Fatal(err)
		}
		directed := false
		for _, c := range claims {
			directed = directed || strings.Contains(got, c)
		}
		if directed && (lo <= 0 && hi >= 0 || w.Level < Low) {
			t.Fatalf("%q from [%v, %v], %s", got, lo, hi, w.Level)
		}
		if w.Level == Low && directed && !strings.Contains(got, "may") || w.Level == Moderate && directed && !strings.Contains(got, "probably") {
			t.Fatalf("%q at %s certainty", got, w.Level)
		}
		if strings.Contains(got, "little to no difference") && !(w.Thresholds.Small > 0 && -w.Thresholds.Small < lo && hi < w.Thresholds.Small) {
			t.Fatalf("%q from [%v, %v]", got, lo, hi)
		}
	})
}

// A wider interval, fewer participants or more weight at high risk never raise the proposal.
func TestProposalIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := solid()
		if rapid.Bool().Draw(t, "without MID") {
			in.MID = math.NaN()
		}
		in.Participants = rapid.Float64Range(0, 3000).Draw(t, "n")
		high := rapid.Float64Range(0, 1).Draw(t, "high")
		in.Studies = []StudyWeight{{"a", high, HighRisk}, {"b", 1 - high, LowRisk}}
		a := propose2(t, in)
		worse := in
		worse.Lo -= rapid.Float64Range(0, 1).Draw(t, "down")
		worse.Hi += rapid.Float64Range(0, 2).Draw(t, "up")
		worse.PILo, worse.PIHi = worse.PILo-2, worse.PIHi+3
		worse.Participants *= rapid.Float64Range(0, 1).Draw(t, "fewer")
		h := high + (1-high)*rapid.Float64Range(0, 1).Draw(t, "more")
		worse.Studies = []StudyWeight{{"a", h, HighRisk}, {"b", 1 - h, LowRisk}}
		b := propose2(t, worse)
		if b.steps(Imprecision) > a.steps(Imprecision) || b.steps(RiskOfBias) > a.steps(RiskOfBias) {
			t.Fatalf("worse evidence, better rating: %+v and %+v", a.Domains, b.Domains)
		}
	})
}

func propose2(t *rapid.T, in Inputs) Proposal {
	p, err := Propose(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLevelsRoundTrip(t *testing.T) {
	for _, l := range []Level{VeryLow, Low, Moderate, High} {
		if got, err := ParseLevel(l.String()); err != nil || got != l {
			t.Errorf("%v: %v %v", l, got, err)
		}
	}
	if _, err := ParseLevel("excellent"); err == nil {
		t.Error("an unknown level is read")
	}
}

func TestRefusals(t *testing.T) {
	for name, change := range map[string]func(in *Inputs){
		"estimate outside": func(in *Inputs) { in.Estimate = 3 },
		"no interval":      func(in *Inputs) { in.Lo = math.NaN() },
		"negative MID":     func(in *Inputs) { in.MID = -1 },
		"risk of 1":        func(in *Inputs) { in.BaselineRisk = 1 },
		"weight":           func(in *Inputs) { in.Studies[0].Weight = -1 },
		"share":            func(in *Inputs) { in.Indirectness = []Indirect{{Population, 2, ""}} },
	} {
		in := solid()
		change(&in)
		if _, err := Propose(in); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Statement(Subject{}, Words{Level: High}); err == nil {
		t.Error("a statement about nothing")
	}
	if _, err := Statement(Subject{Intervention: "X", Outcome: "Y"}, Words{}); err == nil {
		t.Error("a statement without certainty")
	}
}

func FuzzPropose(f *testing.F) {
	f.Add(-0.5, -1.0, 0.1, 0.2, 100.0, 0.2, "SMD", 5)
	f.Add(math.NaN(), 0.0, math.Inf(1), math.NaN(), 0.0, 0.99, "RR", 1)
	f.Fuzz(func(t *testing.T, est, lo, hi, mid, n, risk float64, measure string, k int) {
		in := Unknown()
		in.Measure, in.K, in.Estimate, in.Lo, in.Hi, in.MID, in.Participants, in.BaselineRisk = measure, k, est, lo, hi, mid, n, risk
		in.PILo, in.PIHi = lo, hi
		p, err := Propose(in)
		if err == nil && k > 0 && (p.Level < VeryLow || p.Level > Low) {
			t.Errorf("non-randomised evidence rated %v", p.Level)
		}
	})
}

func ExamplePropose() {
	in := Unknown()
	in.Measure, in.Randomised, in.K, in.Participants = "SMD", true, 6, 242
	in.Estimate, in.Lo, in.Hi, in.PILo, in.PIHi = -0.71, -0.98, -0.45, -1.06, -0.37
	in.Studies = []StudyWeight{{"first", 3, SomeConcerns}, {"second", 2, HighRisk}}
	in.DirectKnown = true
	p, err := Propose(in)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.NewReplacer("; ", ";\n", ". ", ".\n").Replace(p.Sentence))
	// Output:
	// Proposed by rule, not signed: randomised evidence starts at high;
	// risk of bias -1, imprecision -1;
	// low at most: publication bias could not be rated, and until a person rates it nothing above low is proposed.
	// Nothing is corrected for the number of questions asked.
}

func ExampleStatement() {
	text, err := Statement(Subject{Intervention: "MDMA-assisted therapy", Outcome: "PTSD symptoms"},
		Words{Level: Low, Estimate: -0.71, Lo: -0.98, Hi: -0.45, Thresholds: ConventionalThresholds})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)
	// Output:
	// MDMA-assisted therapy may reduce PTSD symptoms.
}

// Worked examples with the level that a panel would reach, and that numbers stand on the scale that people read.
func TestWorkedExamples(t *testing.T) {
	ratio := func(k int, n, risk, est, lo, hi float64) Inputs {
		in := solid()
		in.Measure, in.MID, in.K, in.Participants, in.BaselineRisk = "RR", math.NaN(), k, n, risk
		in.Estimate, in.Lo, in.Hi, in.PILo, in.PIHi = math.Log(est), math.Log(lo), math.Log(hi), math.Log(lo), math.Log(hi)
		in.Signals = nil
		return in
	}
	mdma, psilocybin := ratio(5, 222, 0.573, 1.35, 1.10, 1.66), ratio(5, 380, 0.197, 2.77, 1.93, 3.97)
	for _, c := range []struct {
		name  string
		in    Inputs
		level Level
		words string
	}{
		{"RR 5.35 [0.40, 71.6] of 60 people, comparator risk unknown", ratio(2, 60, math.NaN(), 5.35, 0.4, 71.6), VeryLow, "RR 0.40 to 71.60"},
		{"the same with a comparator risk", ratio(2, 60, 0.1, 5.35, 0.4, 71.6), VeryLow, "6 fewer to 90 more of 100 people"},
		{"response with MDMA", mdma, Moderate, "RR 1.10 to 1.66 (6 more to 38 more of 100 people)"},
		{"response with psilocybin, a larger effect", psilocybin, Moderate, "RR 1.93 to 3.97"},
		{"remission, RR 2.33 to 6.99", ratio(6, 405, 0.11, 4.04, 2.33, 6.99), Moderate, "RR 2.33 to 6.99"},
		{"a rare harm, halved to doubled", ratio(6, 1000, 0.05, 1.0, 0.45, 2.2), Low, "3 fewer to 6 more of 100 people"},
		{"a common event, the other way round", ratio(6, 3000, 0.95, 0.99, 0.94, 1.04), Low, "6 fewer to 4 more of 100 people"},
		{"a large trial base", ratio(12, 4000, 0.3, 1.6, 1.4, 1.8), High, "12 more to 24 more"},
		{"a precise null", ratio(12, 4000, 0.3, 1.0, 0.9, 1.1), High, "3 fewer to 3 more"},
	} {
		p := propose(t, c.in)
		if p.Level != c.level {
			t.Errorf("%s: %s, want %s: %s", c.name, p.Level, c.level, p.Sentence)
		}
		if !strings.Contains(p.Domains[3].Numbers, c.words) {
			t.Errorf("%s: %q lacks %q", c.name, p.Domains[3].Numbers, c.words)
		}
	}
	if propose(t, psilocybin).Level < propose(t, mdma).Level {
		t.Error("the larger effect is less certain for being larger")
	}
}

// Counting the people without the event instead of those with it changes no step of
// imprecision of a difference in risk.
func TestOneBarForEventsAndTheirAbsence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := solid()
		in.Measure, in.MID = "RD", math.NaN()
		in.BaselineRisk = rapid.Float64Range(0.01, 0.99).Draw(t, "risk")
		in.Lo = rapid.Float64Range(-in.BaselineRisk, 1-in.BaselineRisk).Draw(t, "lo")
		in.Hi = rapid.Float64Range(in.Lo, 1-in.BaselineRisk).Draw(t, "hi")
		in.Estimate, in.Participants = (in.Lo+in.Hi)/2, rapid.Float64Range(10, 3000).Draw(t, "n")
		other := in
		other.BaselineRisk, other.Estimate, other.Lo, other.Hi = 1-in.BaselineRisk, -in.Estimate, -in.Hi, -in.Lo
		a, b := propose2(t, in), propose2(t, other)
		if near := math.Abs(in.OptimalInformationSize().Fraction - 1); near > 1e-3 && a.steps(Imprecision) != b.steps(Imprecision) {
			t.Fatalf("%+v and %+v", a.Domains[3], b.Domains[3])
		}
	})
}

// No number that is unknown makes a proposal better, and none is printed.
func TestUnknownNumbersNeverHelp(t *testing.T) {
	nan := math.NaN()
	for name, change := range map[string]func(*Inputs){
		"participants": func(in *Inputs) { in.Participants = nan }, "prediction": func(in *Inputs) { in.PILo, in.PIHi = nan, nan },
		"I2": func(in *Inputs) { in.I2 = nan }, "p of Q": func(in *Inputs) { in.QP = nan }, "risk of bias": func(in *Inputs) { in.Studies = nil },
		"indirectness": func(in *Inputs) { in.DirectKnown = false }, "missing": func(in *Inputs) { in.Missing.Known = false; in.Signals = nil },
		"signal": func(in *Inputs) { in.Signals[0].P = nan },
	} {
		in := solid()
		change(&in)
		p := propose(t, in)
		if p.Level > High || name != "signal" && name != "prediction" && name != "I2" && name != "p of Q" && (p.Level >= High || !p.AtMost) {
			t.Errorf("%s unknown: %s, at most %v", name, p.Level, p.AtMost)
		}
		for _, d := range p.Domains {
			if strings.Contains(d.Numbers, "NaN") {
				t.Errorf("%s: %s", d.Name, d.Numbers)
			}
		}
	}
}

// TestPlainReasons: the reason fits the step, also where nothing is proposed, and no
// reason claims a test that could not be read.
func TestPlainReasons(t *testing.T) {
	for _, c := range []struct {
		name, domain string
		change       func(in *Inputs)
		want         string
	}{
		{"conflict", Inconsistency, func(in *Inputs) { in.Conflict = true }, "the studies conflict and are not averaged"},
		{"the interval of a fit that is not shown", Imprecision, func(in *Inputs) { in.Conflict, in.Hi = true, 0.3 },
			"enough people; no average is shown"},
		{"not judged", RiskOfBias, func(in *Inputs) { in.Studies = []StudyWeight{{"a", 1, Unjudged}} }, "the studies are not judged"},
		{"fit to the question", Indirectness, func(in *Inputs) { in.DirectKnown = false }, "a person has to judge the fit"},
		{"a test", PublicationBias, func(in *Inputs) {}, "no sign of it"},
		{"no test", PublicationBias, func(in *Inputs) { in.Signals = nil }, "no trial is known to be overdue"},
		{"no test, few overdue", PublicationBias, func(in *Inputs) { in.Signals, in.Missing.Trials, in.Missing.Participants = nil, 1, 20 },
			"few people in trials without results"},
		{"no test, status unknown of as many as there are", PublicationBias, func(in *Inputs) {
			in.Signals, in.Missing.Unclear = nil, TrialCount{Trials: 12, Unsized: 12}
		}, "too many trials are of unknown status"},
		{"no test, status unknown of a few", PublicationBias, func(in *Inputs) {
			in.Signals, in.Missing.Unclear = nil, TrialCount{Trials: 2, Unsized: 2}
		}, "the trials of unknown status are too few to matter"},
		{"nothing to read", PublicationBias, func(in *Inputs) { in.Signals, in.Missing.Known = nil, false }, "no test for it can be read"},
	} {
		in := solid()
		c.change(&in)
		for _, d := range propose(t, in).Domains {
			if d.Name == c.domain && d.Plain != c.want {
				t.Errorf("%s: %q, want %q", c.name, d.Plain, c.want)
			}
		}
	}
}
