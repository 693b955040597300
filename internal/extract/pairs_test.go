package extract

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/arm"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// trial makes a record of arms, each "label | type | interventions by ; |
// description", and one outcome with a group for each.
func trial(arms ...string) *evidence.Record {
	r := &evidence.Record{ID: "NCT00000001", Results: &evidence.Results{}}
	o := evidence.PostedOutcome{Title: "Change in MADRS"}
	for i, a := range arms {
		f := append(strings.Split(a, "|"), "", "", "")
		for n := range f {
			f[n] = strings.TrimSpace(f[n])
		}
		arm := evidence.Arm{Label: f[0], Type: f[1], Description: f[3]}
		for _, in := range strings.Split(f[2], ";") {
			if in = strings.TrimSpace(in); in != "" {
				arm.InterventionNames = append(arm.InterventionNames, in)
			}
		}
		r.Arms = append(r.Arms, arm)
		o.Groups = append(o.Groups, evidence.Group{ID: fmt.Sprintf("OG%03d", i), Title: f[0]})
	}
	r.Results.Outcomes = []evidence.PostedOutcome{o}
	return r
}

// comparisons lists what the pairs of a record's first outcome are, in order of
// their words.
func comparisons(r *evidence.Record) []string {
	b := effectBuilder{r: r, v: vocab.Default()}
	b.index()
	ps, no := b.pairs(&r.Results.Outcomes[0])
	var out []string
	for _, p := range ps {
		s := fmt.Sprintf("%s: %s > %s [%s]", p.Drug, p.Treat.Group.Title, p.Ctrl.Group.Title, p.Class)
		if len(p.Background) > 0 {
			s += " + " + strings.Join(p.Background, ", ")
		}
		if len(p.Doubts) > 0 || p.Treat.Doubt+p.Ctrl.Doubt != "" {
			s += " ?"
		}
		out = append(out, s)
	}
	for id, why := range no {
		for _, g := range r.Results.Outcomes[0].Groups {
			if g.ID == id {
				out = append(out, why.Code+": "+g.Title)
			}
		}
	}
	slices.Sort(out)
	return out
}

