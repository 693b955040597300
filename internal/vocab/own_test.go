package vocab

import (
	"slices"
	"strings"
	"testing"
)

func TestOwnVocabulary(t *testing.T) {
	own, err := Shipped().With("vocabulary.yaml", []byte(`
substances:
  - id: sildenafil
    name: sildenafil
    terms: [sildenafil, Viagra]
    queries: [sildenafil]
  - id: mdma
    core: false
conditions:
  - {id: hypoactive-x, name: made-up condition, terms: [made-up condition]}
instruments:
  - {id: fsfi, items: 20}
`))
	if err != nil {
		t.Fatal(err)
	}
	s, ok := own.Substance("sildenafil")
	if !ok || !s.Core || s.Name != "sildenafil" || !slices.Contains(s.Any, "Viagra") {
		t.Errorf("%+v", s)
	}
	if hits := own.Match("Viagra against placebo").Substances; len(hits) != 1 || hits[0].ID != "sildenafil" {
		t.Errorf("%+v", hits)
	}
	m, _ := own.Substance("mdma")
	was, _ := Shipped().Substance("mdma")
	if m.Core || m.Name != was.Name || len(m.Any) != len(was.Any) || len(m.Queries) != len(was.Queries) {
		t.Errorf("a changed entry lost what was not written: %+v", m)
	}
	if c, ok := own.Condition("hypoactive-x"); !ok || !c.Tracked {
		t.Errorf("%+v", c)
	}
	in, _ := own.Instrument("fsfi")
	shipped, _ := Shipped().Instrument("fsfi")
	if in.Items != 20 || in.Direction != HigherBetter || len(in.Subscales) != len(shipped.Subscales) || shipped.Items != 19 {
		t.Errorf("own %d items, shipped %d", in.Items, shipped.Items)
	}
	if _, known := Shipped().Substance("sildenafil"); known && !slices.ContainsFunc(Shipped().Substances(),
		func(s Substance) bool { return s.ID == "sildenafil" }) {
		t.Error("the shipped vocabulary changed")
	}
	if own.OutcomeKind("Number of participants with response") == "" ||
		own.OutcomeKind("Number of participants with response") != Shipped().OutcomeKind("Number of participants with response") {
		t.Error("the kinds of outcomes were lost")
	}
	if got := own.OwnSubjects(); !slices.Equal(got, []string{"sildenafil"}) {
		t.Errorf("subjects of its own: %v", got)
	}
	alone, err := own.ForField([]string{"ptsd"}, []string{"ptsd"})
	if err != nil || !alone.Alone() || own.Alone() || len(alone.Topics()) > 0 || len(alone.Claims()) > 0 {
		t.Errorf("a field of its own has topics or claims of the shipped one: %v", err)
	}
	for _, s := range alone.Substances() {
		if s.Core != (s.ID == "sildenafil") {
			t.Errorf("%s: subject %v", s.ID, s.Core)
		}
	}
	for _, c := range alone.Conditions() {
		if c.Tracked != (c.ID == "ptsd" || c.ID == "hypoactive-x") {
			t.Errorf("%s: tracked %v", c.ID, c.Tracked)
		}
	}
	if alone.AsksSexual() || !own.AsksSexual() || !Shipped().AsksSexual() {
		t.Errorf("sexual outcomes: own %v, with the shipped field %v", alone.AsksSexual(), own.AsksSexual())
	}
	for _, asks := range [][2][]string{{{"erectile-dysfunction"}, {"erection"}}, {{"depression"}, {"sexual-desire"}},
		{{"relationship-distress"}, nil}} {
		if f, err := own.ForField(asks[0], asks[1]); err != nil || !f.AsksSexual() {
			t.Errorf("%v: the field does not include sexual outcomes: %v", asks, err)
		}
	}
	if hits := alone.Match("psilocybin against placebo").Substances; len(hits) != 1 {
		t.Errorf("a shipped substance is not known: %+v", hits)
	}
	if Use(own); Default() != own {
		t.Error("not in use")
	}
	if Use(nil); Default() != Shipped() {
		t.Error("still in use")
	}
}

