package arm

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/vocab"
)

// TestGroupRoles: what a group is in a table of adverse events follows from what
// the groups were given beside each other, never from the register's arm type
// alone: the type of an arm of the drug is often a comparator's, and that of a
// placebo arm with an open-label extension an experimental one.
func TestGroupRoles(t *testing.T) {
	arm := func(label, kind, description string, interventions ...string) evidence.Arm {
		return evidence.Arm{Label: label, Type: kind, Description: description, InterventionNames: interventions}
	}
	drug := func(names ...string) (out []evidence.Intervention) {
		for _, n := range names {
			out = append(out, evidence.Intervention{Type: "DRUG", Name: n})
		}
		return out
	}
	for name, c := range map[string]struct {
		arms []evidence.Arm
		in   []evidence.Intervention
		want string // of each group: t treated, c comparison, ? not known
		also []string
	}{
		"the drug is registered as active comparator of a placebo": {
			[]evidence.Arm{arm("Psilocybin", "ACTIVE_COMPARATOR", "25 mg once", "Drug: Psilocybin"),
				arm("Placebo", "PLACEBO_COMPARATOR", "", "Drug: Placebo")}, drug("Psilocybin", "Placebo"), "tc", nil},
		"the placebo arm is experimental and gets the drug in the extension": {
			[]evidence.Arm{arm("Psilocybin", "EXPERIMENTAL", "", "Drug: Psilocybin"),
				arm("Placebo", "EXPERIMENTAL", "followed by psilocybin in an open-label extension period.", "Drug: Psilocybin", "Drug: Placebo")},
			drug("Psilocybin", "Placebo"), "tc", nil},
		"the drug is in both arms": {
			[]evidence.Arm{arm("Ketamine + Buprenorphine", "EXPERIMENTAL", "", "Drug: Ketamine", "Drug: Buprenorphine"),
				arm("Ketamine + Placebo", "PLACEBO_COMPARATOR", "", "Drug: Ketamine", "Drug: Placebo")},
			drug("Ketamine", "Buprenorphine", "Placebo"), "tt", nil},
		"a control dose": {
			[]evidence.Arm{arm("MDMA 125 mg", "EXPERIMENTAL", "", "Drug: MDMA"), arm("MDMA 30 mg", "ACTIVE_COMPARATOR", "", "Drug: MDMA")},
			drug("MDMA"), "tc", nil},
		"a middle dose between two others": {
			[]evidence.Arm{arm("Psilocybin 25 mg", "EXPERIMENTAL", "", "Drug: Psilocybin"),
				arm("Psilocybin 10 mg", "ACTIVE_COMPARATOR", "", "Drug: Psilocybin"),
				arm("Psilocybin 1 mg", "ACTIVE_COMPARATOR", "", "Drug: Psilocybin")}, drug("Psilocybin"), "ttc", nil},
		"a sham that names what it imitates": {
			[]evidence.Arm{arm("Psilocybin A - active", "OTHER", "", "Drug: Psilocybin"), arm("Psilocybin B - Sham", "OTHER", "", "Device: Sham")},
			[]evidence.Intervention{{Type: "DRUG", Name: "Psilocybin"}, {Type: "DEVICE", Name: "Sham"}}, "tc", nil},
		"the time on each treatment of a crossover": {
			[]evidence.Arm{arm("Ketamine, then placebo", "ACTIVE_COMPARATOR", "", "Drug: Ketamine", "Drug: Placebo"),
				arm("Placebo, then ketamine", "PLACEBO_COMPARATOR", "", "Drug: Ketamine", "Drug: Placebo")}, drug("Ketamine", "Placebo"),
			"??tc", []string{"Ketamine", "Placebo"}},
		"one arm": {[]evidence.Arm{arm("Ketamine", "ACTIVE_COMPARATOR", "", "Drug: Ketamine")}, drug("Ketamine"), "t", nil},
		"the people of an extension are in another group too": {
			[]evidence.Arm{arm("Psilocybin", "EXPERIMENTAL", "", "Drug: Psilocybin"), arm("Placebo", "PLACEBO_COMPARATOR", "", "Drug: Placebo")},
			drug("Psilocybin", "Placebo"), "tc?", []string{"Psilocybin, open-label extension"}},
		"no studied drug, and a type that says nothing": {
			[]evidence.Arm{arm("Walking", "OTHER", "", "Behavioral: Walking")}, nil, "?", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := &evidence.Record{ID: "NCT1", Arms: c.arms, Interventions: c.in}
			var groups []evidence.Group
			for _, a := range c.arms {
				groups = append(groups, evidence.Group{Title: a.Label})
			}
			for _, title := range c.also {
				groups = append(groups, evidence.Group{Title: title})
			}
			var got strings.Builder
			for _, role := range GroupRoles(r, groups, vocab.Default()) {
				switch {
				case role.Control == nil:
					got.WriteByte('?')
				case *role.Control:
					got.WriteByte('c')
				default:
					got.WriteByte('t')
				}
			}
			if got.String() != c.want {
				t.Errorf("roles are %s, want %s", got.String(), c.want)
			}
		})
	}
}

