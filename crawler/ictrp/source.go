package ictrp

import (
	"context"
	"fmt"
	"time"

	"past/crawler"
	"past/crawler/boolean"
	"past/internal/evidence"
)

// SourceName is the name under which payloads and records are kept.
const SourceName = "ictrp"

const searchPage = "https://trialsearch.who.int/AdvSearch.aspx"

// Source is the platform as an importer knows it. It implements crawler.Source
// so that stored files can be read again; its Page refuses.
type Source struct{}

var (
	_ crawler.Source    = (*Source)(nil)
	_ crawler.Described = (*Source)(nil)
)

// New gives the Source.
func New() *Source { return &Source{} }

// Name implements crawler.Source.
func (s *Source) Name() string { return SourceName }

// Title implements crawler.Described.
func (s *Source) Title() string { return "WHO ICTRP" }

// Searched implements crawler.Described.
func (s *Source) Searched() bool { return false }

// Files implements crawler.Described.
func (s *Source) Files() []crawler.Format {
	return []crawler.Format{{Media: "application/xml", Frame: crawler.FrameXML, Elements: []string{"Trial"}, Recognise: Recognise},
		{Media: "text/csv", Frame: crawler.FrameTable, Recognise: Recognise}}
}

// Policy implements crawler.Source. Nothing is asked; the values stand for
// completeness.
func (s *Source) Policy() crawler.Policy {
	return crawler.Policy{BaseURL: searchPage, PerSecond: 0.1, Burst: 1, Robots: true, RobotsReason: "never crawled",
		MaxBody: 1 << 30, Timeout: time.Minute, Terms: "https://www.who.int/clinical-trials-registry-platform/the-ictrp-search-portal"}
}

// Plan implements crawler.Source: what a user pastes into the fields
// "Intervention" and "Condition" of the advanced search.
func (s *Source) Plan(q crawler.QuestionSet) ([]crawler.Query, error) {
	w := boolean.Writer{Term: func(t string) string { return t }, Max: 1500}
	var out []crawler.Query
	for _, sub := range q.Substances {
		for _, p := range w.Plan(crawler.QuestionSet{Substances: []crawler.Concept{sub}}) {
			text := "Intervention: " + p.Text
			for _, c := range w.Plan(crawler.QuestionSet{Conditions: q.Conditions}) {
				out = append(out, crawler.Query{Key: p.Key + "-" + c.Key, Text: text + " | Condition: " + c.Text, URL: searchPage})
			}
			if len(q.Conditions) == 0 {
				out = append(out, crawler.Query{Key: p.Key, Text: text, URL: searchPage})
			}
		}
	}
	return out, nil
}

// Page implements crawler.Source: it always refuses.
func (s *Source) Page(_ context.Context, _ crawler.Fetcher, q crawler.Query, _ string) (crawler.Page, error) {
	return crawler.Page{}, fmt.Errorf("%w: the ICTRP is not crawled; search for %q at %s, export the trials there and run: past import FILE",
		crawler.ErrPermanent, q.Text, searchPage)
}

// Parse implements crawler.Source.
func (s *Source) Parse(p evidence.Payload) (crawler.Parsed, error) { return Parse(p) }
