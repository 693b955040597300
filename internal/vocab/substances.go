package vocab

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// doseReach is the distance in tokens between a dose and its drug.
const doseReach = 6

// findDoses reads amounts with a unit of mass and gives each to the nearest drug
// named, as long as one is near or only one is named at all.
func (r *reading) findDoses(v *Vocabulary) []Dose {
	var drugs []found
	for i, h := range r.hits {
		if h.kind == patSubstance && r.inside[i] == nil && !r.imitated(h) {
			drugs = append(drugs, h)
		}
	}
	if len(drugs) == 0 {
		return nil
	}
	only := true // several names of one drug count as one
	for _, d := range drugs {
		only = only && d.id == drugs[0].id
	}
	var doses []Dose
	for i := 0; i < len(r.tokens); i++ {
		if withinAny(drugs, i) {
			continue // the 360 of COMP360
		}
		d, next, ok := r.doseAt(i)
		if !ok {
			continue
		}
		if drug, near := nearestDrug(drugs, i, next-1, only); near {
			d.Substance = v.foldedSubstance(drug.id)
			doses = append(doses, d)
		}
		i = next - 1
	}
	return doses
}

func withinAny(list []found, i int) bool {
	for _, f := range window(list, i-longestName, i) {
		if f.first <= i && i <= f.last {
			return true
		}
	}
	return false
}

// nearestDrug picks the drug closest to the tokens [first, last]; only says that
// no other drug is named, so that any distance will do.
func nearestDrug(drugs []found, first, last int, only bool) (found, bool) {
	near := window(drugs, first-doseReach-longestName, last+doseReach)
	if only {
		near = drugs[:1]
	}
	var best found
	dist := -1
	for _, d := range near {
		x := 0
		switch {
		case d.first > last:
			x = d.first - last
		case d.last < first:
			x = first - d.last
		}
		if dist < 0 || x < dist {
			best, dist = d, x
		}
	}
	return best, only || dist >= 0 && dist <= doseReach
}

// doseAt reads "25 mg", "0.5 to 1 mg/kg", "1 or 3 mg/70 kg" at token i and
// returns the token after it. "mg/ml" and "mmHg" are not doses.
func (r *reading) doseAt(i int) (d Dose, next int, ok bool) {
	amount, ok := r.amount(i)
	if !ok {
		return Dose{}, i, false
	}
	d.Amount = amount
	next = i + 1
	// a range or an alternative: "1 or 3", "1-3", "1 to 3"
	if j := next; j < len(r.tokens) {
		joined := strings.ContainsAny(r.text[r.tokens[j-1].End:r.tokens[j].Start], "-–—‐‑−")
		if w := r.tokens[j].Text; (w == "to" || w == "or" || w == "and") && j+1 < len(r.tokens) {
			j, joined = j+1, true
		}
		upper, isNumber := r.amount(j)
		if isNumber && joined && r.tokens[j].Gap <= gapSoft && !strings.ContainsAny(r.text[r.tokens[i].End:r.tokens[j].Start], "()[]:") {
			if _, _, hasUnit := r.unitAt(j + 1); hasUnit {
				d.Upper, next = upper, j+1
			}
		}
	}
	unit, after, ok := r.unitAt(next)
	if !ok {
		return Dose{}, i, false
	}
	d.Unit = unit
	// an alternative with a unit of its own: "56 mg or 84 mg"
	if after+1 < len(r.tokens) && d.Upper == 0 && (r.tokens[after].Text == "or" || r.tokens[after].Text == "to") &&
		r.tokens[after].Gap <= gapSoft && r.tokens[after+1].Gap <= gapSoft {
		if upper, isNumber := r.amount(after + 1); isNumber && upper > amount {
			if same, end, hasUnit := r.unitAt(after + 2); hasUnit && same == unit {
				d.Upper, after = upper, end
			}
		}
	}
	d.Text = r.text[r.tokens[i].Start:r.tokens[after-1].End]
	return d, after, true
}

func (r *reading) amount(i int) (float64, bool) {
	if i >= len(r.tokens) || !r.tokens[i].Number() {
		return 0, false
	}
	x, err := strconv.ParseFloat(r.tokens[i].Raw, 64)
	return x, err == nil && x > 0
}

