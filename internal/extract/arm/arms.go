// Package arm reads what a reporting group of a record was given, and says of
// two groups whether they make a comparison: the studied drug on one side, its
// control on the other. It reads no outcomes.
package arm

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"past/internal/evidence"
	"past/internal/text"
	"past/internal/vocab"
)

// part is one thing that an arm gives.
type part struct {
	name  string // for people
	drug  string // own vocabulary id, "" where the vocabulary has none
	class string // for what is no drug of the vocabulary: a comparator class
}

// key reports whether two arms give the same thing.
func (p part) key() string {
	if p.drug != "" {
		return p.drug
	}
	return text.Squash(p.name)
}

// Reading is what a reporting group is given in the randomised phase.
type Reading struct {
	Group   evidence.Group
	planned string // label of the planned arm it was matched to, "" if none
	kind    string // the register's arm type
	label   vocab.Given
	parts   []part
	Doses   map[string]vocab.Dose // the largest, by own drug id
	waits   bool                  // waits, or is treated later
	Later   []string              // drugs given only after the randomised phase
	Wait    *float64              // weeks until then, where stated
	Doubt   string                // why the reading is not certain, "" if it is
	Pooled  bool                  // a group made of other groups
	sham    bool                  // gives a placebo alone, and its label names the drug that this imitates
	// Divisions are the phases and cohorts that the group is of.
	Divisions evidence.Divisions
	// Untreated is a group of people who were given nothing: they are no arm
	Untreated bool
}

// notTreated finds groups of people who never got what they were assigned,
// assignedOnly descriptions that say so.
var notTreated = regexp.MustCompile(`(?i)\b(?:never|not|didn't|did not) ` +
	`(?:(?:yet|been|be|receive|received|get|got|take|took|start|started|any|the|their) )*` +
	`(?:study |trial |assigned |allocated )*(?:treat(?:ed|ment)|dos(?:ed?|ing)|drugs?|medications?|interventions?|randomi[sz]ed|enrol?led)\b` +
	`|\bun(?:treated|dosed) (?:participants|patients|subjects)|\bscreen(?:ing)? failures?\b|\brun-?in failures?\b`)

var assignedOnly = regexp.MustCompile(`(?i)\b(?:randomi[sz]ed|assigned|allocated|enrol?led)\b[^.]*\b(?:never|did not|were ` +
	`not|was not)\b[^.]*\b(?:receiv\w+|treated|dosed|start\w*)\b`)

// Inert is what the inactive placebo of a comparison group is made of, by its title,
// else by its descriptions and those of its planned arm: "saline". It is "" where the
// title names it itself, and where no text or several name one.
func (a *Reading) Inert(r *evidence.Record, v *vocab.Vocabulary) string {
	if len(v.Given(a.Group.Title).Inert) > 0 {
		return ""
	}
	texts := []string{RandomisedPart(a.Group.Description)}
	for _, x := range r.Arms {
		if x.Label != a.planned || a.planned == "" {
			continue
		}
		texts = append(texts, x.Label, RandomisedPart(x.Description))
		for _, in := range interventionsOf(r, x) {
			texts = append(texts, in.Name, in.Description)
		}
	}
	found := ""
	for _, text := range texts {
		for _, name := range v.Given(text).Inert {
			if name = strings.TrimPrefix(name, "normal "); strings.HasSuffix(name, "sodium chloride") {
				name = "saline"
			}
			if found != "" && found != name {
				return ""
			}
			found = name
		}
	}
	return found
}

var pooledGroup = regexp.MustCompile(`(?i)^(?:all|total|overall|entire|combined|pooled)\b|\b(?:pooled|combined|all ` +
	`(?:participants|patients|subjects|arms|groups|doses)|total)\b`)

// ReadGroup says of a reporting group which planned arm it is and what it is given
// in the randomised phase; what comes later is apart.
func ReadGroup(r *evidence.Record, g evidence.Group, v *vocab.Vocabulary) Reading {
	a := read(r, g, v)
	a.setLater(r, v)
	return a
}

