package dist

import "testing"

func BenchmarkTQuantile(b *testing.B) {
	for i := 0; i < b.N; i++ {
		TQuantile(0.975, 19)
	}
}

func BenchmarkTTwoSided(b *testing.B) {
	for i := 0; i < b.N; i++ {
		TTwoSided(2.3, 19)
	}
}

func BenchmarkChiSqSF(b *testing.B) {
	for i := 0; i < b.N; i++ {
		ChiSqSF(33, 19)
	}
}

func BenchmarkChiSqQuantile(b *testing.B) {
	for i := 0; i < b.N; i++ {
		ChiSqQuantile(0.975, 19)
	}
}
