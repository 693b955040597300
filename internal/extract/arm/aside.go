package arm

import (
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// The ways in which a trial gives a drug of which none of its comparisons is about.
const (
	InEveryArm   = "in every arm"
	AsComparator = "as the comparator"
	AsRescue     = "as rescue or for anaesthesia"
)

// Aside are the studied drugs, by family, that a trial gives without a comparison of it
// being about them, each with the way in which it does.
func Aside(r *evidence.Record, v *vocab.Vocabulary) map[string]string {
	arms := make([]Reading, len(r.Arms))
	for i, arm := range r.Arms {
		arms[i] = ReadGroup(r, evidence.Group{Title: arm.Label, Description: arm.Description}, v)
	}
	out := map[string]string{}
	for _, family := range rescues(r, arms, v) {
		out[family] = AsRescue
	}
	for _, family := range comparatorOnly(arms, v) {
		out[family] = AsComparator
	}
	for _, family := range givenToAll(arms, v) {
		out[family] = InEveryArm
	}
	return out
}

// family reports whether an arm gives a drug of the family.
func (a *Reading) family(v *vocab.Vocabulary, family string) bool {
	return slices.ContainsFunc(a.parts, func(p part) bool { return p.drug != "" && v.Family(p.drug) == family })
}

// comparatorOnly are the drugs that only arms registered as comparators give, beside an
// experimental arm that gives something else.
func comparatorOnly(arms []Reading, v *vocab.Vocabulary) (out []string) {
	for _, a := range arms {
		for _, p := range a.parts {
			family := v.Family(p.drug)
			if p.drug == "" || !v.Studied(p.drug) || slices.Contains(out, family) {
				continue
			}
			others, compared := 0, true
			for _, x := range arms {
				switch gives := x.family(v, family); {
				case gives:
					compared = compared && strings.HasSuffix(x.kind, "_COMPARATOR")
				case x.kind == "EXPERIMENTAL" && len(x.parts) > 0:
					others++
				}
			}
			if compared && others > 0 {
				out = append(out, family)
			}
		}
	}
	return out
}

var (
	rescueName = regexp.MustCompile(`(?i)\brescue\b|(?:^|[^-\w])ana?esthe|\bpre-?medication\b|\bsedation\b|\bintubation\b`)
	rescueUse  = regexp.MustCompile(`(?i)\b(?:as|for)(?: \w+){0,3} (?:rescue|ana?esthe(?:sia|tic)|sedation|intubation|pre-?medication)\b`)
)

// rescues are the drugs that every intervention naming them gives as rescue or for
// anaesthesia, and that no arm has in its name.
func rescues(r *evidence.Record, arms []Reading, v *vocab.Vocabulary) (out []string) {
	rescue := map[string]bool{}
	for _, x := range r.Interventions {
		for _, drug := range v.Given(x.Name + "; " + strings.Join(x.OtherNames, "; ")).Drugs {
			family := v.Family(drug)
			is := rescueName.MatchString(x.Name) || rescueUse.MatchString(x.Name+" "+x.Description)
			if before, ok := rescue[family]; !ok || before {
				rescue[family] = is
			}
		}
	}
	for family, is := range rescue {
		named := func(a Reading) bool {
			return slices.ContainsFunc(a.label.Drugs, func(d string) bool { return v.Family(d) == family }) && !rescueName.MatchString(a.Group.Title)
		}
		if is && v.Studied(family) && !slices.ContainsFunc(arms, named) {
			out = append(out, family)
		}
	}
	return out
}

// givenToAll are the drugs, by family, that every arm of a trial gives alike beside
// something in which the arms differ. Arms that differ in nothing that the record names
// decide nothing.
func givenToAll(arms []Reading, v *vocab.Vocabulary) (out []string) {
	if len(arms) < 2 {
		return nil
	}
	for _, x := range arms[0].parts {
		shared := x.drug != "" && v.Studied(x.drug)
		for i, t := range arms {
			for j, c := range arms {
				d := subtract(v, t, c)
				apart := func(p part) bool { return v.Family(p.drug) == v.Family(x.drug) && p.drug != "" }
				differ := slices.ContainsFunc(slices.Concat(d.left, d.right), func(p part) bool { return !apart(p) })
				shared = shared && (i == j || t.gives(x.drug) && !t.waits && differ && !slices.ContainsFunc(d.left, apart))
			}
		}
		if shared && !slices.Contains(out, v.Family(x.drug)) {
			out = append(out, v.Family(x.drug))
		}
	}
	return out
}
