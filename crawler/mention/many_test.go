package mention

import (
	"fmt"
	"strings"
	"testing"
)

// TestMany: each id of a text is listed once for a kind of place, in order,
// however many there are.
func TestMany(t *testing.T) {
	var b strings.Builder
	const n = 5_000
	for i := range n {
		fmt.Fprintf(&b, "NCT%08d, NCT%08d; ", i, i)
	}
	got := Add(nil, b.String(), "abstract", "/a")
	got = Add(got, b.String(), "abstract", "/a")
	got = Add(got, "NCT00000007", "title", "/t")
	if len(got) != n+1 || got[7].ID != "NCT00000007" || got[n].Where != "title" {
		t.Errorf("%d mentions", len(got))
	}
}
