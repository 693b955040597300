package bias

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"past/analysis"
	"past/analysis/internal/sorted"
	"past/analysis/meta"
)

// Side is the side of the funnel on which studies are thought to be missing.
type Side string

// The sides. Auto lets the data choose.
const (
	Auto  Side = ""
	Left  Side = "left"
	Right Side = "right"
)

// TrimFillEstimator names how missing studies are counted (Duval & Tweedie 2000).
type TrimFillEstimator string

// The estimators.
const (
	L0 TrimFillEstimator = "L0"
	R0 TrimFillEstimator = "R0"
	Q0 TrimFillEstimator = "Q0"
)

// TrimFillOptions chooses a trim-and-fill analysis. The zero value is REML, L0 and the side that the data suggest.
type TrimFillOptions struct {
	Method    meta.Method
	Estimator TrimFillEstimator
	Side      Side
	Level     float64 // of the interval of the refit; 0 means 0.95
}

// TrimFillResult is the outcome of [TrimFill].
type TrimFillResult struct {
	Method   string
	Options  TrimFillOptions
	Side     Side
	K        int     // studies observed
	K0       int     // studies filled in
	SEK0     float64 // standard error of the count
	PK0      float64 // R0 only: P(count this high or higher when none is missing); else NaN
	FilledY  []float64
	FilledV  []float64
	Fit      *meta.Result // of observed and filled studies together, z test
	Limit    string
	Warnings analysis.Warnings

	centre float64
	y, v   []float64 // sorted, turned so that the missing side is the left
	ranks  []float64 // signed ranks around centre
}

// ErrNoConvergence is wrapped when trim-and-fill goes round in circles.
var ErrNoConvergence = errors.New("the count of missing studies did not settle")

// TrimFill counts studies missing on one side of the funnel, fills in their mirror images and refits (Duval & Tweedie 2000,
// Journal of the American Statistical Association 95:89-98 and Biometrics 56:455-463).
//
// Studies are sorted by effect, turned so that the missing side is the left. Starting with k0 = 0 the k0 largest are trimmed,
// the rest is pooled, all are centred on that mean and ranked by absolute value (ties by position); with S the sum of the
// positive signed ranks,
//
//	L0: k0 = (4 S - k(k+1)) / (2k - 1)
//	Q0: k0 = k - 1/2 - sqrt(2 k^2 - 4 S + 1/4)
//	R0: k0 = k - (largest rank on the left) - 1
//
// rounded (halves to even) and not below 0, until k0 stays the same. The missing side, when not given, is the right when the
// regression on the standard error has a negative slope, else the left.
func TrimFill(s Studies, o TrimFillOptions) (TrimFillResult, error) {
	if o.Method == "" {
		o.Method = meta.REML
	}
	if o.Estimator == "" {
		o.Estimator = L0
	}
	r := TrimFillResult{Method: fmt.Sprintf("trim and fill (Duval & Tweedie 2000), %s, %s", o.Estimator, o.Method), Options: o, K: s.K(),
		PK0: math.NaN(), Limit: testLimit(s.K())}
	if err := s.check(r.Method, 2); err != nil {
		return r, err
	}
	if o.Estimator != L0 && o.Estimator != R0 && o.Estimator != Q0 {
		return r, fmt.Errorf("%s: the estimator must be L0, R0 or Q0, not %q", r.Method, o.Estimator)
	}
	if err := r.chooseSide(s); err != nil {
		return r, fmt.Errorf("%s: %w", r.Method, err)
	}
	r.sort(s)
	if err := r.count(); err != nil {
		return r, fmt.Errorf("%s: %w", r.Method, err)
	}
	if err := r.fill(s); err != nil {
		return r, fmt.Errorf("%s: %w", r.Method, err)
	}
	r.Warnings.Add(analysis.Assumption,
		"trim and fill assumes that the most extreme effects on one side are missing and nothing else makes the funnel lean; its "+
			"mean is a sensitivity analysis, not a corrected estimate")
	return r, nil
}

func (r *TrimFillResult) chooseSide(s Studies) error {
	switch r.Side = r.Options.Side; r.Side {
	case Left, Right:
		return nil
	case Auto:
	default:
		return fmt.Errorf("the side must be left or right, not %q", r.Side)
	}
	x, err := s.predictor(SEi)
	if err != nil {
		return fmt.Errorf("the side cannot be chosen: %w; name it", err)
	}
	f, err := fitLine(s, x, r.Options.Method, meta.Z, r.Options.Level)
	if err != nil {
		return fmt.Errorf("the side cannot be chosen: %w; name it", err)
	}
	if r.Side = Left; f.Coef[1].Value < 0 {
		r.Side = Right
	}
	return nil
}