// read finds the planned arm of a group, by its words and never by its number, and
// what it is given. Label and interventions outrank descriptions, which tell the
// whole protocol.
func read(r *evidence.Record, g evidence.Group, v *vocab.Vocabulary) Reading {
	a := Reading{Group: g, Pooled: pooledGroup.MatchString(g.Title), Doses: map[string]vocab.Dose{}}
	own := v.Given(g.Title)
	i, ok, both := matchArm(r.Arms, g)
	description := RandomisedPart(g.Description)
	a.Wait = waitOf(g.Description)
	if notTreated.MatchString(g.Title) || assignedOnly.MatchString(g.Description) {
		a.Untreated = true
		return a
	}
	if !ok {
		a.label = own
		a.read(v, g.Title, nil, description)
		switch {
		case both != "":
			a.Doubt = both
		case a.Silent():
			a.Doubt = "the group matches no planned arm and its words do not say what is given"
		}
		return a
	}
	arm := r.Arms[i]
	a.planned, a.kind = arm.Label, strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(arm.Type), " ", "_"))
	a.label = v.Given(arm.Label)
	a.read(v, arm.Label, interventionsOf(r, arm), RandomisedPart(arm.Description))
	a.findDoses(v, g.Title, description)
	if w := waitOf(arm.Description); w != nil {
		a.Wait = w
	}
	if a.label.PlaceboFirst || a.label.DrugFirst {
		a.Doubt = "the arm takes placebo and drug in turn: only the time before the crossover is a comparison"
	}
	for _, d := range own.Drugs {
		if v.Studied(d) && !a.gives(d) && !a.sham {
			a.Doubt = "the reporting group names " + d + ", the planned arm " + arm.Label + " does not"
		}
	}
	if own.Words[vocab.InactivePlacebo] != "" && len(own.Drugs) == 0 && !a.has(vocab.InactivePlacebo) && len(a.label.Drugs) > 0 {
		a.Doubt = "the planned arm gives " + strings.Join(a.label.Drugs, ", ") + ", the reporting group is called placebo"
	}
	return a
}

// read collects what is given: from the interventions, then from the label,
// and only where both are silent from the description.
func (a *Reading) read(v *vocab.Vocabulary, label string, in []evidence.Intervention, description string) {
	for _, x := range in {
		a.add(partsOf(v, x)...)
	}
	if len(in) == 0 {
		for _, s := range segments.Split(label, -1) {
			a.add(partsOf(v, evidence.Intervention{Name: s, Type: "LABEL"})...)
		}
	}
	a.sham = len(a.parts) > 0 && a.label.Words[vocab.InactivePlacebo] != "" &&
		!slices.ContainsFunc(a.parts, func(p part) bool { return p.class != vocab.InactivePlacebo })
	for _, d := range a.label.Drugs {
		if !a.sham { // unlike "Digital Therapeutic B - Sham"
			a.add(part{name: NameOf(v, d), drug: d})
		}
	}
	for _, c := range []string{vocab.InactivePlacebo, vocab.TherapyAlone} {
		if w := a.label.Words[c]; w != "" && !a.has(c) {
			a.add(part{name: w, class: c})
		}
	}
	a.waits = a.label.Words[vocab.Waitlist] != "" || a.has(vocab.Waitlist)
	texts := []string{label}
	for _, x := range in {
		texts = append(texts, x.Name+" "+x.Description)
	}
	if len(a.parts) == 0 {
		a.add(partsOf(v, evidence.Intervention{Name: description, Type: "TEXT"})...)
	}
	a.findDoses(v, append(texts, description)...)
}

// segments part a label into what it names side by side.
var segments = regexp.MustCompile(`(?i)\s*(?:\+|\bplus\b|\badded to\b|;)\s*`)

// NameOf is the name of a substance of the vocabulary.
func NameOf(v *vocab.Vocabulary, id string) string {
	if s, ok := v.Substance(id); ok {
		return s.Name
	}
	return id
}