// unitAt reads a unit of mass at token i, with "/kg" or "/70 kg" after it.
func (r *reading) unitAt(i int) (unit string, next int, ok bool) {
	if i >= len(r.tokens) || r.tokens[i].Gap > gapSoft {
		return "", i, false
	}
	switch r.tokens[i].Text {
	case "mg", "mgs", "milligram", "milligrams":
		unit = "mg"
	case "ug", "mcg", "microgram", "micrograms", "mug":
		unit = "ug"
	case "g", "gram", "grams":
		unit = "g"
	default:
		return "", i, false
	}
	next = i + 1
	between := func(j int) string { return r.text[r.tokens[j-1].End:r.tokens[j].Start] }
	per := func(j int) bool {
		return j < len(r.tokens) && (strings.Contains(between(j), "/") || r.tokens[j].Text == "per")
	}
	if !per(next) {
		return unit, next, true
	}
	if r.tokens[next].Text == "per" {
		next++
	}
	if next < len(r.tokens) && r.tokens[next].Text == "70" && next+1 < len(r.tokens) && r.tokens[next+1].Text == "kg" {
		return unit + "/70kg", next + 2, true
	}
	if next < len(r.tokens) && r.tokens[next].Text == "kg" && !per(next+1) {
		return unit + "/kg", next + 1, true
	}
	return "", i, false // per millilitre, per day: a concentration or a rate, also by weight
}

// Comparator class ids, as in the embedded data.
const (
	InactivePlacebo = "inactive-placebo"
	ActivePlacebo   = "active-placebo-or-low-dose"
	OtherDrug       = "other-drug"
	TherapyAlone    = "therapy-alone"
	Waitlist        = "waitlist-or-delayed"
	NoComparator    = "none"
)

// Dose is an amount of a substance found in words.
type Dose struct {
	Substance string // the id that it counts as
	Amount    float64
	Upper     float64 // set for "0.5 to 1 mg", else 0
	Unit      string  // mg, ug, mg/kg, mg/70kg, ...
	Text      string  // as it stood
	Route     string  // oral, intranasal, ...; "" is not stated
}

// Given is what the words of a label, an intervention's name or a description
// say is given.
type Given struct {
	// Drugs are the active drugs by their own ids, in the order of their first
	// mention; a drug that a placebo only imitates is in Imitated.
	Drugs    []string
	Imitated []string
	// Words are the comparator classes that are named, with the words that do.
	Words map[string]string
	// Inert are the names of what an inactive placebo is made of ("saline"), unlike words
	// that only call it one.
	Inert []string
	Doses []Dose
	// Therapy is set where psychological or usual care is named.
	Therapy bool
	// PlaceboFirst and DrugFirst are set for "placebo, then MDMA" and the reverse.
	PlaceboFirst, DrugFirst bool
}

// calledInert finds the words that call something an inactive placebo without naming it.
var calledInert = regexp.MustCompile(`placebo|inert|dummy|vehicle|pbo|sham`)

// Given reads what a text says is given.
func (v *Vocabulary) Given(text string) Given {
	g := Given{Words: map[string]string{}}
	if strings.TrimSpace(text) == "" {
		return g
	}
	r := v.readIn(&reading{v: v, text: text, given: true}, 0, "")
	for i, h := range r.hits {
		switch {
		case r.inside[i] != nil:
		case h.kind == patSubstance && r.imitated(h):
			g.Imitated = appendNew(g.Imitated, h.id)
		case h.kind == patSubstance:
			g.Drugs = appendNew(g.Drugs, h.id)
		case h.kind == patComparator:
			if said := strings.ToLower(r.surface(h)); h.id == InactivePlacebo && !calledInert.MatchString(said) {
				g.Inert = appendNew(g.Inert, said)
			}
			if _, ok := g.Words[h.id]; !ok {
				g.Words[h.id] = r.surface(h)
			}
		}
	}
	g.Doses = r.findDoses(v)
	route := r.route()
	for i := range g.Doses {
		g.Doses[i].Route = route
	}
	for _, t := range r.tokens {
		switch t.Text {
		case "therapy", "psychotherapy", "counseling", "psycheducation", "education", "educational", // as tokens are folded: oe is e
			"cbt", "support", "mindfulness", "psychological":
			g.Therapy = true
		}
	}
	g.PlaceboFirst, g.DrugFirst = r.sequence(v)
	return g
}

