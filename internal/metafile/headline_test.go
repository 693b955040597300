package metafile

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"past/internal/evidence"
)

// Screen, JSON, figure and methods show one answer: of two to four studies that of
// the shipped priors, before the fit; of a measure without a prior the fit.
func TestOneAnswerOfFewStudies(t *testing.T) {
	for _, c := range []struct {
		name, table, measure string
		kind                 evidence.HeadlineKind
		text, methods        string
	}{
		{"ratios", "study,or,lower,upper\nA,0.70,0.50,0.98\nB,0.90,0.60,1.35\nC,0.60,0.40,0.90\n", "", evidence.HeadlineSmall,
			"mu ~ normal(0, 1)", "Bayesian"},
		{"conflict", "study,or,lower,upper\nA,1,0.8,1.25\nB,2,1.6,2.5\nC,3,2.5,3.6\n", "", evidence.HeadlineNotPooled,
			"not pooled: the 3 studies conflict", "No average is shown"},
		{"unnamed", "study,yi,vi\nA,1,.1\nB,2,.1\nC,1.5,.2\n", "", evidence.HeadlinePooled, "an unnamed measure has no shipped prior", "REML"},
		{"no unit", "study,yi,vi\nA,1,.1\nB,2,.1\nC,1.5,.2\n", "MD", evidence.HeadlinePooled, "no unit for MD", "REML"},
		{"five", "study,yi,vi\nA,1,.1\nB,2,.1\nC,1.5,.2\nD,1.6,.2\nE,1.4,.1\n", "SMD", evidence.HeadlinePooled, "random effects (REML",
			"REML"},
	} {
		cmd := Command{Measure: c.measure}
		own, err := Analyse(context.Background(), cmd, strings.NewReader(c.table))
		if err != nil {
			t.Fatal(c.name, err)
		}
		f, err := own.Answer()
		if err != nil {
			t.Fatal(c.name, err)
		}
		cmd.JSON = true
		out, err := run(t, c.table, cmd)
		if err != nil {
			t.Fatal(c.name, err)
		}
		var got struct {
			Headline struct {
				Kind     evidence.HeadlineKind
				Estimate *float64
				Note     string
			}
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		h := got.Headline
		if h.Kind != c.kind || f.Headline.Kind != c.kind || h.Note != f.Headline.Note || (h.Estimate == nil) != (f.Headline.Estimate == nil) ||
			h.Estimate != nil && *h.Estimate != *f.Headline.Estimate {
			t.Errorf("%s: JSON says %+v, the figure %+v", c.name, h, f.Headline)
		}
		first, _, _ := strings.Cut(own.Text, "between-study variance")
		if !strings.Contains(first, c.text) || c.kind == evidence.HeadlineSmall && (!strings.Contains(first, num(*h.Estimate)) ||
			strings.Index(first, num(*h.Estimate)) > strings.Index(first, "footnote: random effects")) {
			t.Errorf("%s: the screen does not begin with the answer:\n%s", c.name, first)
		}
		if !strings.Contains(own.Methods, c.methods) {
			t.Errorf("%s: methods: %s", c.name, own.Methods)
		}
		for _, l := range f.LeaveOneOut {
			// The rows keep the headline's model: another model would move them, not the study.
			if c.kind == evidence.HeadlinePooled && l.Headline.Kind != evidence.HeadlinePooled {
				t.Errorf("%s: %s is shown as %s", c.name, l.Label, l.Headline.Kind)
			}
		}
	}
}

// With clusters what knows independent effects only gets one effect of each study,
// whole studies are left out, and a report holds every warning of the screen.
func TestClustersAreStudies(t *testing.T) {
	var b strings.Builder
	b.WriteString("study,design,yi,vi\n")
	for i := range 12 {
		fmt.Fprintf(&b, "S%d,%c,%.3f,%.3f\n", i/3+1, 'a'+i/3%2, 0.07*float64(i*5%7)-0.02*float64(i), 0.04+0.01*float64(i%4))
	}
	own, err := Analyse(context.Background(), Command{Measure: "SMD", Cluster: "study", Subgroup: "design",
		With: []string{"egger", "trimfill", "leave-one-out", "influence"}}, strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"one effect for each of 4 studies", "k = 4 is below 10 studies", "not computed: influence"} {
		if !strings.Contains(own.Text, s) {
			t.Errorf("%q is missing in\n%s", s, own.Text)
		}
	}
	if n := strings.Count(own.Text, "without S1"); n != 1 {
		t.Errorf("S1 is left out %d times", n)
	}
	f, err := own.Answer()
	if err != nil || len(f.LeaveOneOut) != 4 {
		t.Errorf("the report leaves out %d studies of 4 (%v)", len(f.LeaveOneOut), err)
	}
	_, shown, _ := strings.Cut(own.Text, "\nWarnings\n")
	if n := strings.Count(shown, "  - "); n < 2 || n != len(own.Warnings) {
		t.Errorf("the screen has %d warnings, the report %d", n, len(own.Warnings))
	}
}

// What a table says of copies, levels and missing columns.
func TestSaysWhatItDid(t *testing.T) {
	means := "study,m1,sd1,n1,m2,sd2,n2\na,1,2,30,2,2,30\nb,1,2.5,40,2,2.2,30\na,1,2,30,2,2,30\n"
	text, err := run(t, means, Command{})
	if err != nil || !strings.Contains(text, "duplicate row: row 3") || strings.Contains(text, "shared control") {
		t.Errorf("a row pasted twice: %v\n%s", err, text)
	}
	if _, err := run(t, "study,m1,sd1,n1,m2,n2\na,1,2,30,2,30\n", Command{}); err == nil ||
		!strings.Contains(err.Error(), "without a column for sd2i") {
		t.Errorf("a table without sd2: %v", err)
	}
	levels := "study,yi,vi,design\na,1,.1,parallel\nb,.2,.1,Crossover\nc,.5,.2,crossover\nd,.3,.1,parallel\ne,.7,.1,Crossover\n"
	if text, _ = run(t, levels, Command{Mods: "design"}); !strings.Contains(text, "reference level of design: Crossover") {
		t.Errorf("no reference level:\n%s", text)
	}
	if text, _ = run(t, levels, Command{Mods: "design", R: true}); !strings.Contains(text,
		"factor(`design`, levels = c(\"Crossover\", \"crossover\", \"parallel\"))") {
		t.Errorf("the script leaves the order of levels to R:\n%s", text)
	}
}
