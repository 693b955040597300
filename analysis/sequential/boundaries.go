package sequential

import (
	"errors"
	"fmt"
	"math"

	"past/analysis/internal/dist"
	"past/analysis/internal/solve"
)

// spent is the part of a one-sided error rate a that is spent at information fraction t: the O'Brien-Fleming-type function of
// Lan & DeMets (1983, Biometrika 70:659-663), 2 - 2 F(z_{1-a/2} / sqrt(t)) with F the standard normal distribution function.
func spent(a, t float64) float64 {
	if t <= 0 {
		return 0
	}
	return 2 * dist.NormSF(-dist.NormQuantile(a/2)/math.Sqrt(math.Min(1, t)))
}

// Boundary is the critical value at one look.
type Boundary struct {
	Fraction float64 // information fraction of the look
	Z        float64 // |z| at or above Z crosses; +Inf when no error rate worth the name is spent yet
	Spent    float64 // two-sided error rate spent up to and including this look
}

// mergeLooks: a look whose information is less than this much above the one before is taken as the same look, because it adds no
// test of its own.
const mergeLooks = 1e-3

// Boundaries gives symmetric two-sided boundaries at rising information fractions, alpha being the two-sided error rate, half of
// which is spent on each side. Looks at and beyond fraction 1 share the final critical value.
//
// With B(t) = Z sqrt(t), which has independent normal increments, the density of B at look j among paths that have not crossed is
// the integral of that at look j-1 times the increment's density; the critical value makes the probability of crossing at look j
// the increment of the spending function. Densities are carried on Gauss-Legendre panels narrower than the increments.
func Boundaries(fractions []float64, alpha float64) ([]Boundary, error) {
	if !(alpha > 0 && alpha < 1) {
		return nil, fmt.Errorf("the error rate %v must lie between 0 and 1", alpha)
	}
	last := 0.0
	for i, t := range fractions {
		if !(t > 0) || math.IsInf(t, 0) || t < last {
			return nil, fmt.Errorf("look %d: the information fraction %v must be positive and not smaller than the one before (%v)", i+1, t, last)
		}
		last = t
	}
	p := path{alpha: alpha / 2}
	out := make([]Boundary, len(fractions))
	for i, t := range fractions {
		t = math.Min(1, t)
		if i > 0 && t < p.t*(1+mergeLooks) {
			out[i] = out[i-1]
			out[i].Fraction = fractions[i]
			continue
		}
		z, err := p.look(t)
		if err != nil {
			return nil, fmt.Errorf("look %d at information fraction %v: %w", i+1, t, err)
		}
		out[i] = Boundary{Fraction: fractions[i], Z: z, Spent: 2 * p.spent}
	}
	return out, nil
}

// path carries the density of B at the last look among paths that have not crossed; t is 0 before the first look, where B is 0.
type path struct {
	alpha    float64 // one side
	t, spent float64
	b, f     []float64 // nodes of B, and density times quadrature weight
}

// least is the smallest error rate per look that gets a finite boundary; farther out the critical value has no meaning.
const least = 1e-14

// look moves to information fraction t and returns the critical value there.
func (p *path) look(t float64) (float64, error) {
	due := spent(p.alpha, t) - p.spent
	step := math.Sqrt(t - p.t)
	cross := func(z float64) float64 { return p.crossing(z*math.Sqrt(t), step) - due }
	z := math.Inf(1)
	if due > least {
		var err error
		if z, err = solve.RootRight(cross, 0, 1, 64, 1e-13); err != nil {
			return 0, err
		}
		p.spent += due
	}
	return z, p.advance(t, math.Min(z, 9)*math.Sqrt(t), step)
}

// crossing is the probability that B is at or above c after an increment of standard deviation step.
func (p *path) crossing(c, step float64) float64 {
	if p.t == 0 {
		return dist.NormSF(c / step)
	}
	sum := 0.0
	for i, b := range p.b {
		sum += p.f[i] * dist.NormSF((c-b)/step)
	}
	return sum
}

var rule = solve.Legendre(12)

// advance computes the density on [-c, c] after the increment.
func (p *path) advance(t, c, step float64) error {
	panels := int(math.Ceil(2*c/(3*step))) + 2
	if panels > 4000 {
		return errors.New("the looks are too close together to be told apart")
	}
	n := panels * len(rule.X)
	b, f := make([]float64, 0, n), make([]float64, 0, n)
	half := c / float64(panels)
	first := 0
	for i := 0; i < panels; i++ {
		mid := -c + (2*float64(i)+1)*half
		for j, x := range rule.X {
			at := mid + half*x
			var density float64
			density, first = p.density(at, step, first)
			b, f = append(b, at), append(f, half*rule.W[j]*density)
		}
	}
	p.t, p.b, p.f = t, b, f
	return nil
}

// density is the density of B at x after the increment; only nodes within 9 standard deviations count, and as x rises (panel
// nodes are in order) the first of them never moves back, so the search resumes where the last one ended.
func (p *path) density(x, step float64, first int) (float64, int) {
	if p.t == 0 {
		return dist.NormPDF(x/step) / step, 0
	}
	for first < len(p.b) && p.b[first] < x-9*step {
		first++
	}
	sum := 0.0
	for i := first; i < len(p.b) && p.b[i] <= x+9*step; i++ {
		sum += p.f[i] * dist.NormPDF((x-p.b[i])/step)
	}
	return sum / step, first
}