var routes = map[string]string{
	"intranasal": "intranasal", "intranasally": "intranasal", "nasal": "intranasal", "nasally": "intranasal", "spray": "intranasal",
	"intravenous": "intravenous", "intravenously": "intravenous", "iv": "intravenous", "infusion": "intravenous", "infusions": "intravenous",
	"infused":       "intravenous",
	"intramuscular": "intramuscular", "intramuscularly": "intramuscular", "im": "intramuscular",
	"subcutaneous": "subcutaneous", "subcutaneously": "subcutaneous", "sublingual": "sublingual",
	"oral": "oral", "orally": "oral", "capsule": "oral", "capsules": "oral", "tablet": "oral", "tablets": "oral",
}

// route is the one route of administration that is named; "" for none or
// several.
func (r *reading) route() string {
	found := ""
	for _, t := range r.tokens {
		if x := routes[t.Text]; x != "" {
			if found != "" && found != x {
				return ""
			}
			found = x
		}
	}
	return found
}

// Route is the one route of administration that a text names; "" for none or
// several.
func (v *Vocabulary) Route(text string) string { return v.read(text, 0).route() }

// sequence reads "placebo, then MDMA" and the reverse.
func (r *reading) sequence(v *Vocabulary) (placeboFirst, drugFirst bool) {
	placebo, active, turn := -1, -1, false
	for i, h := range r.hits {
		switch {
		case h.kind == patComparator && h.id == InactivePlacebo && placebo < 0:
			placebo = h.first
		case h.kind == patSubstance && r.inside[i] == nil && active < 0 && !r.imitated(h) && v.Studied(h.id):
			active = h.first
		}
	}
	for _, t := range r.tokens {
		switch t.Text {
		case "then", "followed", "first", "crossover", "sequence", "second":
			turn = true
		}
	}
	if placebo < 0 || active < 0 || !turn {
		return false, false
	}
	return placebo < active, placebo > active
}

// imitated reports whether a drug is named as what a placebo imitates
// ("psilocybin placebo", "placebo matching MDMA", "placebo (matching to
// esketamine)").
func (r *reading) imitated(f found) bool {
	for _, h := range window(r.hits, f.first-longestName, f.last+4) {
		if h.kind != patComparator || h.id != InactivePlacebo {
			continue
		}
		if h.first > f.last && h.first-f.last <= 2 && r.joined(f.last, h.first, placeboJoin, nil) {
			return true // "psilocybin placebo", "ketamine-matched placebo"
		}
		if h.last < f.first && f.first-h.last <= 6 && r.joined(h.last, f.first, placeboFor, imitates) {
			return true // "placebo for MDMA", "placebo infusion matching ketamine"
		}
	}
	return false
}

var (
	placeboJoin = map[string]bool{"matched": true, "matching": true, "like": true, "dummy": true}
	placeboFor  = map[string]bool{"for": true, "of": true, "to": true, "matching": true, "matched": true, "the": true, "oral": true,
		"intranasal":  true,
		"intravenous": true, "identical": true, "infusion": true, "capsule": true, "capsules": true, "tablet": true, "tablets": true,
		"nasal": true,
		"spray": true, "solution": true, "injection": true, "that": true, "matches": true, "in": true, "appearance": true, "dose": true,
		"mimicking": true}
	imitates = map[string]bool{"for": true, "of": true, "to": true, "matching": true, "matched": true, "identical": true, "matches": true,
		"mimicking": true}
)

// joined reports whether only allowed words stand between two places, and one
// of need where it is given.
func (r *reading) joined(last, first int, allowed, need map[string]bool) bool {
	seen := need == nil
	for i := last + 1; i < first; i++ {
		t := r.tokens[i]
		if !allowed[t.Text] || t.Gap >= gapHard && !r.opensBracket(i) {
			return false
		}
		seen = seen || need[t.Text]
	}
	return seen && r.tokens[first].Gap < gapHard
}

// opensBracket reports whether only an opening bracket parts a token from the
// one before.
func (r *reading) opensBracket(i int) bool {
	return strings.Trim(r.text[r.tokens[i-1].End:r.tokens[i].Start], " \t(") == ""
}

