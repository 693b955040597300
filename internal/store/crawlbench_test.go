package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"past/crawler"
	"past/crawler/ctgov"
)

// register serves n recorded studies with new ids as the register does, the
// same ones anew on every round.
func register(studies [][]byte, n int) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/version") {
			fmt.Fprint(w, `{"apiVersion":"2.0.5","dataTimestamp":"2026-03-25T09:00:05"}`)
			return
		}
		size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
		from, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("pageToken"), "t"))
		to := min(n, from+max(1, size))
		b := bufio.NewWriterSize(w, 64<<10)
		b.WriteString(`{"studies":[`)
		for i := from; i < to; i++ {
			if i > from {
				b.WriteString(",\n")
			}
			s := studies[i%len(studies)]
			at := bytes.Index(s, []byte(`"nctId"`))
			at += bytes.Index(s[at:], []byte("NCT"))
			b.Write(s[:at])
			fmt.Fprintf(b, "NCT%08d", 10_000_000+i)
			b.Write(s[at+11:])
		}
		b.WriteString("]")
		if to < n {
			fmt.Fprintf(b, `,"nextPageToken":"t%d"`, to)
		}
		if from == 0 {
			fmt.Fprintf(b, `,"totalCount":%d`, n)
		}
		b.WriteString("}")
		b.Flush()
	}))
}

// BenchmarkCrawl is a whole crawl over loopback HTTP: requests, parsing,
// storing. The server shares the machine.
func BenchmarkCrawl(b *testing.B) {
	n := 3000
	if v := os.Getenv("PAST_BENCH_RECORDS"); v != "" {
		fmt.Sscan(v, &n)
	}
	studies := recordedStudies(b)
	for _, size := range []int{0, 250, 1000} {
		name := fmt.Sprint("pages of ", size)
		if size == 0 {
			name = "pages by weight"
		}
		b.Run(name, func(b *testing.B) {
			var bytes int64
			for b.Loop() {
				b.StopTimer()
				s := fresh(b)
				srv := register(studies, n)
				c, err := crawler.New(crawler.Options{Sources: []crawler.Source{&ctgov.Source{PageSize: size}}, Endpoints: map[string]string{"ctgov": srv.URL + "/api/v2"},
					Question: crawler.QuestionSet{Substances: []crawler.Concept{{ID: "all", Terms: []string{"all"}}}, Conditions: []crawler.Concept{{ID: "all", Terms: []string{"all"}}}},
					Contact:  "bench@example.org", Version: "bench", Wire: crawler.Wire{MaxBody: 512 << 20}}, s)
				if err != nil {
					b.Fatal(err)
				}
				debug.FreeOSMemory()
				b.StartTimer()
				sum, err := c.Run(context.Background())
				b.StopTimer()
				if err != nil {
					b.Fatal(err)
				}
				if got := sum.Sources[0].New; got != n {
					text, _ := json.Marshal(sum)
					b.Fatalf("%d new records, want %d: %s", got, n, text)
				}
				srv.Close()
				s.Close()
				if info, err := os.Stat(s.Path()); err == nil {
					bytes = info.Size()
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(bytes)/float64(n), "file-B/study")
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "studies/s")
		})
	}
}
