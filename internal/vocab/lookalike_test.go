package vocab

import (
	"slices"
	"strings"
	"testing"
)

// ids of the hits of one kind, in order, without repeats.
func hitIDs(list []Hit) string {
	var ids []string
	for _, h := range list {
		ids = appendNew(ids, h.ID)
	}
	return strings.Join(ids, " ")
}

func TestLookAlikes(t *testing.T) {
	v := Default()
	for _, c := range []struct{ text, subst, cond, inst string }{
		{"PCL-5 total score", "", "", "pcl-5"},
		{"PCL-R total score of the Psychopathy Checklist", "", "", "pcl-r"},
		{"CAPS in patients with PTSD", "", "ptsd", "caps"},
		{"take 2 caps daily", "", "", ""},
		{"MDMA caps 40 mg", "mdma", "", ""},
		{"cryopyrin-associated periodic syndromes (CAPS)", "", "", ""},
		{"Baseline Dyspnea Index (BDI) and Transition Dyspnea Index (TDI)", "", "", "dyspnea-bdi"},
		{"BDI after psilocybin", "psilocybin", "", "bdi"},
		{"STAIRS climbed, Staining, instaitment", "", "", ""},
		{"ecstasy (MDMA) pills", "mdma", "", ""},
		{"the mystical ecstasy of Saint Teresa", "", "", ""},
		{"LSD 100 ug", "lsd", "", ""},
		{"lysosomal storage disease (LSD)", "", "", ""},
		{"Fisher's LSD test", "", "", ""},
		{"post hoc LSD comparisons in volunteers given lysergic acid diethylamide", "lsd", "", ""},
		{"malondialdehyde (MDA) levels", "", "", ""},
		{"MDA and MDMA", "mda mdma", "", ""},
		{"K 10 mEq potassium", "", "", ""},
		{"vitamin K", "", "", ""},
		{"PHQ-9 and PHQ-8", "", "", "phq-9 phq-8"},
		{"HAM-D 17, HAMD-24 and HDRS", "", "", "ham-d-17 ham-d-24"},
		{"respiratory depression after ketamine", "ketamine", "", ""},
		{"long-term depression of synapses", "", "", ""},
		{"SDS-PAGE", "", "", ""},
		{"Sheehan Disability Scale (SDS)", "", "", "sds"},
		{"Severity of Dependence Scale (SDS)", "", "", "severity-dependence"},
		{"he had a depression", "", "depression", ""},
		{"patients who 5 days later", "", "", ""},
		{"glutamic acid decarboxylase (GAD) antibodies", "", "", ""},
		{"ED (emergency department) visits", "", "", ""},
		{"ED after sildenafil: erectile dysfunction", "", "erectile-dysfunction", ""},
		{"COMP360 25 mg; CYB003; MM120; COMP-360", "psilocybin lsd", "", ""},
		{"esketamine, arketamine, S-ketamine, (R)-ketamine and Spravato", "esketamine arketamine", "", ""},
		{"МDMA with a Cyrillic M, and ΜDΜΑ with Greek letters", "mdma", "", ""},
		{"P.T.S.D. and M.D.M.A.", "mdma", "ptsd", ""},
		{"3,4\u2010Methylenedioxymethamphetamine", "mdma", "", ""},
		{"post\u2011traumatic\u00a0stress\u00a0disorder", "", "ptsd", ""},
		{"psilo\u00adcybin and keta\u200bmine", "psilocybin ketamine", "", ""},
		{"<i>psilocybin</i> for <b>depres</b>sion", "psilocybin", "depression", ""},
		{"Montgomery-Åsberg, Montgomery–Asberg Depression Rating Scale", "", "depression", "madrs"},
		{"Ｍａｄｒｓ and ＰＴＳＤ in full width", "", "ptsd", "madrs"},
		{"generalised anxiety disorder", "", "anxiety", ""},
	} {
		r := v.Match(c.text)
		if got := hitIDs(r.Substances); got != c.subst {
			t.Errorf("%q: substances %q, want %q", c.text, got, c.subst)
		}
		if got := hitIDs(r.Conditions); got != c.cond && !strings.HasPrefix(got+" ", c.cond+" ") || c.cond == "" && got != "" &&
			got != "suicidality" {
			if !(c.cond == "" && onlyOther(r.Conditions)) {
				t.Errorf("%q: conditions %q, want %q", c.text, got, c.cond)
			}
		}
		if got := hitIDs(r.Instruments); got != c.inst {
			t.Errorf("%q: instruments %q, want %q", c.text, got, c.inst)
		}
	}
}

// onlyOther reports whether no hit is a tracked condition outside a name.
func onlyOther(list []Hit) bool {
	return !slices.ContainsFunc(list, func(h Hit) bool {
		c, _ := Default().Condition(h.ID)
		return c.Tracked && !strings.Contains(h.Reason, "part of the name")
	})
}

func TestRejectedAreExplained(t *testing.T) {
	r := Default().Match("Enzymes in lysosomal storage disease (LSD)")
	if len(r.Rejected) == 0 || !strings.Contains(r.Rejected[0].Reason, "lysosomal") {
		t.Errorf("rejected %+v, want LSD with its reason", r.Rejected)
	}
	s := Default().Explain("Respiratory depression during ketamine sedation").String()
	for _, want := range []string{"about    ketamine", "not counted", "not of mood"} {
		if !strings.Contains(s, want) {
			t.Errorf("explanation lacks %q:\n%s", want, s)
		}
	}
}

func TestHitsPointAtTheText(t *testing.T) {
	text := "Psilocybin—assisted therapy of Post‑Traumatic Stress Disorder (CAPS‑5)"
	r := Default().Match(text)
	for _, list := range [][]Hit{r.Substances, r.Conditions, r.Instruments} {
		for _, h := range list {
			if text[h.Start:h.End] != h.Term {
				t.Errorf("%s: %q at %d-%d is %q", h.ID, h.Term, h.Start, h.End, text[h.Start:h.End])
			}
		}
	}
	if len(r.Substances) != 1 || len(r.Conditions) == 0 || len(r.Instruments) != 1 {
		t.Errorf("found %d substances, %d conditions, %d instruments", len(r.Substances), len(r.Conditions), len(r.Instruments))
	}
}

func TestStudyType(t *testing.T) {
	v := Default()
	for text, want := range map[string]string{
		"MDMA for PTSD: a randomized, double-blind, crossover trial":                          "crossover-rct",
		"Psilocybin for depression: systematic review and meta-analysis of randomized trials": "review",
		"Ketamine for TRD: an open-label extension study":                                     "extension",
		"Ecstasy use: a cross-sectional survey of users":                                      "observational",
		"Ketamine in OCD: a case series":                                                      "case-report",
		"Study protocol for a parallel-group randomised trial of MDMA":                        "parallel-rct protocol",
	} {
		if got := strings.Join(v.Classify(text, "").StudyType, " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
