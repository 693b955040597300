package synthesis_test

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// made is a finding with numbers of our choice.
func made(id string, k int, est, lo, hi float64, level string, lower bool) evidence.Finding {
	f := evidence.Finding{ID: id, Measure: "SMD", LowerIsBetter: lower, Certainty: evidence.Certainty{Level: level}}
	f.Primary = evidence.PooledResult{Measure: "SMD", K: k, N: evidence.People(50 * k)}
	if k > 0 {
		f.Primary.Estimate, f.Primary.CILower, f.Primary.CIUpper = &est, &lo, &hi
		f.Headline = evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: &est, Lower: &lo, Upper: &hi}
	}
	return f
}

// empty is a finding without a number.
func empty(id string, s evidence.State) evidence.Finding {
	f := made(id, 0, 0, 0, 0, "", true)
	f.State = s
	return f
}

func judge(t *testing.T, c synthesis.Claim, fs ...evidence.Finding) evidence.ClaimVerdict {
	t.Helper()
	var qs []synthesis.Question
	for _, f := range fs {
		qs = append(qs, synthesis.Question{ID: f.ID})
		c.Questions = append(c.Questions, f.ID)
	}
	return synthesis.Judge([]synthesis.Claim{c}, qs, fs, nil, "2026-01-01")[0]
}

