package extract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
	"past/internal/vocab"
)

// OtherDose is the comparator class of a lower dose of the studied drug that is
// a treatment dose itself.
const OtherDose = "other-dose"

// armPair is a treatment arm and a control arm.
type armPair struct {
	treat, ctrl armReading
	drug        string // own id of the studied drug
	class       string // comparator class
	background  []string
	doubts      []string
}

// refusal is why two groups give no comparison.
type refusal struct{ code, why string }

// compare subtracts what two arms share. What is left in the treatment arm must
// be a studied drug, or more of it; what is left in the control arm is what it
// is compared with.
func compare(v *vocab.Vocabulary, t, c armReading) (armPair, *refusal) {
	p := armPair{treat: t, ctrl: c}
	if why := refusePair(t, c); why != nil {
		return p, why
	}
	d := subtract(v, t, c)
	p.background = d.background
	if p.drug = studiedOf(v, d.left); p.drug == "" && c.waits && !t.waits && len(d.shared) > 0 {
		p.drug = studiedOf(v, t.parts)
	}
	switch {
	case p.drug == "" && len(d.shared) > 0:
		return p, &refusal{CodeSameDrug, "both groups got " + strings.Join(d.shared, ", ")}
	case p.drug == "" && (t.silent() || c.silent()):
		return p, &refusal{CodeArms, "which planned arm a group is and what it was given are not stated"}
	case p.drug == "":
		return p, &refusal{CodeNoSubstance, "the groups do not differ in a studied substance"}
	case t.waits:
		return p, &refusal{CodeArms, "the group waits or is treated later"}
	}
	if calledControl.MatchString(t.group.Title) && !calledControl.MatchString(c.group.Title) {
		p.doubts = append(p.doubts, fmt.Sprintf("%q is called the control, and its words give it the drug", t.group.Title))
	}
	for _, x := range d.left {
		if x.drug != p.drug && (x.drug != "" || x.class == vocab.OtherDrug) && !otherName(x, t) {
			p.doubts = append(p.doubts, fmt.Sprintf("%q also got %s, which %q did not", t.group.Title, x.name, c.group.Title))
		}
	}
	return p, p.classify(v, d.right)
}

// refusePair refuses two groups that chance did not part.
func refusePair(t, c armReading) *refusal {
	switch {
	case healthy(t) != healthy(c):
		return &refusal{CodeArms, "one group is of healthy people, the other is not: they were not randomised"}
	case t.untreated || c.untreated:
		return &refusal{CodeArms, "one group is of people who were assigned and never treated"}
	case laterGroup(t) != laterGroup(c):
		return &refusal{CodeCrossoverPhase, "one group is of a later phase than the other"}
	}
	return nil
}

// difference is what two arms give apart and together: left and right what only
// the treatment or the control arm gives or gives in another dose, shared and
// background the names of the studied drugs and the other things of both.
type difference struct {
	left, right        []part
	shared, background []string
}

func subtract(v *vocab.Vocabulary, t, c armReading) difference {
	var d difference
	apart := func(x part, other armReading) bool {
		return !holds(other, x) || v.Studied(x.drug) && dosesApart(t, c, x.drug)
	}
	for _, x := range t.parts {
		switch {
		case x.class == vocab.InactivePlacebo:
		case apart(x, c):
			d.left = append(d.left, x)
		case v.Studied(x.drug):
			d.shared = append(d.shared, x.name)
		default:
			d.background = append(d.background, x.name)
		}
	}
	for _, x := range c.parts {
		if x.class != vocab.InactivePlacebo && apart(x, t) {
			d.right = append(d.right, x)
		}
	}
	slices.Sort(d.background)
	return d
}

var calledControl = regexp.MustCompile(`(?i)^(?:active )?(?:controls?|comparators?)(?: (?:group|arm|condition))?$`)

// ControlClass names what a control arm is, from its label and the name of what
// it gives, beside a treatment with a substance; "" where the words do not say.
func ControlClass(v *vocab.Vocabulary, substance, label, gives string) string {
	a := armReading{label: v.Given(label), kind: "ACTIVE_COMPARATOR", doses: map[string]vocab.Dose{}}
	a.read(v, label, []evidence.Intervention{{Name: gives, Type: "DRUG"}}, "")
	t := armReading{parts: []part{{name: substance, drug: substance}}}
	p, why := compare(v, t, a)
	if why != nil {
		return ""
	}
	return p.class
}

