package store

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"testing"

	"past/crawler"
	"past/crawler/ctgov"
	"past/crawler/sourcetest"
)

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
				srv := httptest.NewServer(&sourcetest.Stream{Studies: studies, Count: n})
				src := ctgov.New()
				if size > 0 {
					src.Size, src.Weight = size, 0
				}
				c, err := crawler.New(crawler.Options{Sources: []crawler.Source{src},
					Endpoints: map[string]string{"ctgov": srv.URL + "/api/v2"},
					Question: crawler.QuestionSet{Substances: []crawler.Concept{{ID: "all", Terms: []string{"all"}}},
						Conditions: []crawler.Concept{{ID: "all", Terms: []string{"all"}}}},
					Contact: "bench@example.org", Version: "bench", Wire: crawler.Wire{MaxBody: 512 << 20}}, s)
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
