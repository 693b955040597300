package multilevel

import "fmt"

// SweepPoint is the model at one assumed sampling correlation.
type SweepPoint struct {
	Rho    float64
	Result *Result
	Robust *Robust // CR2; nil where RobustError says why not
	// RobustError is the reason for a missing robust analysis.
	RobustError error
}

// SweepRho refits the model for each assumed correlation of sampling errors, with CR2
// tests. How little the answer moves is the usual defence of a rho nobody reports
// (Pustejovsky & Tipton 2022, section 4.3). Options.Rho is ignored.
func SweepRho(data Data, design Design, opt Options, rhos []float64) ([]SweepPoint, error) {
	out := make([]SweepPoint, 0, len(rhos))
	for _, rho := range rhos {
		opt.Rho = rho
		r, err := Fit(data, design, opt)
		if err != nil {
			return nil, fmt.Errorf("rho = %g: %w", rho, err)
		}
		p := SweepPoint{Rho: rho, Result: r}
		p.Robust, p.RobustError = r.Robust(CR2)
		out = append(out, p)
	}
	return out, nil
}