// laterGroups finds groups of people in a phase after the randomised one, or of
// those who were given the other treatment there.
var laterGroups = regexp.MustCompile(`(?i)\b(?:extension|OLE|roll-?over|rescued|crossed[\s-]?over|switched)\b|` +
	`\b(?:open[\s-]label|continuation|maintenance|follow[\s-]?up|optional) (?:phase|period|part|stage|treatment phase|extension)\b`)

func laterGroup(a armReading) bool {
	return laterGroups.MatchString(strings.ReplaceAll(a.group.Title, "_", " "))
}

// healthyPeople finds groups of people without the condition.
var healthyPeople = regexp.MustCompile(`(?i)\bhealthy\s+(?:\w+\s+)?(?:controls?|volunteers?|subjects?|participants?|` +
	`comparisons?|people|individuals?)\b`)

func healthy(a armReading) bool { return healthyPeople.MatchString(a.group.Title + " | " + a.planned) }

// silent reports whether nothing says what an arm is given.
func (a *armReading) silent() bool { return len(a.parts) == 0 && !a.waits }

// otherName reports whether an unknown thing is the arm's drug by another name:
// its label, a code of the sponsor's, a device or procedure by which it is given.
func otherName(x part, a armReading) bool {
	return x.drug == "" && (text.Squash(x.name) == text.Squash(a.planned) || delivery.MatchString(x.name))
}

// delivery finds interventions that are how or where a drug is given.
var delivery = regexp.MustCompile(`(?i)\b(?:device|spray|pump|infusion|injection|capsules?|tablets?|dos(?:e|ing|ed)|` +
	`sessions?|assessments?|questionnaires?|mri|fmri|eeg|pet|imaging|scans?|blood|samples?|laboratory|active|drug|study ` +
	`medication|experimental)\b`)

// holds reports whether an arm gives a thing too.
func holds(a armReading, x part) bool {
	return slices.ContainsFunc(a.parts, func(y part) bool { return y.key() == x.key() }) && !slices.Contains(a.later, x.drug)
}

// dosesApart reports whether two arms are known to give different doses.
func dosesApart(t, c armReading, drug string) bool {
	a, okA := t.doses[drug]
	b, okB := c.doses[drug]
	if !okA || !okB {
		return false
	}
	x, ok1 := vocab.Convert(a, "mg")
	y, ok2 := vocab.Convert(b, "mg")
	return ok1 && ok2 && x != y
}

// studiedOf is the studied drug among some parts, one of the tracker's own
// before the others.
func studiedOf(v *vocab.Vocabulary, parts []part) string {
	best := ""
	for _, x := range parts {
		if x.drug == "" || !v.Studied(x.drug) {
			continue
		}
		if best == "" || core(v, x.drug) && !core(v, best) {
			best = x.drug
		}
	}
	return best
}

func core(v *vocab.Vocabulary, id string) bool {
	s, ok := v.Substance(v.Family(id))
	return ok && s.Core
}

// classify names what the drug is compared with, from what only the control arm
// gives.
func (p *armPair) classify(v *vocab.Vocabulary, right []part) *refusal {
	given := controlGives{alone: len(right)}
	for _, x := range right {
		if x.drug == p.drug {
			return p.lowerDose(v, right)
		}
		if x.drug != "" && v.Family(x.drug) == v.Family(p.drug) {
			return &refusal{CodeSameDrug, "both groups got forms of one drug, " + nameOf(v, p.drug) + " and " + x.name}
		}
		given.add(v, x)
	}
	if l, limit := v.Level(p.drug, p.treat.doses[p.drug]); l == vocab.DoseLow {
		p.doubts = append(p.doubts, fmt.Sprintf("%s is a control dose elsewhere (up to %v %s)", p.treat.doses[p.drug].Text, limit.Low,
			limit.Unit))
	}
	for _, rule := range controlClasses {
		if rule.fits(p, given) {
			p.class = rule.class
			if rule.doubt != "" {
				p.doubts = append(p.doubts, fmt.Sprintf(rule.doubt, p.ctrl.group.Title, strings.Join(given.treatments, ", ")))
			}
			return nil
		}
	}
	return &refusal{CodeArms, fmt.Sprintf("what %q is given is not stated", p.ctrl.group.Title)}
}

