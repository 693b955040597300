package cite

import (
	"slices"
	"strings"

	"past/internal/text"
)

// near lists up to three keys that look like one, closest first.
func near(key string, keys []string) []string {
	type scored struct {
		key string
		d   int
	}
	var list []scored
	for _, k := range keys {
		d := text.Distance(strings.ToLower(key), strings.ToLower(k))
		if d <= max(2, len(key)/3) {
			list = append(list, scored{k, d})
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int { return a.d - b.d })
	var out []string
	for _, s := range list[:min(3, len(list))] {
		out = append(out, s.key)
	}
	return out
}