// partsOf reads one intervention.
func partsOf(v *vocab.Vocabulary, x evidence.Intervention) []part {
	g := v.Given(x.Name)
	said := x.Name
	if len(g.Drugs) == 0 && len(g.Words) == 0 && len(g.Imitated) == 0 && len(x.OtherNames) > 0 {
		said = strings.Join(x.OtherNames, "; ")
		g = v.Given(said)
	}
	if len(g.Drugs) == 0 {
		return withoutDrug(x, g)
	}
	var out []part
	for _, d := range g.Drugs {
		out = append(out, part{name: NameOf(v, d), drug: d})
	}
	switch strings.ToUpper(x.Type) {
	case "DRUG", "COMBINATION_PRODUCT", "BIOLOGICAL":
		out = append(out, besides(v, said)...)
	}
	return out
}

// withoutDrug reads an intervention that names no drug of the vocabulary.
func withoutDrug(x evidence.Intervention, g vocab.Given) []part {
	name, kind, class := strings.TrimSpace(x.Name), strings.ToUpper(x.Type), vocab.OtherDrug
	switch {
	case name == "":
		return nil
	case g.Words[vocab.InactivePlacebo] != "" || len(g.Imitated) > 0 || kind == "SHAM":
		class = vocab.InactivePlacebo
	case g.Words[vocab.Waitlist] != "":
		class = vocab.Waitlist
	case g.Words[vocab.TherapyAlone] != "" || g.Therapy || kind == "BEHAVIORAL":
		class = vocab.TherapyAlone
	case kind == "TEXT" || kind == "LABEL" && !backgroundWord.MatchString(name):
		return nil // words that name nothing given
	}
	return []part{{name: name, class: class}}
}

// besides are the things of unknown name that the name of a drug intervention
// joins to a drug: "Ketamine + Dexmedetomidine".
func besides(v *vocab.Vocabulary, name string) []part {
	var out []part
	for _, s := range joined.Split(name, -1) {
		s = strings.TrimSpace(s)
		g := v.Given(s)
		named := len(g.Drugs) > 0 || len(g.Imitated) > 0 || len(g.Words) > 0 || g.Therapy
		if !named && drugLike.MatchString(s) && !delivery.MatchString(s) && v.Route(s) == "" {
			out = append(out, part{name: s, class: vocab.OtherDrug})
		}
	}
	return out
}

var (
	joined   = regexp.MustCompile(`(?i)\s+(?:\+|plus|and|combined with|added to)\s+|\s*[+/]\s*`)
	drugLike = regexp.MustCompile(`(?i)^[a-z][a-z-]{5,}(?:\s+(?:hydrochloride|hcl|\d.*|tablets?|sodium|acetate|sulfate|citrate))*$`)
)

// backgroundWord finds what a label adds to a treatment without naming a drug.
var backgroundWord = regexp.MustCompile(`(?i)^(?:soc|(?:oral |new |open[\s-]label ` +
	`)*(?:anti-?depressants?|ad|medications?|background therapy|standard of care))\b`)

func (a *Reading) add(ps ...part) {
	for _, p := range ps {
		if !slices.ContainsFunc(a.parts, func(q part) bool { return q.key() == p.key() }) {
			a.parts = append(a.parts, p)
		}
	}
}

func (a *Reading) has(class string) bool {
	return slices.ContainsFunc(a.parts, func(p part) bool { return p.drug == "" && p.class == class })
}

func (a *Reading) gives(drug string) bool {
	return slices.ContainsFunc(a.parts, func(p part) bool { return p.drug == drug })
}

// findDoses keeps the dose of each drug of the arm from the first text that has
// one. A dose in a text without a drug is that of the arm's only drug.
func (a *Reading) findDoses(v *vocab.Vocabulary, texts ...string) {
	var drugs []string
	for _, p := range a.parts {
		if p.drug != "" {
			drugs = append(drugs, p.drug)
		}
	}
	for _, text := range texts {
		g := v.Given(text)
		if len(drugs) == 1 && len(g.Drugs) == 0 && len(g.Imitated) == 0 && len(a.parts) == 1 {
			g = v.Given(NameOf(v, drugs[0]) + " " + text)
		}
		for _, d := range drugs {
			if _, known := a.Doses[d]; known {
				continue
			}
			var best vocab.Dose
			for _, x := range g.Doses {
				if x.Substance == v.Family(d) && more(x, best) {
					best = x
				}
			}
			if best.Amount > 0 {
				a.Doses[d] = best
			}
		}
	}
	route := ""
	for _, text := range texts {
		if route == "" {
			route = v.Route(text)
		}
	}
	for d, x := range a.Doses {
		if x.Route == "" {
			x.Route = route
			a.Doses[d] = x
		}
	}
}

