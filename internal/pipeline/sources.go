package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"past/crawler"
	"past/crawler/ctgov"
	"past/crawler/europepmc"
	"past/crawler/pubmed"
	"past/internal/evidence"
	"past/internal/vocab"
)

// allSources are the registers in the order in which they are asked.
func allSources() []crawler.Source {
	return []crawler.Source{ctgov.New(), pubmed.New(), europepmc.New()}
}

// Sources gives the registers of these names; none named is all of them.
func Sources(names []string) ([]crawler.Source, error) {
	all := allSources()
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, s := range all {
		known = append(known, s.Name())
	}
	var out []crawler.Source
	for _, n := range names {
		i := slices.Index(known, n)
		if i < 0 {
			return nil, fmt.Errorf("no register is called %q; known are %s", n, strings.Join(known, ", "))
		}
		if !slices.Contains(out, all[i]) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// CrawlQuestion is what every register is asked: the core substances and the
// conditions of the tracker, with their synonyms.
func CrawlQuestion() crawler.QuestionSet {
	v := vocab.Default()
	var q crawler.QuestionSet
	for _, s := range v.Substances() {
		if s.Core && len(s.Queries) > 0 {
			q.Substances = append(q.Substances, crawler.Concept{ID: s.ID, Terms: s.Queries})
		}
	}
	for _, c := range v.Conditions() {
		if len(c.Queries) > 0 {
			q.Conditions = append(q.Conditions, crawler.Concept{ID: c.ID, Terms: c.Queries})
		}
	}
	return q
}

// parse reads a stored payload with the parser of its source. Review files are
// read by the stages themselves and hold no records.
func parse(p evidence.Payload) (crawler.Parsed, error) {
	for _, s := range allSources() {
		if s.Name() == p.Source {
			return s.Parse(p)
		}
	}
	return crawler.Parsed{}, nil
}
