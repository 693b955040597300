package vocab

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestCatalogueIsWhole(t *testing.T) {
	v := Default()
	for what, n := range map[string][2]int{
		"topics": {len(v.Topics()), 25}, "domains": {len(v.Domains()), 6}, "claims": {len(v.Claims()), 12},
		"comparator classes": {len(v.Comparators()), 6},
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s, want %d", n[0], what, n[1])
		}
	}
	for _, class := range []string{InactivePlacebo, ActivePlacebo, OtherDrug, TherapyAlone, Waitlist, NoComparator} {
		if !slices.ContainsFunc(v.Comparators(), func(c Comparator) bool { return c.ID == class }) {
			t.Errorf("comparator class %q is not in the data", class)
		}
	}
	for _, s := range []string{"mdma", "psilocybin", "lsd", "ketamine"} {
		if x, ok := v.Substance(s); !ok || !x.Core {
			t.Errorf("substance %s is missing or not core", s)
		}
	}
	for _, d := range []string{"parallel-rct", "crossover-rct", "open-label", "extension", "observational"} {
		if !slices.ContainsFunc(v.Designs(), func(x Design) bool { return x.ID == d }) {
			t.Errorf("design %q is missing", d)
		}
	}
	for _, o := range v.OutcomeDomains() {
		if o.Parent == "sexual-function" && !slices.ContainsFunc(v.Instruments(), func(in Instrument) bool { return in.Domain == o.ID }) {
			t.Errorf("no instrument measures %s", o.Name)
		}
	}
}

// TestFieldRanges holds the catalogue against the instrument table of the
// project's field notes.
func TestFieldRanges(t *testing.T) {
	v := Default()
	check := func(id string, dir Direction, lo, hi float64) {
		t.Helper()
		in, ok := v.Instrument(id)
		if !ok || in.Range == nil {
			t.Errorf("%s is missing or has no range", id)
			return
		}
		if in.Direction != dir || in.Range.Min != lo || in.Range.Max != hi {
			t.Errorf("%s: %s %v-%v, want %s %v-%v", id, in.Direction, in.Range.Min, in.Range.Max, dir, lo, hi)
		}
	}
	for id, r := range map[string][2]float64{
		"caps-iv": {0, 136}, "caps-5": {0, 80}, "pcl-5": {0, 80}, "pds": {0, 51}, "ies-r": {0, 88},
		"stai-s": {20, 80}, "stai-t": {20, 80}, "ham-a": {0, 56}, "gad-7": {0, 21}, "hads-a": {0, 21}, "bai": {0, 63}, "lsas": {0, 144},
		"bdi-ii": {0, 63}, "madrs": {0, 60}, "grid-hamd": {0, 52}, "ham-d-17": {0, 52}, "qids-sr16": {0, 27}, "phq-9": {0, 27}, "hads-d": {0, 21},
		"asex": {5, 30}, "prsexdq-salsex": {0, 15}, "fsds-r": {0, 52}, "fsds-dao": {0, 60}, "pedt": {0, 20},
		"sds": {0, 30}, "ders": {36, 180},
	} {
		check(id, LowerBetter, r[0], r[1])
	}
	for id, r := range map[string][2]float64{
		"fsfi": {2, 36}, "iief-ef": {1, 30}, "iief": {5, 75}, "iief-5": {5, 25}, "csfq-14": {14, 70}, "mshq-ejd": {1, 15}, "nsss-s": {12, 60},
		"csi-32": {0, 161}, "das": {0, 151},
	} {
		check(id, HigherBetter, r[0], r[1])
	}
	for id, dir := range map[string]Direction{"griss": LowerBetter, "sss-w": HigherBetter, "disf-sr": HigherBetter,
		"sse": HigherBetter, "ielt": HigherBetter, "q-les-q": HigherBetter, "whoqol-bref": HigherBetter, "scs": HigherBetter,
		"meq30": NeutralScore, "ceq": NeutralScore, "ebi": NeutralScore} {
		if in, ok := v.Instrument(id); !ok || in.Direction != dir {
			t.Errorf("%s is missing or its direction is not %s", id, dir)
		}
	}
}

// TestEveryTermFindsItsInstrument asks for each spelling of each instrument.
func TestEveryTermFindsItsInstrument(t *testing.T) {
	v := Default()
	for _, in := range v.Instruments() {
		for _, term := range append(append([]string{}, in.Any...), in.Exact...) {
			for _, text := range []string{term, "Change From Baseline in " + term + " at Week 8", strings.ReplaceAll(term, "-", "\u2011")} {
				m, ok := v.MatchInstrument(text, "")
				other, _ := v.Instrument(m.ID)
				related := m.ID == in.ID || slices.Contains(m.Others, in.ID) || in.Family != "" && in.Family == other.Family
				if !ok || !related {
					t.Errorf("%q gives %q, want %s", text, m.ID, in.ID)
				}
			}
		}
	}
}

