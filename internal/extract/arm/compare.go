package arm

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/text"
	"past/internal/vocab"
)

// OtherDose is the comparator class of a lower dose of the studied drug that is
// a treatment dose itself.
const OtherDose = "other-dose"

// Pair is a treatment arm and a control arm.
type Pair struct {
	Treat, Ctrl Reading
	Drug        string // own id of the studied drug
	Class       string // comparator class
	Background  []string
	Doubts      []string
}

// Refusal is why two groups give no comparison.
type Refusal struct{ Code, Why string }

// Compare subtracts what two arms share. What is left in the treatment arm must
// be a studied drug, or more of it; what is left in the control arm is what it
// is compared with.
func Compare(v *vocab.Vocabulary, t, c Reading) (Pair, *Refusal) {
	p := Pair{Treat: t, Ctrl: c}
	if why := refusePair(t, c); why != nil {
		return p, why
	}
	d := subtract(v, t, c)
	p.Background = d.background
	if p.Drug = studiedOf(v, d.left); p.Drug == "" && c.waits && !t.waits && len(d.shared) > 0 {
		p.Drug = studiedOf(v, t.parts)
	}
	switch {
	case p.Drug == "" && len(d.shared) > 0:
		return p, &Refusal{reason.SameDrug, "both groups got " + strings.Join(d.shared, ", ")}
	case p.Drug == "" && (t.Silent() || c.Silent()):
		return p, &Refusal{reason.Arms, "which planned arm a group is and what it was given are not stated"}
	case p.Drug == "":
		return p, &Refusal{reason.NoSubstance, "the groups do not differ in a studied substance"}
	case t.waits:
		return p, &Refusal{reason.Arms, "the group waits or is treated later"}
	}
	if besideItsExtension(c) {
		p.Doubts = append(p.Doubts, fmt.Sprintf("%q names a later time of the control, too", c.Group.Title))
	}
	if calledControl.MatchString(t.Group.Title) && !calledControl.MatchString(c.Group.Title) {
		p.Doubts = append(p.Doubts, fmt.Sprintf("%q is called the control, and its words give it the drug", t.Group.Title))
	}
	for _, x := range d.left {
		if x.drug != p.Drug && (x.drug != "" || x.class == vocab.OtherDrug) && !otherName(x, t) {
			p.Doubts = append(p.Doubts, fmt.Sprintf("%q also got %s, which %q did not", t.Group.Title, x.name, c.Group.Title))
		}
	}
	return p, p.classify(v, d.right)
}

