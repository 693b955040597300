package crawler_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/sourcetest"
	"past/internal/evidence"
)

// shrinking is a register that lists some records and says of others that they
// are gone.
type shrinking struct {
	*toy
	list, gone []string
	fault      string // kind of a problem beside the page
}

func (s *shrinking) At(endpoint string) crawler.Source {
	c, in := *s, *s.toy
	in.base, c.toy = endpoint, &in
	in.ask = func(ctx context.Context, f crawler.Fetcher, base string) (crawler.Page, error) {
		res, err := f.Do(ctx, crawler.Request{URL: base + "/?" + strings.Join(s.list, "+")})
		p := crawler.Page{Payloads: []evidence.Payload{res.Payload}, Hits: s.list, Gone: s.gone}
		if s.fault != "" {
			p.Problems = []evidence.Problem{{Kind: s.fault, Where: base}}
		}
		return p, err
	}
	return &c
}

// TestGoneNeedsTwoSigns: a few records go at once, a large part only at a second
// look on another day, and none in a crawl in which an answer failed.
func TestGoneNeedsTwoSigns(t *testing.T) {
	ids := func(from, to int) (out []string) {
		for i := from; i < to; i++ {
			out = append(out, fmt.Sprintf("r%02d", i))
		}
		return out
	}
	type look struct {
		hours int // since the first
		gone  []string
		fault string
		want  int // marked in this look
	}
	for _, x := range []struct {
		name  string
		looks []look
	}{
		{"a few", []look{{1, ids(0, 3), "", 3}}},
		{"a few, with an answer that failed", []look{{1, ids(0, 3), crawler.KindEmpty, 0}, {25, ids(0, 3), "", 3}}},
		{"a few, with a value that cannot be read", []look{{1, ids(0, 3), crawler.KindBadValue, 3}}},
		{"all", []look{{1, ids(0, 10), "", 0}}},
		{"half, looked at again too soon", []look{{1, ids(0, 5), "", 0}, {2, ids(0, 5), "", 0}}},
		{"half, looked at again a day later", []look{{1, ids(0, 5), "", 0}, {26, ids(0, 5), "", 5}}},
		{"half, of which some are there again", []look{{1, ids(0, 5), "", 0}, {26, ids(3, 7), "", 2}}},
		{"half, there again in between", []look{{1, ids(0, 5), "", 0}, {10, nil, "", 0}, {26, ids(0, 5), "", 0}}},
	} {
		sink := &sourcetest.MemorySink{}
		begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		at := func(src *shrinking, hours int) crawler.SourceSummary {
			sum, err := run(t, src, sink, func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, strings.ReplaceAll(r.URL.RawQuery, "+", " "))
			}, func(o *crawler.Options) {
				o.All, o.Now = true, func() time.Time { return begin.Add(time.Duration(hours) * time.Hour) }
			})
			if err != nil {
				t.Fatalf("%s: %v", x.name, err)
			}
			return sum
		}
		at(&shrinking{toy: &toy{}, list: ids(0, 10)}, 0)
		for i, l := range x.looks {
			rest := slices.DeleteFunc(ids(0, 10), func(id string) bool { return slices.Contains(l.gone, id) })
			sum := at(&shrinking{toy: &toy{}, list: rest, gone: l.gone, fault: l.fault}, l.hours)
			if sum.Gone != l.want {
				t.Errorf("%s: look %d marked %d of %d as gone, want %d", x.name, i+1, sum.Gone, len(l.gone), l.want)
			}
			if l.want == 0 && len(l.gone) > 0 && sum.Problems == 0 {
				t.Errorf("%s: look %d marked none and did not say so", x.name, i+1)
			}
		}
	}
}
