package ctgov

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"past/crawler"
	"past/internal/evidence"
)

// fullStudy is the synthetic study with as many outcomes as make it weigh what
// recorded studies weigh on average: 55 kB.
func fullStudy(b *testing.B) string {
	b.Helper()
	s := compact(b, 1)
	open := `"outcomeMeasures":[`
	at := strings.Index(s, open) + len(open)
	end := at + strings.Index(s[at:], `,{"type":"SECONDARY"`)
	one := s[at:end] + ","
	return s[:at] + strings.Repeat(one, 55_000/len(one)) + s[at:]
}

// BenchmarkParseStudy reads one study of average size on one processor.
func BenchmarkParseStudy(b *testing.B) {
	s := []byte(fullStudy(b))
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseStudy(s, evidence.Provenance{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "studies/s")
}

// BenchmarkCrawl takes 1,000 studies of average size through HTTP on loopback,
// the polite transport, and Parse on all processors; the store is not in it.
func BenchmarkCrawl(b *testing.B) {
	const all = 1000
	one := fullStudy(b)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/studies") {
			_ = json.NewEncoder(w).Encode(map[string]string{"dataTimestamp": "x"})
			return
		}
		from, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
		size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
		fmt.Fprint(w, `{"studies":[`)
		n := from
		for ; n < min(from+size, all); n++ {
			if n > from {
				fmt.Fprint(w, ",")
			}
			fmt.Fprint(w, strings.Replace(one, "NCT99900001", fmt.Sprintf("NCT%08d", n), 1))
		}
		fmt.Fprint(w, "]")
		if n < all {
			fmt.Fprintf(w, `,"nextPageToken":"%d"`, n)
		}
		fmt.Fprint(w, "}")
	}))
	defer s.Close()
	b.SetBytes(int64(all * len(one)))
	for b.Loop() {
		c, err := crawler.New(crawler.Options{Sources: []crawler.Source{New()}, Question: question,
			Endpoints: map[string]string{"ctgov": s.URL + "/api/v2"}}, nowhere{})
		if err != nil {
			b.Fatal(err)
		}
		if sum, err := c.Run(b.Context()); err != nil || sum.Sources[0].Received != all {
			b.Fatal(sum.Sources[0].Received, err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapSys)/1e6, "heap-MB")
	b.ReportMetric(all*float64(b.N)/b.Elapsed().Seconds(), "studies/s")
}

// nowhere is a sink that counts and keeps nothing.
type nowhere struct{}

func (nowhere) Commit(_ context.Context, b crawler.Batch) (crawler.CommitResult, error) {
	return crawler.CommitResult{Received: len(b.Records)}, nil
}
func (nowhere) Cursor(context.Context, string, string) (crawler.Cursor, bool, error) {
	return crawler.Cursor{}, false, nil
}
func (nowhere) Mark(context.Context, string) (crawler.Mark, error)  { return crawler.Mark{}, nil }
func (nowhere) SetMark(context.Context, string, crawler.Mark) error { return nil }
func (nowhere) Known(context.Context, string) ([]crawler.Known, error) {
	return nil, nil
}
func (nowhere) Validators(context.Context, string) (etag, modified, sha string, err error) {
	return "", "", "", nil
}
func (nowhere) LogFetch(context.Context, evidence.Fetch) error { return nil }
