package extract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract/reason"
)

// harmTerms are the terms of an adverse event table that answer a question on
// harm, the widest of each domain first. A term of a part of the domain is never
// added to another.
var harmTerms = []struct {
	domain string
	terms  []string
}{
	{domainSerious, []string{"any serious adverse event", "serious adverse event", "serious adverse events"}},
	{domainAny, []string{"any adverse event"}},
	{"suicidality", []string{"suicidality", "suicidal ideation or behavior", "suicidal ideation or behaviour",
		"suicidal ideation and behavior", "suicidal ideation", "suicidal behavior", "suicidal behaviour"}},
}

// harmDomain is the domain of a term and its place among the domain's terms.
func harmDomain(term string) (domain string, place int, ok bool) {
	for _, d := range harmTerms {
		if i := slices.Index(d.terms, term); i >= 0 {
			return d.domain, i, true
		}
	}
	return "", 0, false
}

// HarmTerm is the term of the table that an effect counts; part is set where it is
// only a part of its domain, such as suicidal behavior of suicidality.
func HarmTerm(e evidence.Effect) (term string, part bool) {
	at := strings.LastIndex(e.TimepointRaw, ", ")
	if !IsHarmTable(e) || at < 0 {
		return "", false
	}
	term = e.TimepointRaw[:at]
	return term, term == "suicidal ideation" || term == "suicidal behavior" || term == "suicidal behaviour"
}