// Studied reports whether a substance is a subject of research here: one of the
// tracker's, a psychoactive drug of the field, or one of a person's own without
// a class.
func (v *Vocabulary) Studied(id string) bool {
	s := v.bySubstance[id]
	if s == nil {
		return false
	}
	family := v.bySubstance[v.foldedSubstance(id)]
	return s.Core || s.Class == "" || psychoactive(s.Class) || family != nil && family.Core
}

// Family is the id under which a substance is counted: ketamine for esketamine.
func (v *Vocabulary) Family(id string) string { return v.foldedSubstance(id) }

// placeRank orders the sections by how surely a substance named there was
// studied: what only the background names was studied by others.
func placeRank(s section) int {
	switch s {
	case secTitle:
		return 3
	case secBackground, secOther, secExclusion:
		return 1
	}
	return 2
}

var rankNames = [...]string{1: "background only", 2: "text", 3: "title"}

// aboutSubstances decides for each substance whether the study is about it. A
// substance is the subject where the title or the study's own sections name it.
// One that only the background names is a mention, unless no substance has a
// better place.
func (r *reading) aboutSubstances() []Subject {
	type seen struct {
		rank, count int
		first       found
	}
	by := map[string]*seen{}
	best := 0
	for i, h := range r.hits {
		if h.kind != patSubstance || r.inside[i] != nil {
			continue
		}
		id := r.v.foldedSubstance(h.id)
		rank := placeRank(r.sentences[r.sentenceOf[h.first]].section)
		s := by[id]
		if s == nil {
			s = &seen{first: h}
			by[id] = s
		}
		s.count++
		if rank > s.rank {
			s.rank, s.first = rank, h
		}
		if p := r.v.bySubstance[id]; p != nil && psychoactive(p.Class) {
			best = max(best, rank)
		}
	}
	var list []Subject
	for _, id := range sortedKeys(by) {
		s := by[id]
		about := s.rank >= 2 || s.rank >= best
		reason := fmt.Sprintf("%q, best place: %s", r.surface(s.first), rankNames[s.rank])
		if !about {
			reason += "; another substance has a better place"
		}
		list = append(list, Subject{ID: id, About: about, Score: float64(s.rank), Count: s.count, Reasons: []string{reason}})
	}
	sortSubjects(list)
	return list
}

func psychoactive(class string) bool {
	switch class {
	case "entactogen", "classic-psychedelic", "atypical-psychedelic", "dissociative", "cathinone":
		return true
	}
	return false
}

// foldedSubstance returns the id under which a substance is counted.
func (v *Vocabulary) foldedSubstance(id string) string {
	if s := v.bySubstance[id]; s != nil && s.FoldInto != "" {
		return s.FoldInto
	}
	return id
}

// mostPerKilo is far above any dose given to people, in milligrams per kilogram.
var mostPerKilo = map[string]float64{"psilocybin": 1.5, "mdma": 6, "lsd": 0.02, "ketamine": 15}

// DosesOf are the doses of a substance that a text about it states.
func (v *Vocabulary) DosesOf(substance, text string) []Dose {
	s, ok := v.Substance(substance)
	if !ok {
		return nil
	}
	given := v.Given(text)
	if len(given.Drugs) == 0 { // "25 mg" beside the drug's name in another cell
		given = v.Given(s.Name + " " + text)
	}
	return slices.DeleteFunc(given.Doses, func(d Dose) bool { return d.Substance != v.Family(substance) })
}

// DoubtfulDoses are the doses per kilogram in texts of one trial that no one could
// have been given, as they stand there, and then those beside them in the same unit:
// it is the unit that is in doubt.
func (v *Vocabulary) DoubtfulDoses(substance string, texts ...string) []string {
	var beyond, beside []string
	for _, text := range texts {
		for _, d := range v.DosesOf(substance, text) {
			amount, ok := Convert(d, "mg/kg")
			_, perKilo, _ := inMilligrams(d.Unit)
			most := mostPerKilo[v.Family(substance)]
			switch {
			case !ok || !perKilo || most == 0 || slices.Contains(beyond, d.Text) || slices.Contains(beside, d.Text):
			case amount > most:
				beyond = append(beyond, d.Text)
			default:
				beside = append(beside, d.Text)
			}
		}
	}
	if len(beyond) == 0 {
		return nil
	}
	return append(beyond, beside...)
}