func more(a, b vocab.Dose) bool {
	x, ok := vocab.Convert(a, "mg")
	y, okB := vocab.Convert(b, "mg")
	return ok && (!okB || x > y) || !ok && !okB && b.Amount == 0
}

func interventionsOf(r *evidence.Record, arm evidence.Arm) []evidence.Intervention {
	var out []evidence.Intervention
	for _, name := range arm.InterventionNames {
		kind, plain, typed := strings.Cut(name, ": ")
		if !typed {
			kind, plain = "", name
		}
		in := evidence.Intervention{Name: plain, Type: strings.ToUpper(kind)}
		for _, x := range r.Interventions {
			if strings.EqualFold(strings.TrimSpace(x.Name), strings.TrimSpace(plain)) {
				in = x
				break
			}
		}
		out = append(out, in)
	}
	return out
}

var (
	sentenceEnd = regexp.MustCompile(`[.;\n]\s+|\n`)
	laterWords  = regexp.MustCompile(`(?i)\bfollow[\s-]?up phase\b|\bcontinuation\b|\bmaintenance\b|\bextension\b|` +
		`\bopen[\s-]label (?:phase|period|treatment|session|part|portion)|\boptional\b|\b(?:up)?on completion\b|\bafter (?:the ` +
		`)?(?:\w+ )?(?:completion|unblinding|primary|end of|double|blinded|crossover)|\bsubsequently\b|\bthereafter\b|\blater\b|` +
		`\bcross(?:ed|es|ing)?[\s-]?over\b|\bwill (?:then|be offered)\b|\bwere (?:then )?offered\b|\bmay (?:then )?(?:receive|be ` +
		`offered)\b|\bfollowing (?:the )?(?:double|blind)`)
	waitFor = regexp.MustCompile(`(?i)\b(?:after|wait(?:ing)?(?: for| period of)?|delay(?:ed)?(?: of| by| ` +
		`for)?)\s+(?:an?\s+)?([\w-]+?)[\s-]*(week|month|day)s?\b`)
)

