package metafile

import (
	"context"
	"math"
	"strings"
	"testing"
)

// The figure and the report of a table with clusters show the model for dependent
// effects, as its answer does, and no side is called the better one.
func TestReportOfDependentEffects(t *testing.T) {
	table := "study,yi,vi\nA,0.3,0.04\nA,0.35,0.04\nB,0.5,0.05\nB,0.2,0.05\nC,0.1,0.03\nD,0.15,0.03\nD,0.7,0.03\nE,0.4,0.05\nF,0.35,0.06\n"
	o, err := Analyse(context.Background(), Command{Cluster: "study", Rho: ptr(0.6)}, strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	f, err := o.Answer()
	if err != nil {
		t.Fatal(err)
	}
	h := f.Headline
	if h.Estimate == nil || math.Abs(*h.Estimate-0.3294) > 5e-5 || math.Abs(*h.Lower-0.2000) > 5e-5 || math.Abs(*h.Upper-0.4589) > 5e-5 {
		t.Errorf("headline %+v", h)
	}
	if f.Primary.K != 6 || !f.Undirected || !strings.Contains(o.Methods, "9") || !strings.Contains(o.Methods, "sampling correlation 0.6") {
		t.Errorf("%d studies, undirected %v, %s", f.Primary.K, f.Undirected, o.Methods)
	}
	o, err = Analyse(context.Background(), Command{Dose: "dose"}, strings.NewReader(doseRows))
	if err != nil || len(o.Warnings) == 0 || !strings.Contains(o.Warnings[0], "rows as independent") {
		t.Errorf("%v: a report of doses does not say what its figure shows", err)
	}
}