var pairCases = []struct {
	name string
	arms []string
	want []string
}{
	{"placebo", []string{"Psilocybin 25 mg|EXPERIMENTAL|Drug: Psilocybin", "Placebo|PLACEBO_COMPARATOR|Drug: Placebo"},
		[]string{"psilocybin: Psilocybin 25 mg > Placebo [inactive-placebo]"}},
	{"the same new antidepressant in both arms",
		[]string{"Intranasal Esketamine plus Oral Antidepressant|EXPERIMENTAL|Drug: Esketamine;Drug: Duloxetine;Drug: Sertraline",
			"Oral Antidepressant plus Intranasal Placebo|ACTIVE_COMPARATOR|Drug: Placebo;Drug: Duloxetine;Drug: Sertraline"},
		[]string{"esketamine: Intranasal Esketamine plus Oral Antidepressant > Oral Antidepressant plus Intranasal Placebo " +
			"[inactive-placebo] + duloxetine, sertraline"}},
	{"the drug in both arms", []string{"Buprenorphine After Ketamine|EXPERIMENTAL|Drug: Ketamine;Drug: Buprenorphine",
		"Placebo After Ketamine|PLACEBO_COMPARATOR|Drug: Ketamine;Drug: Placebo"},
		[]string{"same-drug: Buprenorphine After Ketamine", "same-drug: Placebo After Ketamine"}},
	{"each schedule its own placebo", []string{"Placebo: 2 Times Per Week|PLACEBO_COMPARATOR|Drug: Placebo",
		"Ketamine: 2 Times Per Week|EXPERIMENTAL|Drug: Ketamine|0.5 mg/kg infusion",
		"Placebo: 3 Times Per Week|PLACEBO_COMPARATOR|Drug: Placebo",
		"Ketamine: 3 Times Per Week|EXPERIMENTAL|Drug: Ketamine|0.5 mg/kg infusion"},
		[]string{"ketamine: Ketamine: 2 Times Per Week > Placebo: 2 Times Per Week [inactive-placebo]",
			"ketamine: Ketamine: 3 Times Per Week > Placebo: 3 Times Per Week [inactive-placebo]"}},
	{"a pooled group, an active placebo, double dummy", []string{"Placebo + Midazolam + SOC|ACTIVE_COMPARATOR|Drug: Midazolam;Drug: Placebo",
		"Esketamine 28 mg + Placebo + SOC|EXPERIMENTAL|Drug: Esketamine;Drug: Placebo",
		"Esketamine 84 mg + Placebo + SOC|EXPERIMENTAL|Drug: Esketamine;Drug: Placebo", "Pooled Esketamine 28 mg + Esketamine 84 mg"},
		[]string{"esketamine: Esketamine 28 mg + Placebo + SOC > Placebo + Midazolam + SOC [active-placebo-or-low-dose]",
			"esketamine: Esketamine 84 mg + Placebo + SOC > Placebo + Midazolam + SOC [active-placebo-or-low-dose]",
			"overlap: Pooled Esketamine 28 mg + Esketamine 84 mg"}},
	{"niacin", []string{"Psilocybin|EXPERIMENTAL|Drug: Psilocybin|25 mg psilocybin", "Niacin|ACTIVE_COMPARATOR|Drug: Niacin|100 mg niacin"},
		[]string{"psilocybin: Psilocybin > Niacin [active-placebo-or-low-dose]"}},
	{"doses of one drug", []string{"COMP360 25 mg|EXPERIMENTAL|Drug: COMP360", "COMP360 10 mg|EXPERIMENTAL|Drug: COMP360",
		"COMP360 1 mg|ACTIVE_COMPARATOR|Drug: COMP360"},
		[]string{"psilocybin: COMP360 10 mg > COMP360 1 mg [active-placebo-or-low-dose]",
			"psilocybin: COMP360 25 mg > COMP360 1 mg [active-placebo-or-low-dose]"}},
	{"two treatment doses alone", []string{"MDMA 125 mg|EXPERIMENTAL|Drug: MDMA", "MDMA 80 mg|EXPERIMENTAL|Drug: MDMA"},
		[]string{"mdma: MDMA 125 mg > MDMA 80 mg [other-dose]"}},
	{"a low dose against placebo is for a person", []string{"LSD 20 ug|EXPERIMENTAL|Drug: LSD", "Placebo|PLACEBO_COMPARATOR|Drug: Placebo"},
		[]string{"lsd: LSD 20 ug > Placebo [inactive-placebo] ?"}},
	{"a low dose by the nose of what is a full dose for a vein", []string{"Ketamine 0.5 mg/kg infusion|EXPERIMENTAL|Drug: Ketamine",
		"Ketamine 0.05 mg/kg infusion|ACTIVE_COMPARATOR|Drug: Ketamine"},
		[]string{"ketamine: Ketamine 0.5 mg/kg infusion > Ketamine 0.05 mg/kg infusion [active-placebo-or-low-dose]"}},
	{"another drug", []string{"Psilocybin 25 mg|EXPERIMENTAL|Drug: Psilocybin;Drug: Placebo",
		"Escitalopram|ACTIVE_COMPARATOR|Drug: Escitalopram;Drug: Placebo"},
		[]string{"psilocybin: Psilocybin 25 mg > Escitalopram [other-drug]"}},
	{"a drug that the vocabulary does not know", []string{"Psilocybin|EXPERIMENTAL|Drug: Psilocybin",
		"Xyzumab|ACTIVE_COMPARATOR|Drug: Xyzumab"},
		[]string{"psilocybin: Psilocybin > Xyzumab [other-drug]"}},
	{"a placebo matching the drug", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine",
		"Placebo infusion matching ketamine|PLACEBO_COMPARATOR|Drug: Placebo infusion matching ketamine"},
		[]string{"ketamine: Ketamine > Placebo infusion matching ketamine [inactive-placebo]"}},
	{"an open extension gives nothing to the placebo arm", []string{"MDMA|EXPERIMENTAL|Drug: MDMA",
		"Placebo|PLACEBO_COMPARATOR|Drug: Placebo;Drug: MDMA|Placebo, with optional open-label MDMA sessions later"},
		[]string{"mdma: MDMA > Placebo [inactive-placebo]"}},
	{"therapy alone", []string{"MDMA with therapy|EXPERIMENTAL|Drug: MDMA;Behavioral: Therapy",
		"Therapy|ACTIVE_COMPARATOR|Behavioral: Therapy"},
		[]string{"mdma: MDMA with therapy > Therapy [therapy-alone] + Therapy"}},
	{"waiting", []string{"Immediate treatment|EXPERIMENTAL|Drug: Psilocybin",
		"Delayed treatment|EXPERIMENTAL|Drug: Psilocybin|after an eight-week waiting period"},
		[]string{"psilocybin: Immediate treatment > Delayed treatment [waitlist-or-delayed]"}},
	{"another drug on top", []string{"Psilocybin and quetiapine|EXPERIMENTAL|Drug: Psilocybin;Drug: Quetiapine",
		"Placebo|PLACEBO_COMPARATOR|Drug: Placebo"},
		[]string{"psilocybin: Psilocybin and quetiapine > Placebo [inactive-placebo] ?"}},
	{"no studied drug", []string{"Sertraline|EXPERIMENTAL|Drug: Sertraline", "Placebo|PLACEBO_COMPARATOR|Drug: Placebo"},
		[]string{"no-substance: Placebo", "no-substance: Sertraline"}},
	{"a drug of unknown name on top", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine;Drug: Dexmedetomidine",
		"Placebo|PLACEBO_COMPARATOR|Drug: Placebo"},
		[]string{"ketamine: Ketamine > Placebo [inactive-placebo] ?"}},
	{"a drug of unknown name within the intervention's", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine + Dexmedetomidine",
		"Placebo|PLACEBO_COMPARATOR|Drug: Placebo"},
		[]string{"ketamine: Ketamine > Placebo [inactive-placebo] ?"}},
	{"how it is measured is no treatment", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine;Device: fMRI scan",
		"Placebo|PLACEBO_COMPARATOR|Drug: Placebo"},
		[]string{"ketamine: Ketamine > Placebo [inactive-placebo]"}},
	{"healthy people are no control arm", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine", "Healthy controls|NO_INTERVENTION|"},
		[]string{"arms: Healthy controls", "arms: Ketamine"}},
	{"a vehicle", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine", "Vehicle|ACTIVE_COMPARATOR|Drug: Vehicle"},
		[]string{"ketamine: Ketamine > Vehicle [inactive-placebo]"}},
	{"sterile water", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine", "Control|PLACEBO_COMPARATOR|Drug: Sterile water"},
		[]string{"ketamine: Ketamine > Control [inactive-placebo]"}},
	{"a registered placebo of unknown name", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine", "Plcebo|PLACEBO_COMPARATOR|Drug: Plcebo"},
		[]string{"ketamine: Ketamine > Plcebo [inactive-placebo] ?"}},
	{"any capitals and the names of forms", []string{"Lsd 100 µg|EXPERIMENTAL|Drug: lsd", "PLACEBO|PLACEBO_COMPARATOR|Drug: placebo"},
		[]string{"lsd: Lsd 100 µg > PLACEBO [inactive-placebo]"}},
	{"electroconvulsive therapy is a treatment", []string{"ECT|ACTIVE_COMPARATOR|Procedure: Electroconvulsive therapy",
		"Ketamine|ACTIVE_COMPARATOR|Drug: Ketamine"},
		[]string{"ketamine: Ketamine > ECT [other-drug]"}},
	{"people who were never treated", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine", "Placebo|PLACEBO_COMPARATOR|Drug: Placebo",
		"Never Received Treatment"},
		[]string{"arms: Never Received Treatment", "ketamine: Ketamine > Placebo [inactive-placebo]"}},
	{"an extension beside the randomised phase", []string{"Ketamine_core|EXPERIMENTAL|Drug: Ketamine",
		"Placebo_core|PLACEBO_COMPARATOR|Drug: Placebo", "Ketamine_extension|EXPERIMENTAL|Drug: Ketamine"},
		[]string{"crossover-phase: Ketamine_extension", "ketamine: Ketamine_core > Placebo_core [inactive-placebo]"}},
	{"rescued people", []string{"MDMA|EXPERIMENTAL|Drug: MDMA", "Placebo|PLACEBO_COMPARATOR|Drug: Placebo", "Rescued Placebo"},
		[]string{"crossover-phase: Rescued Placebo", "mdma: MDMA > Placebo [inactive-placebo]"}},
	{"less of the drug with another drug", []string{"Ketamine 40 mg|EXPERIMENTAL|Drug: Ketamine",
		"Sacubitril/ketamine 20 mg|EXPERIMENTAL|Drug: Sacubitril/ketamine"},
		[]string{"ketamine: Ketamine 40 mg > Sacubitril/ketamine 20 mg [other-drug] ?"}},
	{"a control that its words give the drug", []string{"Control|ACTIVE_COMPARATOR|Drug: Psilocybin", "Treatment|EXPERIMENTAL|Drug: Xyzumab"},
		[]string{"psilocybin: Control > Treatment [other-drug] ?"}},
	{"esketamine is not ketamine's arm", []string{"Ketamine|EXPERIMENTAL|Drug: Ketamine", "S-form|EXPERIMENTAL|Drug: Esketamine",
		"Placebo|PLACEBO_COMPARATOR|Drug: Placebo", "Esketamine|EXPERIMENTAL|Drug: Esketamine"},
		[]string{"esketamine: Esketamine > Placebo [inactive-placebo]", "esketamine: S-form > Placebo [inactive-placebo]",
			"ketamine: Ketamine > Placebo [inactive-placebo]"}},
	{"one group", []string{"MDMA|EXPERIMENTAL|Drug: MDMA"}, []string{"arms: MDMA"}},
}

