package meta

import (
	"math"
	"testing"

	"past/analysis/internal/dist"
)

// rRandom is R's default random generator: the Mersenne Twister (Matsumoto &
// Nishimura 1998) seeded as set.seed does, normals by inversion with 53 bits.
type rRandom struct {
	state [624]uint32
	at    int
}

func newRRandom(seed uint32) *rRandom {
	r := &rRandom{at: 624}
	for i := 0; i < 50; i++ {
		seed = 69069*seed + 1
	}
	seed = 69069*seed + 1 // the first draw fills the position, which is then reset
	for i := range r.state {
		seed = 69069*seed + 1
		r.state[i] = seed
	}
	return r
}

func (r *rRandom) next() uint32 {
	if r.at == 624 {
		for i := range r.state {
			y := r.state[i]&0x80000000 | r.state[(i+1)%624]&0x7fffffff
			r.state[i] = r.state[(i+397)%624] ^ y>>1 ^ (y&1)*0x9908b0df
		}
		r.at = 0
	}
	y := r.state[r.at]
	r.at++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (r *rRandom) uniform() float64 {
	return math.Max(float64(r.next())*2.3283064365386963e-10, 0.5*2.328306437080797e-10)
}

func (r *rRandom) normal() float64 {
	const big = 134217728
	u := float64(int(big*r.uniform())) + r.uniform()
	return dist.NormQuantile(u / big)
}

// The example of 4,000 studies on metafor's page on speeding up model fitting:
// set.seed(132451); vi <- runif(4000, .01, 1); yi <- rnorm(4000, .5, sqrt(vi + .25)).
// tau2 is the root of the score computed to 40 digits; metafor, which stops when
// tau2 changes by less than 1e-5, prints 0.2671452119.
func TestFourThousandStudies(t *testing.T) {
	y, v := fourThousand()
	r := mustFit(t, y, v, Options{})
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"tau2", r.Tau2, 0.26714521029462173},
		{"estimate", r.Coef[0].Value, 0.5125569646},
		{"se", r.Coef[0].SE, 0.0127925627},
		{"Q", r.Q.Value, 8667.184610},
	} {
		if math.Abs(c.got-c.want) > 1e-10*math.Max(1, math.Abs(c.want)) {
			t.Errorf("%s = %.10f, want %.10f", c.name, c.got, c.want)
		}
	}
}

func fourThousand() (y, v []float64) {
	r := newRRandom(132451)
	y, v = make([]float64, 4000), make([]float64, 4000)
	for i := range v {
		v[i] = 0.01 + 0.99*r.uniform()
	}
	for i := range y {
		y[i] = 0.5 + math.Sqrt(v[i]+0.25)*r.normal()
	}
	return y, v
}