// RandomisedPart leaves out the sentences of a description that tell of later,
// optional or continued treatment.
func RandomisedPart(description string) string {
	var kept []string
	for _, s := range sentenceEnd.Split(description, -1) {
		if !laterWords.MatchString(s) {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, ". ")
}

// waitOf is after how many weeks an arm is treated that waits at first.
func waitOf(description string) *float64 {
	m := waitFor.FindStringSubmatch(description)
	if m == nil {
		return nil
	}
	t, ok := text.Single(m[1] + " " + m[2] + "s")
	if !ok || t.Weeks <= 0 {
		return nil
	}
	return &t.Weeks
}

// matchArm finds the planned arm of a reporting group by name: the one with its
// title, else the one with which its title begins or ends, else the one whose
// words it shares clearly more than any other's. A title that begins with one
// arm and ends with another fits neither; other names both.
func matchArm(arms []evidence.Arm, g evidence.Group) (i int, ok bool, other string) {
	title := text.Squash(g.Title)
	if title == "" {
		return 0, false, ""
	}
	if i := slices.IndexFunc(arms, func(a evidence.Arm) bool { return text.Squash(a.Label) == title }); i >= 0 {
		return i, true, ""
	}
	switch at := labelsIn(arms, words(g.Title)); len(at) {
	case 0:
	case 1:
		return at[0], true, ""
	default:
		return 0, false, fmt.Sprintf("its title fits the arms %q and %q", arms[at[0]].Label, arms[at[1]].Label)
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
	return at, at >= 0 && best >= 0.5 && best-second >= 0.15, ""
}

// labelsIn are the arms with whose label a title begins or ends, word by word,
// less those whose label another one holds ("Placebo" in "Oral Placebo").
func labelsIn(arms []evidence.Arm, title []string) []int {
	var at []int
	for i, arm := range arms {
		w := words(arm.Label)
		if n := len(title) - len(w); len(w) > 0 && n >= 0 && (slices.Equal(title[:len(w)], w) || slices.Equal(title[n:], w)) {
			at = append(at, i)
		}
	}
	return slices.DeleteFunc(slices.Clone(at), func(i int) bool {
		return slices.ContainsFunc(at, func(j int) bool {
			a, b := " "+strings.Join(words(arms[i].Label), " ")+" ", " "+strings.Join(words(arms[j].Label), " ")+" "
			return i != j && (a != b && strings.Contains(b, a) || a == b && j < i)
		})
	})
}

// words are the words and numbers of a title in lower case.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// overlap is the share of words that two texts have in common.
func overlap(a, b string) float64 {
	x, y := text.WordSet(a), text.WordSet(b)
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

// Role is what a reporting group was given and whether it is a comparison group;
// Control is nil where its words and its planned arm do not say, and for groups of
// people who are in another group too.
type Role struct {
	Substances []string
	Control    *bool
}

// GroupRoles reads reporting groups beside each other, as effects do: a comparison
// group is one against which another group has a studied drug, or a treatment dose
// of it. The register's arm type alone does not make a group that was given the
// drug one, and a drug of every group compares none of them.
func GroupRoles(r *evidence.Record, groups []evidence.Group, v *vocab.Vocabulary) []Role {
	arms := make([]Reading, len(groups))
	divisions := evidence.ParallelDivisions(groups)
	for i, g := range groups {
		arms[i] = read(r, g, v)
		if own := v.Given(g.Title); (arms[i].label.PlaceboFirst || arms[i].label.DrugFirst) && !own.PlaceboFirst && !own.DrugFirst {
			// named after one treatment where the arms are sequences: the time on it, of everybody
			arms[i] = read(&evidence.Record{Interventions: r.Interventions}, g, v)
		}
		arms[i].setLater(r, v)
		arms[i].Divisions = divisions(g)
	}
	first := slices.ContainsFunc(arms, func(a Reading) bool { return !laterGroup(a) })
	out := make([]Role, len(arms))
	for i, a := range arms {
		for _, x := range a.parts {
			if x.drug != "" && !slices.Contains(out[i].Substances, x.drug) {
				out[i].Substances = append(out[i].Substances, x.drug)
			}
		}
		if a.Pooled || a.Untreated || a.Doubt != "" || first && laterGroup(a) {
			continue
		}
		treats, compared := false, false
		for j, o := range arms {
			if j == i || o.Pooled {
				continue
			}
			_, why := Compare(v, a, o)
			treats = treats || why == nil
			p, why := Compare(v, o, a)
			compared = compared || why == nil && p.Class != OtherDose
		}
		studied := studiedOf(v, a.parts) != ""
		is := compared || a.waits || !studied
		switch {
		case treats:
			is = false
		case is && !compared && !a.waits && !a.has(vocab.InactivePlacebo) && !strings.HasSuffix(a.kind, "_COMPARATOR") &&
			a.kind != "NO_INTERVENTION":
			continue
		}
		out[i].Control = &is
	}
	return out
}

// setLater takes a studied drug out of an arm that is called a placebo or
// waits, where another arm is named after that drug: it comes after the
// crossover, in the extension or after the waiting time.
func (a *Reading) setLater(r *evidence.Record, v *vocab.Vocabulary) {
	passive := a.label.Words[vocab.InactivePlacebo] != "" || a.calledPlacebo()
	kept := make([]part, 0, len(a.parts))
	for _, x := range a.parts {
		if x.drug == "" || !v.Studied(x.drug) || slices.Contains(a.label.Drugs, x.drug) && !a.label.PlaceboFirst {
			kept = append(kept, x)
			continue
		}
		named := slices.ContainsFunc(r.Arms, func(o evidence.Arm) bool {
			return o.Label != a.planned && slices.Contains(v.Given(o.Label).Drugs, x.drug)
		})
		if a.waits || a.label.PlaceboFirst || passive && named {
			a.Later = append(a.Later, x.drug)
			continue
		}
		kept = append(kept, x)
	}
	a.parts = kept
}
