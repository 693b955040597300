package figure

import (
	"strings"
	"testing"

	"past/internal/evidence"
	"past/reports/internal/draw"
)

func self(s string) string { return s }

// TestSide: lower scores are better or worse, the value is above or below no
// effect; the words must name the side that the patient would.
func TestSide(t *testing.T) {
	for _, c := range []struct {
		lower bool
		x     float64
		want  string
	}{{true, -0.5, "favours MDMA"}, {true, 0.5, "favours comparator"}, {false, 0.5, "favours MDMA"}, {false, -0.5, "favours comparator"}, {true, 0, "favours neither"}} {
		r := Read(&evidence.Finding{Substance: "MDMA", Measure: "SMD", LowerIsBetter: c.lower}, self)
		if got := r.Side(c.x); got != c.want {
			t.Errorf("lower better %v, value %v: %q", c.lower, c.x, got)
		}
	}
}

// TestExtent keeps an axis readable in the presence of one absurd study.
func TestExtent(t *testing.T) {
	var s span
	for _, x := range []float64{-0.5, -0.7, -0.6, -0.8, -0.4} {
		s.add(x, x-0.4, x+0.4)
	}
	s.add(-900, -901, -899)
	lo, hi := s.extent(0)
	if lo < -10 || hi < 0 || hi > 2 {
		t.Errorf("axis from %v to %v", lo, hi)
	}
	var none span
	if lo, hi := none.extent(); !(lo < hi) {
		t.Errorf("an empty axis from %v to %v", lo, hi)
	}
}

// TestTimelineDates: partial dates are drawn, impossible ones counted.
func TestTimelineDates(t *testing.T) {
	lanes := []Lane{{ID: "A", Class: "done", Start: evidence.DateStruct{Raw: "2019"}, End: evidence.DateStruct{Raw: "2020-05"}}, {ID: "B", Class: "run", Start: evidence.DateStruct{Raw: "2021-02-03"}},
		{ID: "C", Class: "unk", Start: evidence.DateStruct{Raw: "soon"}}, {ID: "D", Class: "stop", Start: evidence.DateStruct{Raw: "2022"}, End: evidence.DateStruct{Raw: "2019"}}}
	f, ok := Timeline(lanes, Stamp{}, "timeline")
	if !ok || !strings.Contains(f.Alt, "2\u00a0trials") || !strings.Contains(f.Note, "2\u00a0trials have no usable dates") {
		t.Errorf("%v %q %q", ok, f.Alt, f.Note)
	}
	if got := f.Table.Rows[0].Cells[3].Text; got != "2020-05" {
		t.Errorf("a partial date is printed as %q", got)
	}
	if _, ok := Timeline(nil, Stamp{}, "timeline"); ok {
		t.Error("a timeline of nothing")
	}
}

// TestPrismaUnknown: what was not recorded is never printed as zero.
func TestPrismaUnknown(t *testing.T) {
	f := Prisma(Flow{}, Stamp{}, "flow", "Flow")
	for _, s := range []string{f.Alt, f.Wide, f.Narrow} {
		if strings.Contains(s, "n = 0") || !strings.Contains(s, "not recorded") {
			t.Errorf("%.300q", s)
		}
	}
}

// TestNothingToDraw: findings without their parts give no figure and no panic.
func TestNothingToDraw(t *testing.T) {
	f := &evidence.Finding{}
	r := Read(f, self)
	if _, ok := Forest(f, r, Stamp{}, self, func(evidence.Effect) string { return "" }); ok {
		t.Error("a forest plot of nothing")
	}
	for name, ok := range map[string]bool{
		"funnel": second(Funnel(f, r, Stamp{})), "baujat": second(Baujat(f, Stamp{})), "gosh": second(GOSH(f, r, Stamp{})), "curve": second(SpecCurve(f, r, Stamp{})), "drapery": second(Drapery(f, r, Stamp{})),
		"posterior": second(Posterior(f, r, Stamp{})), "sequential": second(Sequential(f, Stamp{})), "bubble": second(Bubble(f, &evidence.Moderator{}, r, Stamp{}, 1)), "rob": second(RiskOfBias(nil, Stamp{}, "rob")),
		"gap": second(GapMap(nil, nil, nil, Stamp{}, nil)), "bars": second(Bars("b", "b", "", "", nil, Stamp{})), "series": second(Series{}.Draw(f, r, Stamp{})),
	} {
		if ok {
			t.Errorf("%s drew nothing as something", name)
		}
	}
}

func second(_ Figure, ok bool) bool { return ok }

// TestStamp: no figure without its edition and date.
func TestStamp(t *testing.T) {
	g := draw.New(300, 100)
	Stamp{Edition: "e-1", Date: "2026-11-22"}.put(g)
	if s := g.Finish("x", "t", "d", ""); !strings.Contains(s, "Edition e-1 · data to 2026-11-22") {
		t.Error(s)
	}
}
