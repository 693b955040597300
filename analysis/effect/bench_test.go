package effect

import "testing"

// Hedges' g of 1,000 studies.
func BenchmarkSMD1000(b *testing.B) {
	n := 1000
	d := Data{M1I: make([]float64, n), SD1I: make([]float64, n), N1I: make([]float64, n), M2I: make([]float64, n), SD2I: make([]float64, n),
		N2I: make([]float64, n)}
	for i := 0; i < n; i++ {
		d.M1I[i], d.SD1I[i], d.N1I[i] = float64(i%17), 3, float64(10+i%90)
		d.M2I[i], d.SD2I[i], d.N2I[i] = float64(i%13), 4, float64(12+i%70)
	}
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		if _, err := Compute(SMD, d, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