// TestGivenToAll: a drug of every arm is what no comparison is about, where the arms
// differ in something else that the record names, and only there.
func TestGivenToAll(t *testing.T) {
	arms := func(list ...[]string) *evidence.Record {
		r := &evidence.Record{ID: "NCT1"}
		for _, names := range list {
			a := evidence.Arm{Label: names[0], Type: "EXPERIMENTAL"}
			for _, n := range names[1:] {
				kind, plain, _ := strings.Cut(n, ": ")
				a.InterventionNames = append(a.InterventionNames, n)
				r.Interventions = append(r.Interventions, evidence.Intervention{Type: strings.ToUpper(kind), Name: plain})
			}
			r.Arms = append(r.Arms, a)
		}
		return r
	}
	for name, c := range map[string]struct {
		r    *evidence.Record
		want string
	}{
		"with a drug or a placebo": {arms([]string{"A", "Drug: Ketamine", "Drug: Buprenorphine"},
			[]string{"B", "Drug: Ketamine", "Drug: Placebo"}), "ketamine"},
		"with one therapy or another": {arms([]string{"A", "Drug: MDMA", "Behavioral: Cognitive therapy"},
			[]string{"B", "Drug: MDMA", "Behavioral: Supportive counseling"}), "mdma"},
		"another form of it": {arms([]string{"A", "Drug: Esketamine", "Behavioral: Cognitive therapy"},
			[]string{"B", "Drug: Esketamine", "Behavioral: Education"}), "ketamine"},
		"against a placebo":          {arms([]string{"A", "Drug: MDMA"}, []string{"B", "Drug: Placebo"}), ""},
		"in doses that differ":       {arms([]string{"MDMA 125 mg", "Drug: MDMA"}, []string{"MDMA 30 mg", "Drug: MDMA"}), ""},
		"in arms that nothing parts": {arms([]string{"Immediate", "Drug: MDMA"}, []string{"Two sessions", "Drug: MDMA"}), ""},
		"in one arm":                 {arms([]string{"A", "Drug: MDMA", "Behavioral: Cognitive therapy"}), ""},
		"before or after a wait": {arms([]string{"Immediate", "Drug: MDMA", "Behavioral: Cognitive therapy"},
			[]string{"Waitlist", "Drug: MDMA"}), ""},
	} {
		if got := strings.Join(slices.Sorted(maps.Keys(Aside(c.r, vocab.Default()))), ","); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestAside: a drug that a trial gives as its comparator, as rescue or for anaesthesia is
// not what the trial is about.
func TestAside(t *testing.T) {
	arm := func(label, kind string, names ...string) evidence.Arm {
		return evidence.Arm{Label: label, Type: kind, InterventionNames: names}
	}
	drug := func(name, description string) evidence.Intervention {
		return evidence.Intervention{Type: "DRUG", Name: name, Description: description}
	}
	for name, c := range map[string]struct {
		r    evidence.Record
		want map[string]string
	}{
		"the comparator": {evidence.Record{Arms: []evidence.Arm{arm("Psilocybin", "EXPERIMENTAL", "Drug: Psilocybin"),
			arm("Esketamine", "ACTIVE_COMPARATOR", "Drug: Esketamine")}}, map[string]string{"ketamine": AsComparator}},
		"two comparators": {evidence.Record{Arms: []evidence.Arm{arm("Ketamine", "ACTIVE_COMPARATOR", "Drug: Ketamine"),
			arm("Midazolam", "ACTIVE_COMPARATOR", "Drug: Midazolam")}}, nil},
		"a low dose of the drug": {evidence.Record{Arms: []evidence.Arm{arm("MDMA 125 mg", "EXPERIMENTAL", "Drug: MDMA"),
			arm("MDMA 25 mg", "ACTIVE_COMPARATOR", "Drug: MDMA")}}, nil},
		"rescue": {evidence.Record{Interventions: []evidence.Intervention{drug("Psilocybin", ""), drug("Ketamine rescue", "")},
			Arms: []evidence.Arm{arm("Treatment", "EXPERIMENTAL", "Drug: Psilocybin", "Drug: Ketamine rescue"),
				arm("Control", "PLACEBO_COMPARATOR", "Drug: Placebo")}}, map[string]string{"ketamine": AsRescue}},
		"anaesthesia": {evidence.Record{Interventions: []evidence.Intervention{drug("Ketamine", "given for induction of anesthesia"),
			drug("Device", "")}, Arms: []evidence.Arm{arm("Device on", "EXPERIMENTAL", "Drug: Ketamine")}},
			map[string]string{"ketamine": AsRescue}},
		"a dose below anaesthesia": {evidence.Record{Interventions: []evidence.Intervention{drug("Ketamine", "a sub-anesthetic dose")},
			Arms: []evidence.Arm{arm("A", "EXPERIMENTAL", "Drug: Ketamine")}}, nil},
		"an anaesthetic under study": {evidence.Record{Interventions: []evidence.Intervention{drug("Ketamine", "for anesthesia")},
			Arms: []evidence.Arm{arm("Ketamine", "EXPERIMENTAL", "Drug: Ketamine")}}, nil},
	} {
		got := Aside(&c.r, vocab.Default())
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestInert: what a placebo is made of may stand in a description alone.
func TestInert(t *testing.T) {
	v := vocab.Default()
	arms := func(description string, interventions ...string) []evidence.Arm {
		return []evidence.Arm{{Label: "Ketamine", Description: "0.5 mg/kg in saline", InterventionNames: []string{"Drug: Ketamine"}},
			{Label: "Placebo: 2 times per week", Type: "PLACEBO_COMPARATOR", Description: description, InterventionNames: interventions}}
	}
	for _, c := range []struct {
		name, title, description string
		arms                     []evidence.Arm
		want                     string
	}{
		{"the arm's description", "Placebo: 2 times per week", "", arms("saline infusion"), "saline"},
		{"two names of one thing", "Placebo: 2 times per week", "0.9% sodium chloride", arms("Normal saline infusion"), "saline"},
		{"the group's description", "Control", "A capsule of lactose, identical in appearance", nil, "lactose"},
		{"an intervention", "Placebo: 2 times per week", "", arms("", "Drug: Mannitol"), "mannitol"},
		{"the title itself", "Saline", "saline", nil, ""},
		{"no name anywhere", "Placebo: 2 times per week", "placebo capsule", arms("dummy pill"), ""},
		{"two names", "Placebo: 2 times per week", "lactose or mannitol", nil, ""},
	} {
		r := &evidence.Record{Arms: c.arms}
		a := ReadGroup(r, evidence.Group{ID: "1", Title: c.title, Description: c.description}, v)
		if got := a.Inert(r, v); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