func TestVerdictRule(t *testing.T) {
	c := synthesis.Claim{}
	c.ID, c.Text, c.Kind = "X1", "a reduces b", "efficacy"
	for name, x := range map[string]struct {
		fs   []evidence.Finding
		want evidence.State
	}{
		"no finding": {nil, "not looked for"},
		"no study":   {[]evidence.Finding{empty("a", evidence.SearchedNone)}, "searched, none"},
		"the most known": {[]evidence.Finding{empty("a", evidence.NotLooked), empty("b", evidence.Uncontrolled),
			empty("c", evidence.RegisteredOnly)}, "uncontrolled evidence only"},
		"a number counts":   {[]evidence.Finding{empty("a", evidence.MeasuredOnly), made("b", 1, -0.7, -1, -0.4, "low", true)}, "uncertain"},
		"clear":             {[]evidence.Finding{made("a", 3, -0.7, -1, -0.4, "moderate", true)}, "supported"},
		"higher is better":  {[]evidence.Finding{made("a", 3, 0.7, 0.4, 1, "high", false)}, "supported"},
		"low certainty":     {[]evidence.Finding{made("a", 6, -0.7, -1, -0.4, "low", true)}, "uncertain"},
		"two studies":       {[]evidence.Finding{made("a", 2, -0.7, -1, -0.4, "high", true)}, "uncertain"},
		"touches no effect": {[]evidence.Finding{made("a", 9, -0.5, -1, 0, "high", true)}, "uncertain"},
		"harm":              {[]evidence.Finding{made("a", 2, 0.7, 0.4, 1, "low", true)}, "contradicted"},
		"harm, very low":    {[]evidence.Finding{made("a", 5, 0.7, 0.4, 1, "very low", true)}, "uncertain"},
		"one against another": {[]evidence.Finding{made("a", 5, -0.7, -1, -0.4, "high", true), made("b", 3, 0.7, 0.4, 1, "high", true)},
			"uncertain"},
	} {
		v := judge(t, c, x.fs...)
		if v.Verdict != x.want || synthesis.ClaimRules[v.Rule] == "" || v.Why == "" || v.Instead == "" && !v.Verdict.Answered() ||
			v.ID != "X1" || v.Date != "2026-01-01" {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// The twelve claims of the vocabulary are bound to what can answer them.
func TestShippedClaimsAreBound(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var fs []evidence.Finding
	base := starterBase(t)
	base.WithoutMultiverse = true
	for _, q := range qs {
		f, err := synthesis.Answer(t.Context(), q, base)
		if err != nil {
			t.Fatal(err)
		}
		fs = append(fs, f)
	}
	got := map[string]evidence.ClaimVerdict{}
	for _, c := range synthesis.Judge(synthesis.ShippedClaims(vocab.Default()), qs, fs, nil, "") {
		got[c.ID] = c
		t.Logf("%s %s: %s", c.ID, c.Verdict, c.Why)
	}
	if len(got) != 12 {
		t.Errorf("%d claims", len(got))
	}
	for id, bound := range map[string]string{
		"C1": "mdma-ptsd-severity", "C2": "mdma-ptsd-sexual-trauma", "C3": "mdma-anxiety-diagnosis", "C4": "psilocybin-anxiety-in-illness",
		"C5": "mdma-depression-severity", "C6": "psilocybin-depression-severity", "C8": "ketamine-self-compassion", "C9": "lsd-sexual-function",
		"C10": "mdma-relationship",
	} {
		if !strings.Contains(" "+strings.Join(got[id].Findings, " ")+" ", " "+bound+" ") {
			t.Errorf("%s is not bound to %s: %v", id, bound, got[id].Findings)
		}
	}
	if strings.Contains(strings.Join(got["C1"].Findings, " "), "sexual-trauma") || len(got["C2"].Findings) != 1 {
		t.Errorf("survivors and whole samples are mixed: %v, %v", got["C1"].Findings, got["C2"].Findings)
	}
	for id, want := range map[string]evidence.State{"C2": evidence.SearchedNone, "C5": evidence.Uncertain, "C7": evidence.Outside,
		"C8": evidence.SearchedNone,
		"C9": evidence.SearchedNone, "C10": evidence.SearchedNone, "C11": evidence.Outside, "C12": evidence.NotLooked} {
		if got[id].Verdict != want {
			t.Errorf("%s is %s: %s", id, got[id].Verdict, got[id].Why)
		}
	}
	for id, c := range got {
		if c.Instead == "" {
			t.Errorf("%s (%s) says nothing to write instead", id, c.Verdict)
		}
	}
	if got["C1"].Verdict == "supported" || got["C1"].K != 6 {
		t.Errorf("C1 is %s on low certainty, k = %d", got["C1"].Verdict, got["C1"].K)
	}
}

// C12 counts registered studies of its own topics and substances only.
func TestAbsenceCountsItsOwnTopics(t *testing.T) {
	var cell []evidence.GapCell
	for i := range 12 {
		topic := []string{"sexual-trauma", "religious-trauma"}[i%2]
		cell = append(cell, evidence.GapCell{Topic: topic, Substance: "mdma", Registered: 1, StudyIDs: []string{string(rune('a' + i))}})
	}
	cell = append(cell, evidence.GapCell{Topic: "sexual-dysfunction", Substance: "mdma", Registered: 1, StudyIDs: []string{"x"}},
		evidence.GapCell{Topic: "intimacy", Substance: "mdma", Registered: 1, StudyIDs: []string{"x"}})
	for name, x := range map[string]struct {
		coverage evidence.Coverage
		want     evidence.State
	}{
		"not searched": {evidence.Coverage{}, evidence.NotLooked},
		"searched":     {evidence.Coverage{Asked: true, Complete: true}, evidence.Supported},
		"retold":       {evidence.Coverage{Asked: true, Complete: true, Restated: true}, evidence.Uncertain},
	} {
		for i := range cell {
			cell[i].Coverage = x.coverage
		}
		for _, c := range synthesis.Judge(synthesis.ShippedClaims(vocab.Default()), nil, nil, cell, "2026-01-01") {
			if c.ID == "C12" && (c.Verdict != x.want || x.coverage.Asked && c.K != 1 || c.Instead == "") {
				t.Errorf("%s: %+v", name, c)
			}
		}
	}
}

func TestOwnClaims(t *testing.T) {
	qs, err := synthesis.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	cs, err := synthesis.LoadClaims("claims.yaml",
		[]byte("- id: U1\n  text: psilocybin reduces depressive symptoms\n  questions: [psilocybin-depression-severity]\n- {id: "+
			"U2, text: x, substances: [mdma], outcomes: [ptsd]}\n"), vocab.Default(), qs)
	if err != nil || len(cs) != 2 || cs[0].Kind != "efficacy" || cs[1].Outcomes[0] != "ptsd" {
		t.Fatalf("%+v %v", cs, err)
	}
	for in, want := range map[string]string{
		"- id: C1\n  text: x\n  outcomes: [ptsd]\n":                                    "in use",
		"- {id: A, text: x, outcomes: [ptsd]}\n- {id: A, text: y, outcomes: [ptsd]}\n": "in use",
		"- id: A\n  text: x\n":                                   "nothing would answer",
		"- id: A B\n  text: x\n  outcomes: [ptsd]\n":             "word",
		"- id: A\n  outcomes: [ptsd]\n":                          "text is missing",
		"- id: A\n  text: x\n  questions: [nothing]\n":           "no question",
		"- id: A\n  text: x\n  kind: belief\n":                   "belief",
		"- id: A\n  text: x\n  says: more\n  outcomes: [ptsd]\n": "neither higher nor lower",
		"- id: A\n  text: x\n  questions: [mdma-dropout]\n":      "about a harm",
		"- id: A\n  text: x\n  outcomes: [ptsd]\n  substances: [aspirin]\n": `claims.yaml:4: claim A: ` +
			`substances: "aspirin" is none of the substances`,
		"- {id: A, text: x, outcomes: [ptds]}\n":                          "the nearest: ptsd",
		"- {id: A, text: x, outcomes: [ptsd], conditions: [depresion]}\n": "the nearest: depression",
		"- {id: A, text: x, outcomes: [ptsd], instruments: [madsr]}\n":    "the nearest: madrs",
		"- {id: A, text: x, outcomes: [ptsd], topics: [intimcy]}\n":       "none of the topics",
		"- {id: A, text: x, questions: [mdma-ptsd-severty]}\n":            "is it mdma-ptsd-severity?",
		"- id: A\n  text: x\n  kind: absence\n":                           "topics",
		"- id: A\n  txt: x\n":                                             "unknown field",
		"!000 0":                                                          "cannot be read",
	} {
		if _, err := synthesis.LoadClaims("claims.yaml", []byte(in), vocab.Default(), qs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// A claim may be about more of something: then more of it supports the claim.
func TestAClaimNamesItsSide(t *testing.T) {
	c := synthesis.Claim{Says: "higher"}
	c.ID, c.Text, c.Kind = "H1", "a raises b", "efficacy"
	more, less := made("a", 4, 0.7, 0.4, 1, "moderate", true), made("a", 4, -0.7, -1, -0.4, "moderate", true)
	if v := judge(t, c, more); v.Verdict != "supported" || !strings.Contains(v.Why, "that the claim states") {
		t.Errorf("%+v", v)
	}
	if v := judge(t, c, less); v.Verdict != "contradicted" || !strings.Contains(v.Why, "opposite to the claim") {
		t.Errorf("%+v", v)
	}
	c.Says = ""
	if v := judge(t, c, more); v.Verdict != "contradicted" {
		t.Errorf("%+v", v)
	}
	if v := judge(t, c, made("a", 1, -0.7, -1, -0.4, "low", true)); !strings.Contains(v.Why,
		"asks for at least three studies and at least moderate certainty") {
		t.Errorf("%+v", v)
	}
}

func FuzzLoadClaims(f *testing.F) {
	f.Add([]byte("- id: U1\n  text: x\n  outcomes: [ptsd]\n"))
	f.Add([]byte("- &a {id: *a}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		cs, err := synthesis.LoadClaims("f.yaml", b, vocab.Default(), nil)
		if err == nil && len(synthesis.Judge(cs, nil, nil, nil, "")) != len(cs) {
			t.Error("a claim has no verdict")
		}
	})
}