// sign turns the effects so that the missing side is the left.
func (r *TrimFillResult) sign() float64 {
	if r.Side == Right {
		return -1
	}
	return 1
}

// sort puts the studies in rising order of the (turned) effect; equal effects keep their order.
func (r *TrimFillResult) sort(s Studies) {
	sign := r.sign()
	for _, i := range sorted.Order(s.K(), func(i, j int) int { return cmp.Compare(sign*s.Y[i], sign*s.Y[j]) }) {
		r.y, r.v = append(r.y, sign*s.Y[i]), append(r.v, s.V[i])
	}
	r.ranks = make([]float64, s.K())
}

// count iterates the number of missing studies until it stays the same.
func (r *TrimFillResult) count() error {
	const maxIterations = 100
	for last, round := -1, 1; last != r.K0; round++ {
		if last = r.K0; round > maxIterations {
			return fmt.Errorf("after %d rounds: %w", maxIterations, ErrNoConvergence)
		}
		keep := r.K - r.K0
		if keep < 1 {
			return fmt.Errorf("all %d studies would be trimmed: %w", r.K, ErrNoConvergence)
		}
		f, err := meta.Fit(r.y[:keep], r.v[:keep], meta.Options{Method: r.Options.Method})
		if err != nil {
			return fmt.Errorf("pool the %d studies left after trimming: %w", keep, err)
		}
		r.centre = f.Coef[0].Value
		r.rank()
		k0, se, err := r.estimate()
		if err != nil {
			return err
		}
		r.K0 = int(math.Max(0, math.RoundToEven(k0)))
		r.SEK0 = se
	}
	if r.Options.Estimator == R0 {
		r.PK0 = math.Pow(0.5, float64(r.K0+1))
	}
	return nil
}

// rank fills the signed ranks of the distances from the centre; ties keep their order.
func (r *TrimFillResult) rank() {
	distance := func(i int) float64 { return math.Abs(r.y[i] - r.centre) }
	for place, i := range sorted.Order(r.K, func(i, j int) int { return cmp.Compare(distance(i), distance(j)) }) {
		if r.ranks[i] = math.Copysign(float64(place+1), r.y[i]-r.centre); distance(i) == 0 {
			r.ranks[i] = 0
		}
	}
}

// estimate gives the unrounded count and its standard error from the ranks.
func (r *TrimFillResult) estimate() (k0, se float64, err error) {
	k := float64(r.K)
	positive, lowest := 0.0, 0.0
	for _, v := range r.ranks {
		if v > 0 {
			positive += v
		}
		lowest = math.Max(lowest, -v)
	}
	switch r.Options.Estimator {
	case R0:
		if lowest == 0 {
			return 0, 0, errors.New("no effect lies below the centre, so R0 cannot count")
		}
		k0 = k - lowest - 1
		return k0, math.Sqrt(2*math.Max(0, k0) + 2), nil
	case L0:
		k0 = (4*positive - k*(k+1)) / (2*k - 1)
		se = 4 * math.Sqrt(math.Max(0, rankSumVariance(k, k0))) / (2*k - 1)
	case Q0:
		root := 2*k*k - 4*positive + 0.25
		if root < 0 {
			return 0, 0, errors.New("too many effects lie above the centre for Q0 to have a solution")
		}
		k0 = k - 0.5 - math.Sqrt(root)
		se = 2 * math.Sqrt(math.Max(0, rankSumVariance(k, k0))) / math.Sqrt((k-0.5)*(k-0.5)-k0*(2*k-k0-1))
	}
	return k0, se, nil
}

// rankSumVariance is the variance of the positive rank sum when k0 of k studies are missing (Duval & Tweedie 2000, JASA 95:89-98).
func rankSumVariance(k, k0 float64) float64 {
	return (k*(k+1)*(2*k+1) + 10*k0*k0*k0 + 27*k0*k0 + 17*k0 - 18*k*k0*k0 - 18*k*k0 + 6*k*k*k0) / 24
}

// fill mirrors the trimmed studies and refits.
func (r *TrimFillResult) fill(s Studies) error {
	sign := r.sign()
	for i := r.K - r.K0; i < r.K; i++ {
		r.FilledY = append(r.FilledY, sign*(2*r.centre-r.y[i]))
		r.FilledV = append(r.FilledV, r.v[i])
	}
	var err error
	r.Fit, err = meta.Fit(slices.Concat(s.Y, r.FilledY), slices.Concat(s.V, r.FilledV),
		meta.Options{Method: r.Options.Method, Level: r.Options.Level})
	return err
}
