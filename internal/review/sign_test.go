package review

import (
	"math"
	"strings"
	"testing"

	"past/internal/evidence"
)

// A certainty may be signed for the number that is shown or for the fitted one, a ratio
// as a ratio or as its logarithm; anything else says what was signed and what is there.
func TestASignatureNamesTheNumberItIsFor(t *testing.T) {
	p := func(x float64) *float64 { return &x }
	smd := evidence.Finding{ID: "x", Measure: "SMD", Primary: evidence.PooledResult{K: 3, Estimate: p(-0.4103)},
		Headline: evidence.Headline{Kind: evidence.HeadlineSmall, Estimate: p(-0.4167)}}
	rr := evidence.Finding{ID: "x", Measure: "RR", Primary: evidence.PooledResult{K: 3, Estimate: p(math.Log(2))},
		Headline: evidence.Headline{Kind: evidence.HeadlinePooled, Estimate: p(math.Log(2))}}
	none := evidence.Finding{ID: "x", Measure: "SMD"}
	for _, c := range []struct {
		f           evidence.Finding
		estimate, k string
		want        string // in the reason; "" for signed
	}{
		{smd, "-0.4167", "3", ""}, {smd, "−0.42", "", ""}, {smd, "-0.4103", "3", ""}, {smd, "-0.52", "3", "the finding has -0.4167 with k = 3"},
		{smd, "-0.4167", "4", "with k = 4; the finding has -0.4167 with k = 3"}, {smd, "", "3", "the finding has -0.4167"},
		{rr, "2.00", "3", ""}, {rr, "0.693", "3", ""}, {rr, "0.5", "3", "the finding has 2 with k = 3"}, {none, "0", "0", "no number"},
	} {
		fs, ds := []evidence.Finding{c.f}, []Decision{{Kind: Certainty, Target: "x",
			Fields: map[string]string{"level": "low", "estimate": c.estimate, "k": c.k}}}
		Sign(fs, ds)
		if got := ds[0].Stale; fs[0].Certainty.Signed != (c.want == "") || !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s %q, k %q: %q, want %q", c.f.Measure, c.estimate, c.k, got, c.want)
		}
	}
}