// HarmTableEffects makes effects of the rows of adverse event tables that people
// filled in: each treatment arm against each comparison arm of the same trial,
// term and time, people in both. Design and comparator are those of the trial's
// other effects; a judgement of bias is made for one outcome and is not taken over. Rows that cannot be compared give an effect with the
// reason; an arm without its comparison row gives none.
func HarmTableEffects(rows []evidence.HarmRow, studies map[string]*evidence.Study, others []evidence.Effect,
	formula effect.Formula) []evidence.Effect {
	known := map[string][]*evidence.Effect{}
	for i := range others {
		known[others[i].StudyID] = append(known[others[i].StudyID], &others[i])
	}
	type table struct{ study, term, window string }
	type arm struct{ name, dose string }
	tables := map[table]map[arm][]evidence.HarmRow{}
	for _, r := range rows {
		if _, _, ok := harmDomain(r.TermID); !ok || r.Control == nil || studies[r.StudyID] == nil {
			continue
		}
		k := table{r.StudyID, r.TermID, r.Window}
		if tables[k] == nil {
			tables[k] = map[arm][]evidence.HarmRow{}
		}
		a := arm{r.Arm, r.Dose}
		tables[k][a] = append(tables[k][a], r)
	}
	var out []evidence.Effect
	for k, arms := range tables {
		var titles []evidence.Group
		for a := range arms {
			titles = append(titles, evidence.Group{Title: a.name})
		}
		divisions := evidence.ParallelDivisions(titles)
		for a, treat := range arms {
			for c, control := range arms {
				if *treat[0].Control || !*control[0].Control ||
					divisions(evidence.Group{Title: a.name}).Apart(divisions(evidence.Group{Title: c.name})) != "" {
					continue
				}
				e := describeHarm(treat[0], control[0], studies[k.study], known[k.study])
				e.ID = "harms/" + slugged(k.study, k.term, k.window, a.name, a.dose) + "/" + slugged(c.name, c.dose)
				comparePeople(effectJudge{&e}, treat, control, formula)
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, func(a, b evidence.Effect) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// IsHarmTable reports whether an effect was made of a harms table.
func IsHarmTable(e evidence.Effect) bool { return strings.HasPrefix(e.ID, "harms/") }

func slugged(parts ...string) string {
	words := strings.FieldsFunc(strings.ToLower(strings.Join(parts, " ")), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.')
	})
	return strings.Join(words, "-")
}

// describeHarm is a comparison of two arms in the words of their rows, and in those
// of the trial's other effects.
func describeHarm(treat, control evidence.HarmRow, study *evidence.Study, others []*evidence.Effect) evidence.Effect {
	domain, place, _ := harmDomain(treat.TermID)
	label := study.Label
	if label == "" || label == study.ID { // the table's name of the study says more than a number
		label = cmp.Or(treat.Label, label)
	}
	e := evidence.Effect{StudyID: study.ID, StudyLabel: label, Year: study.Year, Substance: treat.Substance,
		Domain:    domain,
		ScoreType: evidence.ScoreEvents, TimepointRaw: strings.Trim(treat.Term+", "+treat.Window, ", "), ArmTreat: treat.Arm,
		ArmCtrl:   control.Arm,
		DoseTreat: doseOf(treat), DoseCtrl: doseOf(control), PrimaryTime: place == 0 || treat.Window == "session",
		HigherBetter: evidence.No,
		DOI:          treat.DOI,
		Channel:      treat.Channel, Source: treat.Source, Design: study.Design, Flags: slices.Clone(treat.Flags)}
	for _, f := range control.Flags {
		if !slices.Contains(e.Flags, f) {
			e.Flags = append(e.Flags, f)
		}
	}
	classes := map[string]string{}
	for _, o := range others {
		if IsHarmTable(*o) {
			continue
		}
		classes[o.ComparatorClass] = o.Comparator
		e.RecordID, e.Condition, e.Population = cmp.Or(e.RecordID, o.RecordID), cmp.Or(e.Condition, o.Condition),
			cmp.Or(e.Population, o.Population)
		e.PopulationClass, e.Blinding, e.Year = cmp.Or(e.PopulationClass, o.PopulationClass), cmp.Or(e.Blinding, o.Blinding),
			cmp.Or(e.Year, o.Year)
		if e.Design == "" || e.Design == designRandomised {
			e.Design = cmp.Or(o.Design, e.Design)
		}
	}
	e.Comparator = control.Arm
	switch words := strings.ToLower(control.Arm); {
	case strings.Contains(words, "inactive"):
		e.ComparatorClass = "inactive-placebo"
	case len(classes) == 1: // the one comparator of the trial
		for class, name := range classes {
			e.ComparatorClass, e.Comparator = class, cmp.Or(name, control.Arm)
		}
	case strings.Contains(words, "placebo"):
		e.ComparatorClass = "active-placebo-or-low-dose"
	}
	return e
}

func doseOf(r evidence.HarmRow) string {
	r.Arm = ""
	return r.Given()
}

// comparePeople takes the counts over and judges whether they compare people.
func comparePeople(j effectJudge, treat, control []evidence.HarmRow, formula effect.Formula) {
	e := j.e
	stated := "both groups state how many people of how many"
	if slices.Contains(e.Flags, evidence.HarmRounded) {
		stated = "both groups state the share of how many people; the counts are worked back from it"
	}
	j.set(evidence.Usable, reason.Complete, stated)
	take := func(name, column string, n *int, r evidence.HarmRow) *float64 {
		if n == nil {
			return nil
		}
		v, prov := float64(*n), r.Prov
		prov.Pointer += ";column=" + column
		e.Inputs = append(e.Inputs, evidence.Input{Name: name, Raw: strconv.Itoa(*n), Value: v, Prov: prov})
		return &v
	}
	t, c := treat[0], control[0]
	n1, e1 := take("n1", "n", t.AtRisk, t), take("events1", "affected", t.Affected, t)
	n2, e2 := take("n2", "n", c.AtRisk, c), take("events2", "affected", c.Affected, c)
	for _, r := range treat[1:] { // so that the counts are known that cannot be added up
		take("events1", "affected", r.Affected, r)
	}
	for _, r := range control[1:] {
		take("events2", "affected", r.Affected, r)
	}
	switch {
	case len(treat) > 1 || len(control) > 1:
		j.set(evidence.Unusable, reason.CountedTwice,
			fmt.Sprintf("the term %q stands more than once in an arm's table; its rows cannot be added up to people", t.Term))
	case n1 == nil || n2 == nil || e1 == nil || e2 == nil:
		j.set(evidence.Unusable, reason.NoValue, "a count is not stated")
	case t.Unit != evidence.UnitPeople || c.Unit != evidence.UnitPeople:
		j.set(evidence.Unusable, reason.CountedTwice, "not counted in people: the same people may be in the table more than once")
	case evidence.InBoth(t.Shared, e.Design, int(*n1), int(*n2)):
		j.set(evidence.Unusable, reason.CountedTwice, "the same people may be in both arms")
	case *e1 > *n1 || *e2 > *n2 || *n1 < 1 || *n2 < 1:
		j.set(evidence.Unusable, reason.Counts, "more people affected than at risk, or a group without people")
	default:
		e.N1, e.N2, e.Event1, e.Event2 = n1, n2, e1, e2
		if err := Compute(e, formula); err != nil {
			j.set(evidence.Unusable, reason.NotComputable, err.Error())
		}
	}
}
