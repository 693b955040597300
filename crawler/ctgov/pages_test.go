package ctgov

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"past/crawler"
	"past/crawler/sourcetest"
)

func TestTokenExpiresMidWay(t *testing.T) {
	var expired atomic.Bool
	url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		switch token := r.URL.Query().Get("pageToken"); {
		case token == "":
			fmt.Fprint(w, page(t, "b", 4, 1, 2))
		case expired.CompareAndSwap(false, true):
			http.Error(w, "invalid pageToken", http.StatusBadRequest)
		default:
			fmt.Fprint(w, page(t, "", -1, 3, 4))
		}
	})
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url)
	if err != nil || !sum.Complete || ids(sink) != 4 || kinds(sink)[crawler.KindExpired] != 1 {
		t.Errorf("%d records, complete %v, %v, %v", ids(sink), sum.Complete, kinds(sink), err)
	}
}

func TestTokenThatAlwaysExpiresEnds(t *testing.T) {
	url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("pageToken") != "" {
			http.Error(w, "invalid pageToken", http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, page(t, "b", 4, 1, 2))
	})
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url)
	if err == nil || sum.Complete || ids(sink) != 2 || kinds(sink)[crawler.KindExpired] != 3 {
		t.Errorf("%d records, complete %v, %v, %v", ids(sink), sum.Complete, kinds(sink), err)
	}
}

func TestTokenLoopEnds(t *testing.T) {
	for name, token := range map[string]func(n int) string{
		"same token":   func(int) string { return "a" },
		"two in turn":  func(n int) string { return strconv.Itoa(n % 2) },
		"always fresh": strconv.Itoa, // and never a new study
	} {
		asked := 0
		url := pages(t, func(n int, w http.ResponseWriter, _ *http.Request) {
			asked++
			fmt.Fprint(w, page(t, "t"+token(n), 2, 1, 2))
		})
		sink := &sourcetest.MemorySink{}
		sum, err := crawl(t, sink, url)
		if err == nil || sum.Complete || ids(sink) != 2 || kinds(sink)[crawler.KindTokenLoop] != 1 || asked > 30 {
			t.Errorf("%s: %d requests, %d records, %v, %v", name, asked, ids(sink), kinds(sink), err)
		}
	}
}

func TestTotalChangesMidWay(t *testing.T) {
	url := pages(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		switch n {
		case 0:
			fmt.Fprint(w, page(t, "b", 3, 1, 2))
		default:
			fmt.Fprint(w, page(t, "", 4, 3, 4))
		}
	})
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url)
	if err != nil || !sum.Complete || ids(sink) != 4 || kinds(sink)[crawler.KindTotal] != 1 {
		t.Errorf("%d records, %v, %v", ids(sink), kinds(sink), err)
	}
}

// TestGapsAndDoublesBetweenPages: a study that slipped between two pages is
// found by reading the query once more; what came twice is kept once.
func TestGapsAndDoublesBetweenPages(t *testing.T) {
	url := pages(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		switch n {
		case 0:
			fmt.Fprint(w, page(t, "b", 4, 1, 2))
		case 1:
			fmt.Fprint(w, page(t, "", -1, 2, 4)) // 3 slipped through, 2 came again
		case 2:
			fmt.Fprint(w, page(t, "c", 4, 1, 2))
		default:
			fmt.Fprint(w, page(t, "", -1, 3, 4))
		}
	})
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url)
	k := kinds(sink)
	if err != nil || !sum.Complete || ids(sink) != 4 || k[crawler.KindMissing] != 1 || k[crawler.KindDuplicate] != 1 {
		t.Errorf("%d records, %v, %v", ids(sink), k, err)
	}
	for _, hits := range sink.Content("ctgov").Hits {
		if len(hits) != 4 {
			t.Errorf("hit list %v", hits)
		}
	}
	// A register whose count is simply wrong is told once more and left.
	url = pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page(t, "", 9, 1, 2)) })
	sink = &sourcetest.MemorySink{}
	if sum, err := crawl(t, sink, url); err != nil || !sum.Complete || kinds(sink)[crawler.KindMissing] != 2 {
		t.Errorf("wrong count: %v, %v", kinds(sink), err)
	}
}

// TestManyRecordsStayFlat: more studies than a page may hold, in pages whose
// size follows the studies'.
func TestManyRecordsStayFlat(t *testing.T) {
	small := `{"protocolSection":{"identificationModule":{"nctId":"NCT%08d"}}}`
	const all = 12000
	var sizes []int
	url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		from, _ := strconv.Atoi(q.Get("pageToken"))
		size, _ := strconv.Atoi(q.Get("pageSize"))
		sizes = append(sizes, size)
		p := map[string]any{}
		if from == 0 {
			p["totalCount"] = all
		}
		var list []json.RawMessage
		for n := from; n < min(from+size, all); n++ {
			list = append(list, json.RawMessage(fmt.Sprintf(small, n+1)))
		}
		p["studies"] = list
		if from+size < all {
			p["nextPageToken"] = strconv.Itoa(from + size)
		}
		reply(w, p)
	})
	sink := &sourcetest.MemorySink{}
	sum, err := crawl(t, sink, url)
	if err != nil || !sum.Complete || ids(sink) != all || len(sizes) > 16 || sizes[len(sizes)-1] != largest {
		t.Errorf("%d records in %d pages of %v, %v", ids(sink), len(sizes), sizes, err)
	}
}

// TestParsedWithThePageIsWhatParseGives: studies are read once, while the page
// is cut, and a rebuild from the payload gives the same.
func TestParsedWithThePageIsWhatParseGives(t *testing.T) {
	url := pages(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Replace(page(t, "", 3, 1, 2, 3), `"protocolSection"`, `"newKey":1,"protocolSection"`, 1))
	})
	c, err := crawler.New(crawler.Options{Sources: []crawler.Source{New()}, Endpoints: map[string]string{"ctgov": url}, DryRun: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, src, err := c.Fetcher("ctgov")
	if err != nil {
		t.Fatal(err)
	}
	queries, err := src.Plan(question)
	if err != nil {
		t.Fatal(err)
	}
	got, err := src.Page(t.Context(), f, queries[0], "")
	if err != nil || len(got.Parsed) != 1 || len(got.Payloads) != 1 {
		t.Fatalf("%d payloads, %d parsed, %v", len(got.Payloads), len(got.Parsed), err)
	}
	want, err := src.Parse(got.Payloads[0])
	if diff := cmp.Diff(want, got.Parsed[0]); diff != "" || err != nil || len(want.Records) < 2 || len(want.Problems) == 0 {
		t.Errorf("%d records, %d problems, %v\n%s", len(want.Records), len(want.Problems), err, diff)
	}
}
