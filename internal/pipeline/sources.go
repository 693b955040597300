package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"past/crawler"
	"past/crawler/crossref"
	"past/crawler/ictrp"
	"past/crawler/metapsy"
	"past/crawler/registers"
	"past/internal/store"
	"past/internal/vocab"
)

// SourceOptions are what some registers need to know of the asker.
type SourceOptions = registers.Options

// byName are sources that are asked only when they are named.
var byName = []string{crossref.SourceName, ictrp.SourceName, metapsy.SourceName}

// Sources gives the registers of these names; none named is all that are asked
// without being named.
// Options, where given, are the first.
func Sources(names []string, options ...SourceOptions) ([]crawler.Source, error) {
	var o SourceOptions
	if len(options) > 0 {
		o = options[0]
	}
	var out []crawler.Source
	var known []string
	for _, s := range registers.All(o) {
		known = append(known, s.Name())
		if slices.Contains(names, s.Name()) || len(names) == 0 && !slices.Contains(byName, s.Name()) {
			out = append(out, s)
		}
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fmt.Errorf("no register is called %q; known are %s", n, strings.Join(known, ", "))
		}
	}
	return out, nil
}

// KnownDOIs lists the DOIs that the stored records name, sorted: what Crossref
// is asked for.
func KnownDOIs(ctx context.Context, st *store.Store) ([]string, error) {
	seen := map[string]bool{}
	for r, err := range st.Records(ctx, store.RecordFilter{}) {
		if err != nil {
			return nil, err
		}
		if r.Publication != nil && r.Publication.DOI != "" {
			seen[strings.ToLower(r.Publication.DOI)] = true
		}
		for _, ref := range r.References {
			if ref.DOI != "" {
				seen[strings.ToLower(ref.DOI)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
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
