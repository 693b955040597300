package vocab

import (
	"strings"
	"testing"
)

// BenchmarkRepetitive reads long texts of repeated terms; the time per byte must
// not grow with the length.
func BenchmarkRepetitive(b *testing.B) {
	v := Default()
	for name, unit := range map[string]string{
		"conditions":  "patients with depression scale without anxiety, ",
		"masks":       "respiratory depression LSD test CAPS 5 mg ",
		"instruments": "STAI state CAPS total FSFI desire subscale ",
		"doses":       "25 mg MDMA or placebo, niacin 250 mg ",
		"sentences":   "We received ecstasy. N = 5 patients. ",
	} {
		for _, n := range []int{1000, 16000} {
			text := strings.Repeat(unit, n)
			b.Run(name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					v.Match(text)
					v.MatchInstrument("x", text)
					v.Given(text)
				}
			})
		}
	}
}