func TestPairs(t *testing.T) {
	for _, c := range pairCases {
		if got := comparisons(trial(c.arms...)); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

// The order of the arms of a record decides nothing.
func TestPairsDoNotDependOnTheOrderOfArms(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 13))
	for range 20 {
		for _, c := range pairCases {
			arms := slices.Clone(c.arms)
			rnd.Shuffle(len(arms), func(i, j int) { arms[i], arms[j] = arms[j], arms[i] })
			if got := comparisons(trial(arms...)); !slices.Equal(got, c.want) {
				t.Fatalf("%s as %q:\n%s", c.name, arms, strings.Join(got, "\n"))
			}
		}
	}
}

// Arms that give the same are no comparison, whatever they give.
func TestEqualArmsGiveNoPair(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 200 {
		c := pairCases[rnd.IntN(len(pairCases))]
		arm := c.arms[rnd.IntN(len(c.arms))]
		if strings.HasPrefix(arm, "Delayed") {
			continue
		}
		label, rest, _ := strings.Cut(arm, "|")
		for _, s := range comparisons(trial(label+" A|"+rest, label+" B|"+rest)) {
			if strings.Contains(s, " > ") {
				t.Fatalf("%q twice gives %s", arm, s)
			}
		}
	}
}

// Groups are mapped to arms by name, then by a size that only one group of the
// participant flow has, and then in doubt; what fits two arms fits none.
func TestGroupsAreMapped(t *testing.T) {
	for _, c := range []struct {
		group     string
		n, others int // people of the group, of the placebo group
		want      string
	}{
		{"DB: Ketamine", 20, 21, "ketamine: DB: Ketamine > Placebo [inactive-placebo]"},
		{"ketamine - Phase I/II", 20, 21, "ketamine: ketamine - Phase I/II > Placebo [inactive-placebo]"},
		{"Group A", 20, 21, "ketamine: Group A > Placebo [inactive-placebo] ?"},
		{"Group A", 21, 21, "arms: Group A,arms: Placebo"},
		{"Group A", 19, 21, "arms: Group A,arms: Placebo"},
		{"Placebo - Ketamine", 20, 21, "ketamine: Placebo - Ketamine > Placebo [inactive-placebo] ?"},
	} {
		r := trial("Ketamine|EXPERIMENTAL|Drug: Ketamine", "Placebo|PLACEBO_COMPARATOR|Drug: Placebo")
		o := &r.Results.Outcomes[0]
		o.Groups[0].Title = c.group
		counts := func(n, others int) []evidence.DenomCount {
			return []evidence.DenomCount{{GroupID: "OG000", Value: fmt.Sprint(n)}, {GroupID: "OG001", Value: fmt.Sprint(others)}}
		}
		o.Denoms = []evidence.Denom{{Units: "Participants", Counts: counts(c.n, c.others)}}
		r.Results.FlowGrps = []evidence.Group{{ID: "FG000", Title: "Ketamine"}, {ID: "FG001", Title: "Placebo"}}
		started := evidence.FlowMilestone{Type: "STARTED", Counts: []evidence.FlowCount{{GroupID: "FG000", Subjects: "20"},
			{GroupID: "FG001", Subjects: "21"}}}
		r.Results.Flow = []evidence.FlowPeriod{{Milestones: []evidence.FlowMilestone{started}}}
		if got := strings.Join(comparisons(r), ","); got != c.want {
			t.Errorf("%s, %d and %d people: %s, want %s", c.group, c.n, c.others, got, c.want)
		}
	}
}

