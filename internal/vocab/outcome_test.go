package vocab

import (
	"os"
	"slices"
	"strings"
	"testing"
)

type goldTitle struct {
	ids   []string
	kind  ScoreKind
	title string
}

func readGoldTitles(t testing.TB) []goldTitle {
	t.Helper()
	raw, err := os.ReadFile("testdata/outcome_titles.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []goldTitle
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, "\t", 3)
		if len(f) != 3 {
			t.Fatalf("gold line %q needs three columns", line)
		}
		g := goldTitle{kind: ScoreKind(f[1]), title: f[2]}
		if f[0] != "-" {
			g.ids = strings.Split(f[0], ",")
		}
		all = append(all, g)
	}
	return all
}

// TestOutcomeTitles scores the instruments found in outcome titles against the
// hand-read table.
func TestOutcomeTitles(t *testing.T) {
	v := Default()
	var ids, kinds tally
	for _, g := range readGoldTitles(t) {
		for _, id := range g.ids {
			if _, ok := v.Instrument(id); !ok {
				t.Fatalf("gold names %q, which the catalogue does not have", id)
			}
		}
		m, ok := v.MatchInstrument(g.title, "")
		var got []string
		if ok {
			got = append([]string{m.ID}, m.Others...)
		}
		for _, id := range got {
			ids = ids.add(slices.Contains(g.ids, id), true)
		}
		for _, id := range g.ids {
			if !slices.Contains(got, id) {
				ids = ids.add(true, false)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, g.ids) {
			t.Logf("want %v, got %v: %s", g.ids, got, g.title)
		}
		if g.kind != "" && ok {
			kinds = kinds.add(g.kind == m.ScoreKind, true)
			if g.kind != m.ScoreKind {
				t.Logf("want %s, got %s: %s", g.kind, m.ScoreKind, g.title)
			}
		}
	}
	precision := float64(ids.tp) / float64(ids.tp+ids.fp)
	recall := float64(ids.tp) / float64(ids.tp+ids.fn)
	t.Logf("instruments: %d right, %d wrong, %d missed: precision %.3f, recall %.3f", ids.tp, ids.fp, ids.fn, precision, recall)
	t.Logf("kind of score: %d right, %d wrong", kinds.tp, kinds.fp)
	if precision < 0.95 || recall < 0.95 {
		t.Errorf("precision %.3f, recall %.3f, want 0.95 each", precision, recall)
	}
	if share := float64(kinds.tp) / float64(kinds.tp+kinds.fp); share < 0.95 {
		t.Errorf("kind of score right in %.3f, want 0.95", share)
	}
}

func TestOutcomeDescription(t *testing.T) {
	v := Default()
	for _, c := range []struct {
		title, description string
		id, subscale       string
		kind               ScoreKind
		certain            bool
		reason             string
	}{
		{"CAPS total severity", "The CAPS-5 is a clinician interview; range 0-80.", "caps-5", "", ScoreTotal, true,
			"the description says CAPS-5"},
		{"CAPS and PCL", "PTSD was rated with the CAPS-5 and the PCL-5.", "caps-5", "", ScoreTotal, false, "named as well"},
		{"Change in depressive symptoms", "Measured with the Beck Depression Inventory-II.", "bdi-ii", "", ScoreTotal, false,
			"the title names no instrument"},
		{"Depression", "Measured with the GAD-7.", "gad-7", "", ScoreTotal, false, "the title speaks of depression"},
		{"Anxious mood", "Score on the anxiety subscale of the Hospital Anxiety and Depression Scale.", "hads-a", "", ScoreTotal, false,
			"selected by"},
		{"Number of responders", "Response is a 50% fall of the MADRS.", "madrs", "", ScoreResponder, false, "title names no"},
		{"SDS total", "The Sheehan Disability Scale has three items.", "sds", "", ScoreTotal, true, ""},
		{"SDS total", "The Severity of Dependence Scale.", "severity-dependence", "", ScoreTotal, true, ""},
		{"Adverse events", "Dissociation was followed with the CADSS.", "", "", "", false, ""},
		{"Mortality", "Heart rate below 50.", "", "", "", false, ""},
		{"Sexual function", "", "", "", "", false, ""},
		{"IIEF", "The erectile function domain (1-30) and overall satisfaction were scored.", "iief", "", ScoreTotal, true, ""},
	} {
		m, ok := v.MatchInstrument(c.title, c.description)
		if ok != (c.id != "") || m.ID != c.id || m.Subscale != c.subscale || m.ScoreKind != c.kind || m.Certain != c.certain ||
			!strings.Contains(m.Reason, c.reason) {
			t.Errorf("%q / %q: %+v", c.title, c.description, m)
		}
	}
}

func TestOutcomeRangeAndDirection(t *testing.T) {
	v := Default()
	for _, c := range []struct {
		title  string
		lo, hi float64
		dir    Direction
		change bool
	}{
		{"Change From Baseline in FSFI Desire Domain", 1.2, 6, HigherBetter, true},
		{"FSDS-R Item 13", 0, 4, LowerBetter, false},
		{"MSHQ-EjD bother", 0, 5, LowerBetter, false},
		{"MADRS total score at week 3", 0, 60, LowerBetter, false},
		{"Mean change in CSI-32", 0, 161, HigherBetter, true},
		{"PANAS positive affect", 10, 50, HigherBetter, false},
		{"GDS-15 score", 0, 15, LowerBetter, false},
	} {
		m, ok := v.MatchInstrument(c.title, "")
		if !ok || m.Range == nil || m.Range.Min != c.lo || m.Range.Max != c.hi || m.Direction != c.dir || m.Change != c.change {
			t.Errorf("%q: %+v, range %v", c.title, m, m.Range)
		}
	}
	for title, percent := range map[string]bool{"Change in CAPS-5": false, "Reduction in CAPS-5 by 50%": false,
		"50% reduction in CAPS-5": false,
		"% change in CAPS-5":      true, "CAPS-5 (% improvement)": true, "Improvement in CAPS-5": false} {
		if m, _ := v.MatchInstrument(title, ""); m.Percent != percent {
			t.Errorf("%s: percent %v", title, m.Percent)
		}
	}
	if m, _ := v.MatchInstrument("Percent change in PCL-5 (improvement of the Clinical Global Impression of Change)", ""); !m.Percent ||
		m.Change {
		t.Errorf("percent change read as %+v", m)
	}
}

// The namesakes that brackets, anchors and descriptions make.
func TestNamesakes(t *testing.T) {
	v := Default()
	for _, c := range []struct{ title, description, id string }{
		{"Bodily Discomfort Inventory (BDI), dyspnea item", "", ""},
		{"Beck Depression Inventory (BDI)", "", "bdi"},
		{"Sheehan Disability Scale (SDS)", "", "sds"},
		{"Clinically meaningful change in fatigue, anchored to the PGI-S", "", ""},
		{"PGI-S", "", "pgi-s"},
		{"Change in Quality of Life", "Depression was rated with the QIDS-SR.", ""},
		{"Change in Quality of Life", "SF-12 and QIDS-SR were administered.", "sf-12"},
		{"Change in depressive symptoms", "Rated with the MADRS.", "madrs"},
		{"Sleep", "The PHQ-9 was given.", ""},
		{"EQ-5D-5L Visual Analogue Scale", "", "eq-vas"},
		{"HAMD-17 Bech subscale", "", "ham-d-6"},
		{"Bech-Rafaelsen Melancholia Scale", "", "bech-rafaelsen"},
	} {
		if m, _ := v.MatchInstrument(c.title, c.description); m.ID != c.id {
			t.Errorf("%q / %q: %q, want %q (%s)", c.title, c.description, m.ID, c.id, m.Reason)
		}
	}
	ielt, _ := v.Instrument("ielt")
	for condition, want := range map[string]Direction{"premature-ejaculation": HigherBetter, "Delayed ejaculation": LowerBetter,
		"depression": HigherBetter, "": HigherBetter} {
		if got := ielt.DirectionFor([]string{condition}, v); got != want {
			t.Errorf("ejaculation latency in %q: %s, want %s", condition, got, want)
		}
	}
}
