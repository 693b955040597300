package vocab

import (
	"os"
	"strings"
	"testing"
)

// TestKindProbes reads wordings of which each differs in one thing from another.
func TestKindProbes(t *testing.T) {
	body, err := os.ReadFile("testdata/kind_probes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	v := Default()
	readers := map[string]func(string) string{"event": v.OutcomeKind, "score": v.ScoreSaid, "desc": v.ScoreDescribed,
		"pos": v.PositiveIs, "dpos": v.DescribedIs, "answer": v.Answer, "unit": v.UnitKind}
	probes := 0
	for _, line := range strings.Split(strings.TrimSpace(string(body)), "\n") {
		f := strings.SplitN(line, "\t", 3)
		if strings.HasPrefix(line, "#") {
			continue
		}
		probes++
		if got := readers[f[0]](f[2]); got != f[1] {
			t.Errorf("%s of %q is %q, want %q", f[0], f[2], got, f[1])
		}
	}
	t.Logf("%d probes", probes)
}
