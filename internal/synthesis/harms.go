package synthesis

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/vocab"
)

// The totals that a source states for an arm as a whole, as terms of their own.
const (
	TermSerious = "any serious adverse event"
	TermDeath   = "death from any cause"
	TermStopped = "stopped because of an adverse event"
)

var totals = []string{TermSerious, TermDeath, TermStopped}

// sexualTerm finds adverse event terms of sexual function. "Arousal" alone is
// mostly hyperarousal.
var sexualTerm = regexp.MustCompile(`(?i)\b(libido|sexual\w*|orgasm\w*|anorgasmia|erecti\w+|ejaculat\w+|impotence|priapism|` +
	`coital|genito-?pelvic|genital\w*|dyspareunia|vaginismus|vulvovaginal|vulv\w+|vagina\w*|penile|penis|testic\w+)\b`)

// notSexual are diseases, injuries and operations of the same organs; pain, dryness and
// other sensations stay.
var notSexual = regexp.MustCompile(`(?i)mycos|mycot|infect|candid|fung|herpes|vaginitis|vaginosis|cancer|carcinoma|neoplasm|` +
	`h(?:a)?emorrhage|h(?:a)?ematoma|prolaps|cellulit|abscess|wart|papillom|dehiscence|injur|lacerat|lesion|ulcer|discharge|inflammat|` +
	`vulvitis|urinary|cyst|polyp|mass\b|o?edema|swelling|erythema|rash|torsion|hydrocele|varicocele|repair|operation`)

// FoldHarm fills in what follows from a harm row's own words: the term under
// which rows are compared, and whether it is a sexual side effect.
func FoldHarm(h *evidence.HarmRow) {
	h.TermID = strings.Join(strings.Fields(strings.NewReplacer("_", " ", "‑", "-", "-", " ").Replace(strings.ToLower(h.Term))), " ")
	h.Sexual = sexualTerm.MatchString(h.Term) && !notSexual.MatchString(h.Term)
}

// HarmInput is what the harms of the tracker's substances are counted from.
type HarmInput struct {
	Base
	Rows       []evidence.HarmRow
	Substances []string // the tracker's
}

// Harms counts the harms of each substance: people exposed, what the studies
// state of serious events, deaths and stopping, and the risk difference of each
// term within each trial's own table. Nothing is added up over terms or trials
// but people, each study's once.
func Harms(in HarmInput) []evidence.Harms {
	var out []evidence.Harms
	retracted := retractedReports(in.Notices)
	for i := range in.Rows {
		if r := &in.Rows[i]; r.DOI != "" && retracted[strings.ToLower(r.DOI)] {
			r.Flags = append(slices.Clip(r.Flags), "its report was retracted: counted nowhere")
		}
	}
	for _, sub := range in.Substances {
		q := Question{Kind: "harm", Substances: []string{sub}, Topic: "harm"}
		h := evidence.Harms{Substance: sub, Terms: []evidence.HarmTerm{}, Sexual: []evidence.HarmTerm{}, Coverage: cover(q, nil, in.Base)}
		by := map[string][]evidence.HarmRow{}
		var of []evidence.HarmRow
		for _, r := range in.Rows {
			if ok, misfit := Fits(q, Candidate{Substances: []string{r.Substance}, Topics: []string{"harm"}, Open: true}); !ok && misfit.Foreign() {
				continue
			}
			of = append(of, r)
			if r.DOI != "" && retracted[strings.ToLower(r.DOI)] {
				continue
			}
			by[r.StudyID] = append(by[r.StudyID], r)
		}
		h.Rows, h.Studies = len(of), len(by)
		h.Notices, h.NoticeNote = harmNotices(in.Base, sub, of)
		design := map[string]string{}
		for _, s := range in.Studies {
			design[s.ID] = s.Design
		}
		terms := map[string]*evidence.HarmTerm{}
		sexual := map[string]bool{}
		for _, st := range sortedKeys(by) {
			countPeople(&h, by[st], design[st])
			compareTerms(terms, sexual, by[st], design[st])
		}
		for _, id := range sortedKeys(terms) {
			if sexual[id] && vocab.Default().AsksSexual() {
				h.Sexual = append(h.Sexual, *terms[id])
			} else {
				h.Terms = append(h.Terms, *terms[id])
			}
		}
		for _, list := range [][]evidence.HarmTerm{h.Terms, h.Sexual} {
			slices.SortStableFunc(list, func(a, b evidence.HarmTerm) int { return cmp.Compare(peopleIn(b), peopleIn(a)) })
		}
		h.State, h.SexualNote = harmState(h)
		out = append(out, h)
	}
	return out
}