// TestAbbreviationsAreNotWords keeps plain English words out of the spellings
// that match in any case: "had a" is not the HAD-A.
func TestAbbreviationsAreNotWords(t *testing.T) {
	words := map[string]bool{}
	for _, w := range strings.Fields("a i an and are as at be by can cap caps des edit edits do eat fast for had has have he " +
		"her his hit if in is it man mat me met mini no not of on or our pair pep sep set sex shim sip sis so spin star that the " +
		"them they to us was we who will with you") {
		words[w] = true
	}
	v := Default()
	for _, in := range v.Instruments() {
		for _, term := range in.Any {
			all := true
			for _, tok := range fold(term) {
				all = all && (words[tok.Text] || tok.Number())
			}
			if all {
				t.Errorf("%s: %q reads as plain words; make it exact or guard it", in.ID, term)
			}
		}
	}
}

func TestBrokenDataIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ yaml, want string }{
		"unknown field":    {"topics:\n  - {id: a, name: A, colour: red}\n", "colour"},
		"duplicate key":    {"topics:\n  - {id: a, id: b, name: A}\n", "id"},
		"duplicate id":     {"topics:\n  - {id: a, name: A}\n  - {id: a, name: B}\n", "occurs twice"},
		"no id":            {"topics:\n  - {name: A}\n", "no id"},
		"dangling domain":  {"topics:\n  - {id: a, name: A, domains: [nowhere], terms: [x]}\n", `"nowhere"`},
		"dangling fold":    {"substances:\n  - {id: a, name: A, fold_into: b}\n", `"b"`},
		"claim order":      {"claims:\n  - {id: C2, text: x}\n", "C1 should"},
		"empty term":       {"topics:\n  - {id: a, name: A, terms: [\"--\"]}\n", "without a letter"},
		"guard, no reason": {"topics:\n  - {id: a, name: A, guarded: [{term: x, needs: [y]}]}\n", "needs a reason"},
		"range upside down": {"outcomes: [{id: o, name: O}]\nsources: [{id: s, cite: c, kind: paper}]\ninstruments:\n" +
			"  - {id: i, short: I, name: I, domain: o, kind: rating, rater: self, direction: lower, range: {min: 9, max: 1}, range_source: s}\n",
			"range 9 to 1"},
		"direction": {"outcomes: [{id: o, name: O}]\ninstruments:\n  - {id: i, short: I, name: I, domain: o, kind: " +
			"rating, rater: self, direction: sideways}\n", "sideways"},
		"figure, no source": {"outcomes: [{id: o, name: O}]\ninstruments:\n  - {id: i, short: I, name: I, domain: o, kind: " +
			"rating, rater: self, direction: lower, mid: [{value: 3}]}\n", "without a source"},
		"not YAML": {"topics: [", "x.yaml"},
	} {
		_, err := LoadFS(fstest.MapFS{"x.yaml": {Data: []byte(c.yaml)}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that names %s", name, err, c.want)
		}
	}
	if _, err := LoadFS(fstest.MapFS{}); err == nil {
		t.Error("an empty file system loads")
	}
}

func TestQueryTerms(t *testing.T) {
	v := Default()
	s, c := v.QueryTerms([]string{"mdma", "psilocybin"}, []string{"ptsd", "sexual-dysfunction"})
	for _, want := range []string{"MDMA", "midomafetamine", "psilocybin", "COMP360"} {
		if !slices.Contains(s, want) {
			t.Errorf("substance queries %q lack %q", s, want)
		}
	}
	for _, want := range []string{"PTSD", "sexual dysfunction", "erectile dysfunction"} {
		if !slices.Contains(c, want) {
			t.Errorf("condition queries %q lack %q", c, want)
		}
	}
	if slices.Contains(s, "ketamine") || slices.Contains(c, "depression") {
		t.Errorf("queries for what was not asked: %q %q", s, c)
	}
	all, conds := v.QueryTerms(nil, nil)
	if !slices.Contains(all, "esketamine") || !slices.Contains(conds, "vaginismus") || slices.Contains(all, "midazolam") {
		t.Errorf("default queries %q %q", all, conds)
	}
}
