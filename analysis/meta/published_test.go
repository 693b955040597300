package meta

import (
	"math"
	"testing"
)

// The primary result of the living review of MDMA-assisted therapy for PTSD
// (Sevchik et al. 2026, doi 10.64898/2026.03.27.26349536), from the effects of its
// released data (metapsy data-ptsd-mdmactr, ODC-BY 1.0): REML, Knapp-Hartung,
// prediction interval with the classic standard error and k-1 df.
func TestPublishedMDMAResult(t *testing.T) {
	y := []float64{-0.7711946078259244, -0.5914594502412557, -0.9603360584636312, -0.8525025019621381, -1.2079672458768937,
		-0.27610463068921387}
	se := []float64{0.233827703340997, 0.211971363350027, 0.502780959933676, 0.640733080682004, 0.498099134593719, 0.502329233787036}
	v := make([]float64, len(se))
	for i := range se {
		v[i] = se[i] * se[i]
	}
	r := mustFit(t, y, v, Options{Method: REML, Test: KnHa, Unguarded: true})
	p := r.Predict()
	ci, err := r.QProfile()
	if err != nil {
		t.Fatal(err)
	}
	fixed := mustFit(t, y, v, Options{Method: FE})
	for _, c := range []struct {
		name      string
		got, want float64
		digits    int
	}{
		{"g", r.Coef[0].Value, -0.7119, 4}, {"lower", r.Coef[0].Lower, -0.9534, 4}, {"upper", r.Coef[0].Upper, -0.4704, 4},
		{"p", r.Coef[0].P, 0.0006, 4}, {"tau2", r.Tau2, 0, 4}, {"tau2 upper", ci.Tau2.Upper, 0.3800, 4},
		{"I2 from Q", r.I2Q, 0, 1}, {"Q", r.Q.Value, 2.42, 2},
		{"prediction lower", p.ClassicT.Lower, -1.0588, 4}, {"prediction upper", p.ClassicT.Upper, -0.3651, 4},
		{"fixed effect lower", fixed.Coef[0].Lower, -0.98, 2}, {"fixed effect upper", fixed.Coef[0].Upper, -0.45, 2},
	} {
		scale := math.Pow(10, float64(c.digits))
		if math.Round(c.got*scale)/scale != c.want {
			t.Errorf("%s = %v, published %v", c.name, c.got, c.want)
		}
	}
	// published without a floor: narrower than the common-effect interval
	g := mustFit(t, y, v, Options{Test: KnHa})
	if !g.guarded || g.Unguarded == nil || g.Unguarded.Coef[0].Lower != r.Coef[0].Lower || g.Unguarded.Coef[0].P != r.Coef[0].P {
		t.Fatalf("the guard does not keep the narrow interval as its footnote: %+v", g.Unguarded)
	}
	if !(g.Coef[0].Lower < r.Coef[0].Lower && g.Coef[0].Upper > r.Coef[0].Upper && g.Coef[0].P > r.Coef[0].P) {
		t.Errorf("guarded interval %v to %v is not wider than %v to %v", g.Coef[0].Lower, g.Coef[0].Upper, r.Coef[0].Lower, r.Coef[0].Upper)
	}
}