func harmState(h evidence.Harms) (evidence.State, string) {
	name := substanceName(h.Substance)
	switch {
	case len(h.Sexual) > 0:
		return evidence.Uncertain, sexualWithoutInterval(h.Sexual)
	case h.Rows > 0 && !vocab.Default().AsksSexual():
		return evidence.Uncertain, ""
	case h.Rows > 0:
		return evidence.Uncertain, fmt.Sprintf("None of the %s of %s names a sexual side effect. "+
			"Such effects are seldom asked for: their absence from a list does not show that there were none.",
			plural(h.Rows, "adverse event row", "adverse event rows"), name)
	case h.Coverage.Asked:
		return h.Coverage.None(), "No adverse event rows of " + name + " are in this edition."
	}
	return evidence.NotLooked, "No search of this edition asked for " + name + "."
}

// sexualWithoutInterval names the sexual side effects that are counted where no
// comparison has an interval, with the reason.
func sexualWithoutInterval(terms []evidence.HarmTerm) string {
	var names []string
	for _, t := range terms {
		if slices.ContainsFunc(t.Comparisons, func(c evidence.HarmComparison) bool { return c.Lower != nil }) {
			return ""
		}
		names = append(names, t.Name)
	}
	return "Counted, without two groups of different people to compare: " + strings.Join(names, ", ") + "; the rows are among all rows."
}

// countPeople adds one study's people to what is known of a substance.
func countPeople(h *evidence.Harms, rows []evidence.HarmRow, design string) {
	arms := map[string]int{}
	for _, r := range rows {
		if r.Unit == evidence.UnitPeople && r.AtRisk != nil && r.Control != nil && !*r.Control {
			k := r.Arm + "\x00" + r.Dose
			arms[k] = max(arms[k], *r.AtRisk)
		}
	}
	n := 0
	for _, people := range arms {
		if evidence.InBoth(rows[0].Shared, design, 0, 1) {
			n = max(n, people) // the same people in each arm
		} else {
			n += people
		}
	}
	addCount(&h.Exposed, nil, n, n > 0)
	for _, t := range []struct {
		term string
		to   *evidence.HarmCount
	}{{TermSerious, &h.Serious}, {TermDeath, &h.Deaths}, {TermStopped, &h.Stopped}} {
		affected, atRisk, stated := total(rows, t.term, evidence.InBoth(rows[0].Shared, design, 0, 1))
		addCount(t.to, &affected, atRisk, stated)
	}
}

// total is what a study states of the people of its treatment arms as a whole. Rows
// of the same people (an arm twice, arms of a crossover) are not added up: where more
// than one of them counts an event, how many people it were is not stated.
func total(rows []evidence.HarmRow, term string, same bool) (affected, atRisk int, stated bool) {
	type people struct{ affected, atRisk, counting int }
	by := map[string]people{}
	for _, r := range rows {
		if r.TermID != term || r.Affected == nil || r.AtRisk == nil || r.Control == nil || *r.Control || r.Unit != evidence.UnitPeople {
			continue
		}
		k := r.Arm + "\x00" + r.Dose
		if same {
			k = ""
		}
		p := by[k]
		p.affected, p.atRisk = p.affected+*r.Affected, max(p.atRisk, *r.AtRisk)
		if *r.Affected > 0 {
			p.counting++
		}
		by[k] = p
	}
	for _, p := range by {
		if p.counting > 1 {
			return 0, 0, false
		}
		affected, atRisk, stated = affected+p.affected, atRisk+p.atRisk, true
	}
	return affected, atRisk, stated
}

func addCount(c *evidence.HarmCount, affected *int, atRisk int, stated bool) {
	if !stated {
		c.Unstated++
		return
	}
	c.Stated++
	add := func(to **int, n int) {
		if *to != nil {
			n += **to
		}
		*to = &n
	}
	add(&c.AtRisk, atRisk)
	if affected != nil {
		add(&c.Affected, *affected)
	}
}

// harmTable names one table of one trial: comparisons stay within it.
type harmTable struct{ term, window, channel, serious string }

// compareTerms compares the arms of one study, term by term within each table.
func compareTerms(terms map[string]*evidence.HarmTerm, sexual map[string]bool, rows []evidence.HarmRow, design string) {
	tables := map[harmTable][]evidence.HarmRow{}
	var order []harmTable
	for _, r := range rows {
		if slices.Contains(totals, r.TermID) {
			continue
		}
		k := harmTable{r.TermID, r.Window, r.Channel, fmt.Sprint(r.Serious != nil, r.Serious != nil && *r.Serious)}
		if tables[k] == nil {
			order = append(order, k)
		}
		tables[k] = append(tables[k], r)
	}
	for _, k := range order {
		t := terms[k.term]
		if t == nil {
			t = &evidence.HarmTerm{ID: k.term, Name: strings.ReplaceAll(strings.TrimSpace(tables[k][0].Term), "_", " ")}
			terms[k.term] = t
		}
		sexual[k.term] = sexual[k.term] || tables[k][0].Sexual
		compareArms(t, armsOf(tables[k]), design)
	}
}

