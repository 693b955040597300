package extract

import (
	"regexp"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// armReading is what a reporting group turns out to be.
type armReading struct {
	group   evidence.Group
	class   vocab.ArmClass
	planned string // label of the planned arm it was matched to, "" if none
	doubt   string // why its class is not certain, "" if it is
	pooled  bool   // a group made of other groups
}

var pooledGroup = regexp.MustCompile(`(?i)^(?:all|total|overall|entire|combined|pooled)\b|\b(?:pooled|combined|all (?:participants|patients|subjects|arms|groups|doses)|total)\b`)

// readGroup says of a reporting group which planned arm it is, by title and
// description and never by its number, and what it is given.
func readGroup(r *evidence.Record, g evidence.Group, v *vocab.Vocabulary) armReading {
	a := armReading{group: g, pooled: pooledGroup.MatchString(g.Title)}
	own := v.ComparatorClass(vocab.ArmText{Label: g.Title, Description: g.Description})
	i, ok := matchArm(r.Arms, g)
	if !ok {
		a.class = own
		a.doubt = "the group matches no planned arm; it was read by its own words: " + own.Reason
		if own.Role == vocab.RoleUnknown {
			a.doubt = "the group matches no planned arm and its words do not say what is given"
		}
		return a
	}
	arm := r.Arms[i]
	a.planned = arm.Label
	a.class = v.ComparatorClass(armText(r, arm, len(r.Arms) == 1))
	if !a.class.Certain {
		a.doubt = a.class.Reason
	}
	if own.Certain && own.Role != vocab.RoleUnknown && (own.Role != a.class.Role || own.Comparator != a.class.Comparator && a.class.Role == vocab.RoleComparator) {
		a.doubt = "the planned arm reads as " + armWord(a.class) + ", the reporting group as " + armWord(own)
	}
	if len(a.class.Doses) == 0 {
		a.class.Doses = own.Doses
	}
	return a
}

func armWord(c vocab.ArmClass) string {
	if c.Role == vocab.RoleComparator && c.Comparator != "" {
		return c.Comparator
	}
	return string(c.Role)
}

func armText(r *evidence.Record, arm evidence.Arm, alone bool) vocab.ArmText {
	t := vocab.ArmText{Label: arm.Label, Type: arm.Type, Description: arm.Description, SingleArm: alone}
	for _, name := range arm.InterventionNames {
		plain := name
		if i := strings.Index(name, ": "); i >= 0 {
			plain = name[i+2:]
		}
		in := vocab.InterventionText{Name: plain}
		for _, x := range r.Interventions {
			if strings.EqualFold(strings.TrimSpace(x.Name), strings.TrimSpace(plain)) {
				in = vocab.InterventionText{Name: x.Name, Type: x.Type, Description: x.Description, OtherNames: x.OtherNames}
				break
			}
		}
		t.Interventions = append(t.Interventions, in)
	}
	return t
}

// matchArm finds the planned arm of a reporting group: the one with its title,
// else the one whose words it shares clearly more than any other's.
func matchArm(arms []evidence.Arm, g evidence.Group) (int, bool) {
	title := squash(g.Title)
	if title == "" {
		return 0, false
	}
	found := -1
	for i, arm := range arms {
		if squash(arm.Label) == title {
			if found >= 0 {
				return 0, false
			}
			found = i
		}
	}
	if found >= 0 {
		return found, true
	}
	best, second, at := 0.0, 0.0, -1
	for i, arm := range arms {
		s := overlap(g.Title, arm.Label)
		if d := overlap(g.Title+" "+g.Description, arm.Label+" "+arm.Description); d > s {
			s = d
		}
		switch {
		case s > best:
			best, second, at = s, best, i
		case s > second:
			second = s
		}
	}
	return at, at >= 0 && best >= 0.5 && best-second >= 0.15
}

// overlap is the share of words that two texts have in common.
func overlap(a, b string) float64 {
	x, y := wordSet(a), wordSet(b)
	common := 0
	for w := range x {
		if y[w] {
			common++
		}
	}
	all := len(x) + len(y) - common
	if all == 0 {
		return 0
	}
	return float64(common) / float64(all)
}

// dose is the amount that tells an arm from the study's others, as written;
// amount is comparable only between doses of one substance and unit.
func (a armReading) dose(substance string) (d vocab.Dose, ok bool) {
	for _, x := range a.class.Doses {
		if x.Substance != substance {
			continue
		}
		if !ok || x.Unit == d.Unit && max(x.Amount, x.Upper) > max(d.Amount, d.Upper) {
			d, ok = x, true
		}
	}
	return d, ok
}
