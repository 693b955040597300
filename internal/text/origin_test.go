package text

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Patterns are passed over where their words do not occur; that never changes
// the origin that is found.
func TestOriginGatesLoseNothing(t *testing.T) {
	words := strings.Fields(`after post following from since of past beyond in during the a last final first second 3 two dose ` +
		`dosing mdma injection
		session infusion treatment randomisation allocation end start cycle c period phase part stage baseline surgery discharge ` +
		`study drug , ( - ; : 12 weeks`)
	rng := rand.New(rand.NewPCG(13, 7))
	phrase := func() string {
		out := make([]string, rng.IntN(7))
		for i := range out {
			out[i] = words[rng.IntN(len(words))]
		}
		return strings.Join(out, []string{" ", " ", "-", ""}[rng.IntN(4)])
	}
	found := 0
	for range 20000 {
		tail, head := phrase(), phrase()
		want := ""
		for _, o := range origins {
			if m := o.re.FindStringSubmatch(tail); m != nil && tail != "" && want == "" {
				want = numbered(o.name, m)
			}
		}
		for _, o := range before {
			if m := o.re.FindStringSubmatch(head); m != nil && head != "" && want == "" {
				want = numbered(o.name, m)
			}
		}
		if want != "" {
			found++
		}
		if got := originIn(tail, head); got != want {
			t.Fatalf("originIn(%q, %q) = %q, without the gates %q", tail, head, got, want)
		}
	}
	if found < 500 {
		t.Fatalf("only %d of 20000 phrases name an origin", found)
	}
}