// compareArms compares the treatment arms of one table with its control arms, those
// of the same phase and cohort.
func compareArms(t *evidence.HarmTerm, arms []sidedArm, design string) {
	titled := func(a sidedArm) evidence.Group { return evidence.Group{Title: a.Arm} }
	var titles []evidence.Group
	for _, a := range arms {
		titles = append(titles, titled(a))
	}
	divisions := evidence.ParallelDivisions(titles)
	compared := map[int]bool{}
	for i, a := range arms {
		for j, c := range arms {
			if a.control == nil || *a.control || c.control == nil || !*c.control || divisions(titled(a)).Apart(divisions(titled(c))) != "" {
				continue
			}
			compared[i], compared[j] = true, true
			t.Comparisons = append(t.Comparisons, compare(a, c, design))
		}
	}
	for i, a := range arms {
		if !compared[i] {
			t.Alone = append(t.Alone, a.HarmArm)
		}
	}
}

type sidedArm struct {
	evidence.HarmArm
	control *bool
	shared  evidence.Tri
}

// armsOf joins the rows of one arm. A term that is in it several times (the
// source folded several terms into one) has no count of people: rows cannot be
// added up.
func armsOf(rows []evidence.HarmRow) []sidedArm {
	var out []sidedArm
	for _, r := range rows {
		i := slices.IndexFunc(out, func(a sidedArm) bool { return a.Arm == r.Arm && a.Dose == r.Dose })
		if i < 0 {
			out = append(out, sidedArm{evidence.HarmArm{StudyID: r.StudyID, Label: r.Label, Arm: r.Arm, Dose: r.Dose, Window: r.Window,
				OtherDose: r.OtherDose, Flags: slices.Clone(r.Flags), Unit: r.Unit, Serious: r.Serious,
				Affected: r.Affected, AtRisk: r.AtRisk, Rows: []string{r.ID}}, r.Control, r.Shared})
			continue
		}
		out[i].Affected = nil
		for _, f := range r.Flags {
			if !slices.Contains(out[i].Flags, f) {
				out[i].Flags = append(out[i].Flags, f)
			}
		}
		out[i].Rows = append(out[i].Rows, r.ID)
	}
	return out
}

func compare(treat, control sidedArm, design string) evidence.HarmComparison {
	c := evidence.HarmComparison{Treat: treat.HarmArm, Control: control.HarmArm}
	switch {
	case len(treat.Rows) > 1 || len(control.Rows) > 1:
		c.Note = "the term stands more than once in an arm's table; its rows cannot be added up to people"
	case treat.Affected == nil || control.Affected == nil || treat.AtRisk == nil || control.AtRisk == nil:
		c.Note = "a count is not stated"
	case treat.Unit != evidence.UnitPeople || control.Unit != evidence.UnitPeople:
		c.Note = "not counted in people: the same people may be in the table more than once"
	case evidence.InBoth(treat.shared, design, *treat.AtRisk, *control.AtRisk):
		c.Note = "the same people may be in both arms: no interval"
		d := float64(*treat.Affected)/float64(*treat.AtRisk) - float64(*control.Affected)/float64(*control.AtRisk)
		if *treat.AtRisk > 0 && *control.AtRisk > 0 {
			c.Difference = &d
		}
	default:
		if rd, ci, ok := effect.NewcombeRD(effect.Events{K: float64(*treat.Affected), N: float64(*treat.AtRisk)},
			effect.Events{K: float64(*control.Affected), N: float64(*control.AtRisk)}, 0.95); ok {
			c.Difference, c.Lower, c.Upper = &rd, &ci.Lower, &ci.Upper
		} else {
			c.Note = "the counts are no counts of people"
		}
	}
	return c
}

// peopleIn orders terms: the people affected in treatment arms.
func peopleIn(t evidence.HarmTerm) int {
	n := 0
	for _, c := range t.Comparisons {
		if c.Treat.Affected != nil && c.Treat.Unit == evidence.UnitPeople {
			n += *c.Treat.Affected
		}
	}
	for _, a := range t.Alone {
		if a.Affected != nil && a.Unit == evidence.UnitPeople {
			n += *a.Affected
		}
	}
	return n
}

func sortedKeys[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
