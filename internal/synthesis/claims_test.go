package synthesis_test

import (
	"slices"
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

// C12 counts the studies that the gap map shows on its topics, once each: couples
// treated for a conflict after trauma among them, survivors of trauma not.
func TestAbsenceCountsItsOwnTopics(t *testing.T) {
	v := vocab.Default()
	var asked evidence.Coverage
	judged := func(extra ...evidence.GapCell) evidence.ClaimVerdict {
		t.Helper()
		var cells []evidence.GapCell
		for _, topic := range v.Topics() {
			for _, sub := range v.Substances() {
				if sub.Core {
					cells = append(cells, evidence.GapCell{Topic: topic.ID, Substance: sub.ID, Coverage: asked})
				}
			}
		}
		for _, c := range extra {
			i := slices.IndexFunc(cells, func(x evidence.GapCell) bool { return x.Topic == c.Topic && x.Substance == "mdma" })
			for _, id := range c.StudyIDs {
				cells[i].StudyIDs = append(cells[i].StudyIDs, id)
				cells[i].Reasons = append(cells[i].Reasons, "Trial "+id+": by its words")
			}
		}
		for _, c := range synthesis.Judge(synthesis.ShippedClaims(v), nil, nil, cells, "2026-01-01") {
			if c.ID == "C12" {
				return c
			}
		}
		t.Fatal("no C12")
		return evidence.ClaimVerdict{}
	}
	foreign := evidence.GapCell{Topic: "sexual-trauma", StudyIDs: []string{"a", "b", "c", "d", "e"}}
	three := []evidence.GapCell{foreign, {Topic: "sexual-dysfunction", StudyIDs: []string{"x", "y"}}, {Topic: "intimacy",
		StudyIDs: []string{"x"}},
		{Topic: "partner-conflict-after-trauma", StudyIDs: []string{"z"}}}
	four := append(slices.Clone(three), evidence.GapCell{Topic: "sexual-health", StudyIDs: []string{"w"}})
	for _, x := range []struct {
		name     string
		coverage evidence.Coverage
		cells    []evidence.GapCell
		k        int
		want     evidence.State
		instead  string
	}{
		{"not searched", evidence.Coverage{}, three, 0, evidence.NotLooked, "was not looked for"},
		{"searched", evidence.Coverage{Asked: true, Complete: true}, three, 3, evidence.Supported,
			"found 3 trials (Trial x, Trial y, Trial z) of MDMA or psilocybin or LSD or ketamine on one of 22 topics of the gap map, so trials"},
		{"searched, none", evidence.Coverage{Asked: true, Complete: true}, nil, 0, evidence.Supported, "found no trial of MDMA"},
		{"more than few", evidence.Coverage{Asked: true, Complete: true}, four, 4, evidence.Uncertain, "few or none is not known from it"},
		{"retold", evidence.Coverage{Asked: true, Complete: true, Restated: true}, three, 3, evidence.Uncertain, "holds 3 trials (Trial x"},
	} {
		asked = x.coverage
		if c := judged(x.cells...); c.Verdict != x.want || c.K != x.k || !strings.Contains(c.Instead, x.instead) {
			t.Errorf("%s: %+v", x.name, c)
		}
	}
	asked = evidence.Coverage{}
	part := three[1]
	part.Substance, part.Coverage = "mdma", evidence.Coverage{Asked: true, Complete: true}
	part.Reasons = []string{"x: w", "y: w"}
	for _, c := range synthesis.Judge(synthesis.ShippedClaims(v), nil, nil, []evidence.GapCell{part}, "2026-01-01") {
		if c.ID == "C12" && (c.Verdict != evidence.Uncertain || !strings.Contains(c.Why, "1 of the 88 pairs")) {
			t.Errorf("one pair searched: %+v", c)
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