// A shipped drug that is no subject becomes one where the file says what registers
// are asked for; a further name alone changes nothing.
func TestOwnSubjectOfTheShippedList(t *testing.T) {
	for keys, core := range map[string]bool{"queries: [bupropion]": true, "queries: [bupropion], core: false": false,
		"terms: [bupropion, Wellbutrin]": false} {
		own, err := Shipped().With("f.yaml", []byte("substances:\n - {id: bupropion, "+keys+"}"))
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := own.Substance("bupropion"); !ok || s.Core != core || s.Name != "bupropion" {
			t.Errorf("%s: %+v", keys, s)
		}
	}
}

func TestOwnVocabularyMistakes(t *testing.T) {
	for in, want := range map[string]string{
		"substances:\n - {id: x, name: x, colour: red}":             `unknown field "colour"`,
		"substances:\n - {name: x}":                                 "has no id",
		"claims:\n - {id: C1, text: x}":                             "line 1: claims cannot be changed here",
		"substances:\n - {id: x, name: x, fold_into: nothing-here}": `refers to substance "nothing-here"`,
		"instruments:\n - {id: new-scale}":                          "instrument new-scale needs a line domain:",
		"substances: [":                                             "f.yaml: ",
		"a: " + strings.Repeat("[", 100):                            "more than 40 levels",
	} {
		if _, err := Shipped().With("f.yaml", []byte(in)); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "f.yaml: ") {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// Every id that the columns page and vocab list call legal is accepted in a
// table, also where its letters mean several things in running text.
func TestEveryInstrumentIsCalledByItsID(t *testing.T) {
	v := Shipped()
	inText := 0
	for _, in := range v.Instruments() {
		m, ok := v.CalledInstrument(" " + in.ID)
		if !ok || m.ID != in.ID || m.Direction != in.Direction || m.Certain && in.Generic {
			t.Errorf("%s: %v %+v", in.ID, ok, m)
		}
		if _, ok := v.MatchInstrument(in.ID, ""); ok {
			inText++
		}
	}
	if n := len(v.Instruments()); inText == n {
		t.Error("no id is ambiguous in running text: CalledInstrument is needless")
	}
	for _, name := range []string{"", "no such scale", "SDS"} { // SDS in capitals is three scales
		if m, ok := v.CalledInstrument(name); ok {
			t.Errorf("%q: %+v", name, m)
		}
	}
	if m, ok := v.CalledInstrument("Hamilton Anxiety Rating Scale"); !ok || m.ID != "ham-a" {
		t.Errorf("by name: %v %+v", ok, m)
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ kind, word, want string }{
		{"substances", "mdam", "mdma"}, {"substances", "psilocibyn", "psilocybin"}, {"substances", "magic mushrooms", "psilocybin"},
		{"domains", "anxeity", "anxiety"},
		{"comparators", "inactive placebo", "inactive-placebo"}, {"designs", "parallel rct", "parallel-rct"}, {"instruments", "HAMA", "ham-a"},
		{"designs", "RCT", "parallel-rct crossover-rct"}, {"comparators", "placebo", "inactive-placebo"},
		{"designs", "randomised", "randomized"}, {"conditions", "erectil-dysfunction", "erectile-dysfunction"},
	} {
		if got := Shipped().Nearest(c.kind, c.word); len(got) == 0 || !strings.Contains(c.want, got[0]) {
			t.Errorf("%s %q: %v, want %s", c.kind, c.word, got, c.want)
		}
	}
	if got := Shipped().Nearest("substances", "water"); len(got) > 0 {
		t.Errorf("water is like %v", got)
	}
}

// The shipped catalogue says of each instrument what a person's entry may leave out.
func TestShippedInstrumentsAreComplete(t *testing.T) {
	for _, in := range Shipped().Instruments() {
		if in.Kind == "" || in.Rater == "" {
			t.Errorf("%s: kind %q, rater %q", in.ID, in.Kind, in.Rater)
		}
	}
	own, err := Shipped().With("f.yaml", []byte("instruments:\n - {id: six-minute, short: 6MWD, name: six-minute walk, "+
		"domain: function, direction: higher}"))
	if err != nil || own == nil {
		t.Errorf("an entry without kind and rater: %v", err)
	}
	if _, err := Shipped().With("f.yaml", []byte("instruments:\n - {id: x, short: X, name: X, domain: function, "+
		"direction: higher, rater: nurse}")); err == nil ||
		!strings.Contains(err.Error(), "clinician, self, partner") {
		t.Errorf("a rater that is none: %v", err)
	}
}