// refusePair refuses two groups that chance did not part.
func refusePair(t, c Reading) *Refusal {
	switch {
	case healthy(t) != healthy(c):
		return &Refusal{reason.Arms, "one group is of healthy people, the other is not: they were not randomised"}
	case t.Untreated || c.Untreated:
		return &Refusal{reason.Arms, "one group is of people who were assigned and never treated"}
	case t.Divisions.Apart(c.Divisions) != "":
		return &Refusal{reason.Arms, fmt.Sprintf("%q and %q are of different %s of the trial: they were not randomised against each other",
			t.Group.Title, c.Group.Title, plural(t.Divisions.Apart(c.Divisions)))}
	case laterGroup(t) != laterGroup(c):
		return &Refusal{reason.CrossoverPhase, "one group is of a later phase than the other"}
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

func subtract(v *vocab.Vocabulary, t, c Reading) difference {
	var d difference
	apart := func(x part, other Reading) bool {
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
	a := Reading{label: v.Given(label), kind: "ACTIVE_COMPARATOR", Doses: map[string]vocab.Dose{}}
	a.read(v, label, []evidence.Intervention{{Name: gives, Type: "DRUG"}}, "")
	t := Reading{parts: []part{{name: substance, drug: substance}}}
	p, why := Compare(v, t, a)
	if why != nil {
		return ""
	}
	return p.Class
}

// laterGroups finds groups of people in a phase after the randomised one, or of
// those who were given the other treatment there.
var laterGroups = regexp.MustCompile(`(?i)\b(?:extension|OLE|roll-?over|rescued|crossed[\s-]?over|switched)\b|` +
	`\b(?:open[\s-]label|continuation|maintenance|follow[\s-]?up|optional) (?:phase|period|part|stage|treatment phase|extension)\b`)

func laterGroup(a Reading) bool {
	return laterGroups.MatchString(strings.ReplaceAll(a.Group.Title, "_", " ")) && !besideItsExtension(a)
}

// besideItsExtension reports whether a title names a control and, beside it, the
// control's own later time: "Placebo/Control Extension". It is the control, in doubt.
func besideItsExtension(a Reading) bool {
	first, rest, ok := strings.Cut(a.Group.Title, "/")
	return ok && controlWord.MatchString(first) && !laterGroups.MatchString(first) && controlWord.MatchString(rest)
}

var controlWord = regexp.MustCompile(`(?i)\b(?:placebo|controls?|comparator|sham|wait(?:ing)?[\s-]?list|usual care)\b`)

func plural(kind string) string {
	if stem, ok := strings.CutSuffix(kind, "y"); ok {
		return stem + "ies"
	}
	return kind + "s"
}

// healthyPeople finds groups of people without the condition.
var healthyPeople = regexp.MustCompile(`(?i)\bhealthy\s+(?:\w+\s+)?(?:controls?|volunteers?|subjects?|participants?|` +
	`comparisons?|people|individuals?)\b`)

func healthy(a Reading) bool { return healthyPeople.MatchString(a.Group.Title + " | " + a.planned) }

// Silent reports whether nothing says what an arm is given.
func (a *Reading) Silent() bool { return len(a.parts) == 0 && !a.waits }

// otherName reports whether an unknown thing is the arm's drug by another name:
// its label, a code of the sponsor's, a device or procedure by which it is given.
func otherName(x part, a Reading) bool {
	return x.drug == "" && (text.Squash(x.name) == text.Squash(a.planned) || delivery.MatchString(x.name))
}

// delivery finds interventions that are how or where a drug is given.
var delivery = regexp.MustCompile(`(?i)\b(?:device|spray|pump|infusion|injection|capsules?|tablets?|dos(?:e|ing|ed)|` +
	`sessions?|assessments?|questionnaires?|mri|fmri|eeg|pet|imaging|scans?|blood|samples?|laboratory|active|drug|study ` +
	`medication|experimental)\b`)

// holds reports whether an arm gives a thing too.
func holds(a Reading, x part) bool {
	return slices.ContainsFunc(a.parts, func(y part) bool { return y.key() == x.key() }) && !slices.Contains(a.Later, x.drug)
}

// dosesApart reports whether two arms are known to give different doses.
func dosesApart(t, c Reading, drug string) bool {
	a, okA := t.Doses[drug]
	b, okB := c.Doses[drug]
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
func (p *Pair) classify(v *vocab.Vocabulary, right []part) *Refusal {
	given := controlGives{alone: len(right)}
	for _, x := range right {
		if x.drug == p.Drug {
			return p.lowerDose(v, right)
		}
		if x.drug != "" && v.Family(x.drug) == v.Family(p.Drug) {
			return &Refusal{reason.SameDrug, "both groups got forms of one drug, " + NameOf(v, p.Drug) + " and " + x.name}
		}
		given.add(v, x)
	}
	if l, limit := v.Level(p.Drug, p.Treat.Doses[p.Drug]); l == vocab.DoseLow {
		p.Doubts = append(p.Doubts, fmt.Sprintf("%s is a control dose elsewhere (up to %v %s)", p.Treat.Doses[p.Drug].Text, limit.Low,
			limit.Unit))
	}
	for _, rule := range controlClasses {
		if rule.fits(p, given) {
			p.Class = rule.class
			if rule.doubt != "" {
				p.Doubts = append(p.Doubts, fmt.Sprintf(rule.doubt, p.Ctrl.Group.Title, strings.Join(given.treatments, ", ")))
			}
			return nil
		}
	}
	return &Refusal{reason.Arms, fmt.Sprintf("what %q is given is not stated", p.Ctrl.Group.Title)}
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
	fits  func(p *Pair, g controlGives) bool
	doubt string
}{
	{vocab.Waitlist, func(p *Pair, _ controlGives) bool { return p.Ctrl.waits }, ""},
	{vocab.OtherDrug, func(_ *Pair, g controlGives) bool { return len(g.drugs) > 0 }, ""},
	{vocab.ActivePlacebo, func(p *Pair, g controlGives) bool {
		return len(g.felt) > 0 || strings.Contains(strings.ToLower(p.Ctrl.label.Words[vocab.ActivePlacebo]), "active placebo")
	}, ""},
	{vocab.InactivePlacebo, func(p *Pair, g controlGives) bool {
		return p.Ctrl.has(vocab.InactivePlacebo) && len(g.treatments) > 0
	}, "%[1]q beside a placebo: %[2]s, which the vocabulary does not know"},
	{vocab.InactivePlacebo, func(p *Pair, g controlGives) bool { return p.Ctrl.calledPlacebo() && len(g.treatments) > 0 },
		"%[1]q is registered as a placebo and gives %[2]s, which the vocabulary does not know"},
	{vocab.OtherDrug, func(_ *Pair, g controlGives) bool { return len(g.treatments) > 0 }, ""},
	{vocab.InactivePlacebo, func(p *Pair, _ controlGives) bool {
		return p.Ctrl.has(vocab.InactivePlacebo) || p.Ctrl.calledPlacebo()
	}, ""},
	{vocab.TherapyAlone, func(p *Pair, g controlGives) bool {
		return g.alone > 0 || len(p.Background) > 0 || p.Ctrl.has(vocab.TherapyAlone)
	}, ""},
	{vocab.Waitlist, func(p *Pair, _ controlGives) bool { return p.Ctrl.kind == "NO_INTERVENTION" },
		"%[1]q is registered as no intervention; whether it waits is not stated"},
}

// calledPlacebo reports whether the register's type of an arm is a placebo's.
func (a *Reading) calledPlacebo() bool {
	return a.kind == "PLACEBO_COMPARATOR" || a.kind == "SHAM_COMPARATOR"
}

// lowerDose classes a control arm that gives less of the same drug.
func (p *Pair) lowerDose(v *vocab.Vocabulary, right []part) *Refusal {
	t, c := p.Treat.Doses[p.Drug], p.Ctrl.Doses[p.Drug]
	x, _ := vocab.Convert(t, "mg")
	y, _ := vocab.Convert(c, "mg")
	if y >= x {
		return &Refusal{reason.Arms, fmt.Sprintf("%s is compared with the higher dose %s from the other side", t.Text, c.Text)}
	}
	level, limit := v.Level(p.Drug, c)
	called := p.Ctrl.label.Words[vocab.ActivePlacebo] != "" || strings.HasSuffix(p.Ctrl.kind, "COMPARATOR")
	for _, o := range right {
		s, _ := v.Substance(o.drug)
		known := o.drug != "" && o.drug != p.Drug && !s.ActivePlacebo
		if known || o.drug == "" && o.class == vocab.OtherDrug && !otherName(o, p.Ctrl) {
			p.Class = vocab.OtherDrug
			p.Doubts = append(p.Doubts, fmt.Sprintf("%s beside %s of the same drug", o.name, c.Text))
			return nil
		}
	}
	switch {
	case level == vocab.DoseLow:
		p.Class = vocab.ActivePlacebo
	case level == vocab.DoseMiddle && called:
		p.Class = vocab.ActivePlacebo
		p.Doubts = append(p.Doubts, fmt.Sprintf("%s lies between a control dose (%v %s) and a full dose, and the arm is called a comparator",
			c.Text, limit.Low, limit.Unit))
	default:
		p.Class = OtherDose
	}
	return nil
}
