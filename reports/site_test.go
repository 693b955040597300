package reports

import (
	"math"
	"testing"
)

// TestFixtureFigures holds the fixture to the published figures, so that what
// the pages are tested with is real: MDMA-PTSD and psilocybin-depression as in
// the reviews of 2026 (Hedges g, REML, Knapp-Hartung without a guard).
func TestFixtureFigures(t *testing.T) {
	ed := fixtureEdition(t)
	for _, c := range []struct {
		i, k, n     int
		est, lo, hi float64
	}{{0, 6, 242, -0.7119, -0.9534, -0.4704}, {1, 12, 585, -0.9031, -1.2561, -0.5501}} {
		r := ed.Findings[c.i].Primary
		if r.K != c.k || r.N != c.n || math.Abs(*r.Estimate-c.est) > 5e-5 || math.Abs(*r.CILower-c.lo) > 5e-5 || math.Abs(*r.CIUpper-c.hi) > 5e-5 {
			t.Errorf("%s: k %d n %d %.4f [%.4f, %.4f], want %+v", ed.Findings[c.i].ID, r.K, r.N, *r.Estimate, *r.CILower, *r.CIUpper, c)
		}
	}
	if !ed.Findings[0].Primary.Guarded || ed.Findings[1].Primary.Guarded {
		t.Error("the guard should act on the first finding alone")
	}
}
