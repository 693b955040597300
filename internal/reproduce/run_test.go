package reproduce

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every printed number of the two reviews comes out of their released data at
// its printed precision, or the target says why not; no reason is left over.
func TestTargetsAreReproduced(t *testing.T) {
	rows, err := Run()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 8 {
		t.Fatalf("%d targets", len(rows))
	}
	for _, r := range rows {
		reasons := len(r.Target.Differs)
		for _, c := range r.Checks {
			if !c.Agrees {
				reasons--
			}
			if !c.Agrees && c.Why == "" {
				t.Errorf("%s %s: published %s, ours %v", r.ID, c.Name, c.Published, c.Ours)
			}
		}
		if reasons != 0 {
			t.Errorf("%s: reasons are given for numbers that are met: %v", r.ID, r.Target.Differs)
		}
	}
}

// A number that is off by one in its last printed digit is not met.
func TestCheckIsAsSharpAsThePrint(t *testing.T) {
	ts, err := Targets()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Run()
	if err != nil {
		t.Fatal(err)
	}
	p := ts[0].Published
	p.Estimate, p.N, p.Q = "-0.7120", "243", "2.43"
	got, err := checks(p, rows[0].Result)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got {
		if want := c.Name != "estimate" && c.Name != "n" && c.Name != "Q"; c.Agrees != want {
			t.Errorf("%s: published %s, ours %v, met %v", c.Name, c.Published, c.Ours, c.Agrees)
		}
	}
}

func TestEditionsTellWhatChanged(t *testing.T) {
	a, b, list, err := Editions(t.Context(), "psilocybin-depression-severity", "psilocybin-depression@25.0.5", "psilocybin-depression")
	if err != nil {
		t.Fatal(err)
	}
	if a.Finding.Primary.K != 9 || b.Finding.Primary.K != 12 {
		t.Errorf("k = %d and %d", a.Finding.Primary.K, b.Finding.Primary.K)
	}
	in := 0
	for _, c := range list {
		if strings.HasPrefix(c.Kind, "study-in") {
			in++
		}
	}
	if in != 3 {
		t.Errorf("%d studies came in: %+v", in, list)
	}
}

func TestPageIsCurrent(t *testing.T) {
	want, err := Markdown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", "docs", "reproduction.md"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/reproduction.md is not current: run past reproduce --out docs/reproduction.md (%v)", err)
	}
}