// controlGives are the things that only a control arm gives, by name: drugs,
// active placebos ("felt"), treatments that the vocabulary does not know.
type controlGives struct {
	alone                   int
	drugs, felt, treatments []string
}

func (g *controlGives) add(v *vocab.Vocabulary, x part) {
	switch s, _ := v.Substance(x.drug); {
	case x.drug != "" && !s.ActivePlacebo:
		g.drugs = append(g.drugs, x.name)
	case x.drug != "":
		g.felt = append(g.felt, x.name)
	case x.class == vocab.OtherDrug:
		g.treatments = append(g.treatments, x.name)
	}
}

// controlClasses are the classes of a control arm, tried in order; doubt has
// places for the arm's title and the treatments of unknown name.
var controlClasses = []struct {
	class string
	fits  func(p *armPair, g controlGives) bool
	doubt string
}{
	{vocab.Waitlist, func(p *armPair, _ controlGives) bool { return p.ctrl.waits }, ""},
	{vocab.OtherDrug, func(_ *armPair, g controlGives) bool { return len(g.drugs) > 0 }, ""},
	{vocab.ActivePlacebo, func(p *armPair, g controlGives) bool {
		return len(g.felt) > 0 || strings.Contains(strings.ToLower(p.ctrl.label.Words[vocab.ActivePlacebo]), "active placebo")
	}, ""},
	{vocab.InactivePlacebo, func(p *armPair, g controlGives) bool {
		return p.ctrl.has(vocab.InactivePlacebo) && len(g.treatments) > 0
	}, "%[1]q beside a placebo: %[2]s, which the vocabulary does not know"},
	{vocab.InactivePlacebo, func(p *armPair, g controlGives) bool { return p.ctrl.calledPlacebo() && len(g.treatments) > 0 },
		"%[1]q is registered as a placebo and gives %[2]s, which the vocabulary does not know"},
	{vocab.OtherDrug, func(_ *armPair, g controlGives) bool { return len(g.treatments) > 0 }, ""},
	{vocab.InactivePlacebo, func(p *armPair, _ controlGives) bool {
		return p.ctrl.has(vocab.InactivePlacebo) || p.ctrl.calledPlacebo()
	}, ""},
	{vocab.TherapyAlone, func(p *armPair, g controlGives) bool {
		return g.alone > 0 || len(p.background) > 0 || p.ctrl.has(vocab.TherapyAlone)
	}, ""},
	{vocab.Waitlist, func(p *armPair, _ controlGives) bool { return p.ctrl.kind == "NO_INTERVENTION" },
		"%[1]q is registered as no intervention; whether it waits is not stated"},
}

// calledPlacebo reports whether the register's type of an arm is a placebo's.
func (a *armReading) calledPlacebo() bool {
	return a.kind == "PLACEBO_COMPARATOR" || a.kind == "SHAM_COMPARATOR"
}

// lowerDose classes a control arm that gives less of the same drug.
func (p *armPair) lowerDose(v *vocab.Vocabulary, right []part) *refusal {
	t, c := p.treat.doses[p.drug], p.ctrl.doses[p.drug]
	x, _ := vocab.Convert(t, "mg")
	y, _ := vocab.Convert(c, "mg")
	if y >= x {
		return &refusal{CodeArms, fmt.Sprintf("%s is compared with the higher dose %s from the other side", t.Text, c.Text)}
	}
	level, limit := v.Level(p.drug, c)
	called := p.ctrl.label.Words[vocab.ActivePlacebo] != "" || strings.HasSuffix(p.ctrl.kind, "COMPARATOR")
	for _, o := range right {
		s, _ := v.Substance(o.drug)
		known := o.drug != "" && o.drug != p.drug && !s.ActivePlacebo
		if known || o.drug == "" && o.class == vocab.OtherDrug && !otherName(o, p.ctrl) {
			p.class = vocab.OtherDrug
			p.doubts = append(p.doubts, fmt.Sprintf("%s beside %s of the same drug", o.name, c.Text))
			return nil
		}
	}
	switch {
	case level == vocab.DoseLow:
		p.class = vocab.ActivePlacebo
	case level == vocab.DoseMiddle && called:
		p.class = vocab.ActivePlacebo
		p.doubts = append(p.doubts, fmt.Sprintf("%s lies between a control dose (%v %s) and a full dose, and the arm is called a comparator",
			c.Text, limit.Low, limit.Unit))
	default:
		p.class = OtherDose
	}
	return nil
}
