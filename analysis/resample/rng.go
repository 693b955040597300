package resample

import (
	"math"
	"math/bits"
)

// rng is the generator xoshiro256++ (Blackman & Vigna 2021, ACM Trans. Math. Softw. 47:36), seeded by splitmix64.
type rng struct {
	s     [4]uint64
	spare float64
	has   bool
}

func newRNG(seed uint64) *rng {
	r := &rng{}
	for i := range r.s {
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb
		r.s[i] = z ^ (z >> 31)
	}
	return r
}

func (r *rng) uint64() uint64 {
	s := &r.s
	out := bits.RotateLeft64(s[0]+s[3], 23) + s[0]
	t := s[1] << 17
	s[2] ^= s[0]
	s[3] ^= s[1]
	s[1] ^= s[2]
	s[0] ^= s[3]
	s[2] ^= t
	s[3] = bits.RotateLeft64(s[3], 45)
	return out
}

// float64 is uniform on the odd multiples of 2^-54 in (0, 1).
func (r *rng) float64() float64 { return (float64(r.uint64()>>11) + 0.5) * 0x1p-53 }

// below is uniform on 0..n-1 (Lemire 2019, ACM Trans. Model. Comput. Simul. 29:3).
func (r *rng) below(n int) int {
	for {
		hi, lo := bits.Mul64(r.uint64(), uint64(n))
		if lo >= uint64(n) || lo >= -uint64(n)%uint64(n) {
			return int(hi)
		}
	}
}

// normal is standard normal, by the polar method (Marsaglia & Bray 1964).
func (r *rng) normal() float64 {
	if r.has {
		r.has = false
		return r.spare
	}
	for {
		u, v := 2*r.float64()-1, 2*r.float64()-1
		if s := u*u + v*v; s > 0 && s < 1 {
			f := math.Sqrt(-2 * math.Log(s) / s)
			r.spare, r.has = v*f, true
			return u * f
		}
	}
}

// shuffle permutes p in place, all orders equally likely.
func (r *rng) shuffle(p []int) {
	for i := len(p) - 1; i > 0; i-- {
		j := r.below(i + 1)
		p[i], p[j] = p[j], p[i]
	}
}