// Groups that chance did not form give no usable effect, and the reason says so.
func TestDesignsWithoutChanceAreForReview(t *testing.T) {
	for design, want := range map[string]string{"parallel-rct": reason.Complete, "randomized": reason.Complete, "open-label": reason.Design,
		"observational": reason.Design, "extension": reason.Design, "": reason.Design} {
		study := mdmaStudy
		study.Design = design
		got, _ := registerEffects(t, "synthetic-mdma-caps5.json", study)
		if e := got["o0/c0/k0/OG001-OG000"]; !strings.HasPrefix(e.Reason, want+":") ||
			(e.Verdict == evidence.Usable) != (want == reason.Complete) {
			t.Errorf("%q: %s, %s", design, e.Verdict, e.Reason)
		}
	}
}

func TestLaterPhasesGiveNothing(t *testing.T) {
	for text, want := range map[string]string{
		"Placebo nasal spray. Participants may be offered open-label esketamine after completion.": "Placebo nasal spray",
		"Psilocybin 25 mg.\nIn the optional extension a second dose of 30 mg is given":             "Psilocybin 25 mg",
		"Niacin 250 mg; seven weeks later psilocybin 0.3 mg/kg":                                    "Niacin 250 mg",
		"MDMA 80 mg, two sessions": "MDMA 80 mg, two sessions",
	} {
		if got := strings.Trim(arm.RandomisedPart(text), ". "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Groups of different phases or cohorts make no pair, whatever the order of the
// groups; the pairs within each are made, the control named beside its extension too.
func TestPairsStayWithinPhasesAndCohorts(t *testing.T) {
	for _, c := range []struct {
		groups [4]string
		want   string
	}{
		{[4]string{"Psilocybin - Phase I", "Placebo - Phase I", "Psilocybin - Phase II", "Placebo/Control Extension - Phase II"}, "0-1 2-3"},
		{[4]string{"Cohort 1 psilocybin", "Cohort 2 placebo", "Cohort 2 psilocybin", "Cohort 1 placebo"}, "0-3 2-1"},
		{[4]string{"Part A placebo", "Part A psilocybin", "Part B placebo", "Part B psilocybin"}, "1-0 3-2"},
		{[4]string{"Placebo (Study 2)", "Placebo (Study 1)", "Psilocybin (Study 2)", "Psilocybin (Study 1)"}, "2-0 3-1"},
	} {
		r := &evidence.Record{ID: "NCT90000001", Results: &evidence.Results{},
			Arms: []evidence.Arm{{Label: "Psilocybin", Type: "EXPERIMENTAL", InterventionNames: []string{"Drug: Psilocybin"}},
				{Label: "Placebo", Type: "PLACEBO_COMPARATOR", InterventionNames: []string{"Drug: Placebo"}}},
			Interventions: []evidence.Intervention{{Name: "Psilocybin", Type: "DRUG"}, {Name: "Placebo", Type: "DRUG"}}}
		o := evidence.PostedOutcome{}
		for i, title := range c.groups {
			o.Groups = append(o.Groups, evidence.Group{ID: strconv.Itoa(i), Title: title})
		}
		r.Results.Outcomes = []evidence.PostedOutcome{o}
		b := effectBuilder{r: r, study: evidence.Study{Substances: []string{"psilocybin"}}, v: vocab.Default()}
		b.index()
		ps, no := b.pairs(&o)
		var got []string
		for _, p := range ps {
			got = append(got, p.Treat.Group.ID+"-"+p.Ctrl.Group.ID)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: pairs %v, refused %v", c.groups, got, no)
		}
	}
}
