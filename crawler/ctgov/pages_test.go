package ctgov

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/sourcetest"
	"past/internal/evidence"
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
			fmt.Fprint(w, page(t, "t"+token(n), 50, 1, 2))
		})
		sink := &sourcetest.MemorySink{}
		sum, err := crawl(t, sink, url)
		if err == nil || sum.Complete || ids(sink) != 2 || kinds(sink)[crawler.KindTokenLoop] != 1 || asked > 30 {
			t.Errorf("%s: %d requests, %d records, %v, %v", name, asked, ids(sink), kinds(sink), err)
		}
	}
}

// A last page that is full has a token all the same, and behind it is nothing.
func TestTokenOfTheLastPage(t *testing.T) {
	asked := 0
	url := pages(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Query().Get("pageToken") != "" {
			fmt.Fprint(w, page(t, "", -1))
			return
		}
		total := 2
		if r.URL.Query().Has("filter.ids") {
			total = -1
		}
		fmt.Fprint(w, page(t, "b", total, 1, 2))
	})
	sink := &sourcetest.MemorySink{}
	if sum, err := crawl(t, sink, url); err != nil || !sum.Complete || ids(sink) != 2 || sum.Problems != 0 || asked != 1 {
		t.Errorf("%d records, asked %d times, %v, %v", ids(sink), asked, sink.Problems(), err)
	}
	f, src := fetcher(t, url)
	asked = 0
	if stale, gone, err := src.Check(t.Context(), f, []crawler.Known{{ID: "NCT99900001"}, {ID: "NCT99900002"}}, time.Now()); err != nil ||
		len(stale)+len(gone) != 0 || asked != 1 {
		t.Errorf("known: asked %d times, stale %v, gone %v, %v", asked, stale, gone, err)
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
	// A register whose count is simply wrong is asked once more and left.
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
	if err != nil || !sum.Complete || ids(sink) != all || len(sizes) > 16 || sizes[len(sizes)-1] != 1000 {
		t.Errorf("%d records in %d pages of %v, %v", ids(sink), len(sizes), sizes, err)
	}
}

// TestPagesAreSplit: a whole page becomes one payload for each study, byte for
// byte; a page that is not as expected stays one.
func TestPagesAreSplit(t *testing.T) {
	body := page(t, "", 3, 1, 2, 3)
	parts := New().Split(evidence.Payload{Source: "ctgov", URL: "u", ETag: "e", Body: []byte(body)})
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	at := 0
	for _, p := range parts {
		i := strings.Index(body[at:], string(p.Body))
		if i < 0 {
			t.Fatalf("%s is not in the page after byte %d", p.RecordID, at)
		}
		at += i + len(p.Body)
		parsed, err := Parse(p)
		if err != nil || len(parsed.Records) != 1 || parsed.Records[0].ID != p.RecordID || p.ETag != "" || p.URL != "u" {
			t.Errorf("%s: %+v, %v", p.RecordID, parsed.Problems, err)
		}
	}
	for _, odd := range []string{body[:len(body)-20], strings.Replace(body, `"studies"`, `"new":1,"studies"`, 1),
		strings.Replace(body, `"briefTitle"`, `"briefTitle`, 1)} {
		if parts := New().Split(evidence.Payload{Body: []byte(odd)}); len(parts) != 1 || string(parts[0].Body) != odd {
			t.Errorf("%d parts of a page that is not whole", len(parts))
		}
	}
}
