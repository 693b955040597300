package text

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestTimeProbes reads one point in time of each text, and what it is counted
// from where the table says it.
func TestTimeProbes(t *testing.T) {
	body, err := os.ReadFile("testdata/time_probes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	probes := 0
	for _, line := range strings.Split(strings.TrimSpace(string(body)), "\n") {
		f := strings.SplitN(line, "\t", 3)
		if strings.HasPrefix(line, "#") {
			continue
		}
		probes++
		m, ok := Single(f[2])
		want, err := strconv.ParseFloat(f[0], 64)
		switch {
		case f[0] == "-" && !ok:
		case f[0] != "-" && err == nil && ok && math.Abs(m.Weeks-want) <= 0.006*math.Max(1, math.Abs(want)) && (f[1] == "-" || f[1] == m.Origin):
		default:
			t.Errorf("%q: %.5g weeks from %q (%v), want %s from %s", f[2], m.Weeks, m.Origin, ok, f[0], f[1])
		}
	}
	t.Logf("%d probes", probes)
}
