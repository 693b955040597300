package sourcetest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"past/crawler"
)

// Crawl makes a register on loopback and a sink for tests of what one source
// alone does. Each call of crawl is a crawl of a later day, and must end well;
// the endpoint is path on the register.
func Crawl(t *testing.T, src crawler.Source, register http.Handler, path string, q crawler.QuestionSet) (sink *MemorySink,
	crawl func(...func(*crawler.Options)) crawler.SourceSummary) {
	t.Helper()
	srv := httptest.NewServer(register)
	t.Cleanup(srv.Close)
	sink = &MemorySink{}
	now := &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	return sink, func(change ...func(*crawler.Options)) crawler.SourceSummary {
		t.Helper()
		now.at = now.at.Add(72 * time.Hour)
		o := crawler.Options{
			Sources: []crawler.Source{src}, Question: q, Endpoints: map[string]string{src.Name(): srv.URL + path},
			Now: now.now, Contact: "suite", Version: "test",
			Wire: crawler.Wire{Base: time.Millisecond, Cap: 5 * time.Millisecond, Idle: time.Second, Timeout: 5 * time.Second},
		}
		for _, f := range change {
			f(&o)
		}
		c, err := crawler.New(o, sink)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := c.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return sum.Sources[0]
	}
}

// IDs lists the ids of a source's records that are not gone.
func IDs(s *MemorySink, source string) []string {
	c := s.Content(source)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.Hashes)), func(id string) bool { return slices.Contains(c.Gone, id) })
}
