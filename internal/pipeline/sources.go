package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"past/crawler"
	"past/crawler/crossref"
	"past/crawler/ctgov"
	"past/crawler/ctis"
	"past/crawler/euctr"
	"past/crawler/europepmc"
	"past/crawler/ictrp"
	"past/crawler/isrctn"
	"past/crawler/metapsy"
	"past/crawler/polite"
	"past/crawler/pubmed"
	"past/internal/evidence"
	"past/internal/store"
	"past/internal/vocab"
)

// SourceOptions are what some registers need to know of the asker.
type SourceOptions struct {
	Contact   string // how the user can be reached; a mail address in it goes to registers that want one
	PubMedKey string // NCBI API key; from the environment only
	// Works lists the DOIs to ask Crossref for, when it comes to that; see
	// [KnownDOIs]. Nil is none.
	Works func() ([]string, error)
}

// registers are the sources in the order in which they are asked. Crossref is
// asked by DOI and only when named; the WHO platform is never crawled, its
// export files are imported.
func registers(o SourceOptions) []crawler.Source {
	email := polite.MailAddress(o.Contact)
	if o.Works == nil {
		o.Works = func() ([]string, error) { return nil, nil }
	}
	return []crawler.Source{
		ctgov.New(), pubmed.New(pubmed.WithEmail(email), pubmed.WithAPIKey(o.PubMedKey)), europepmc.New(), isrctn.New(), ctis.New(), euctr.New(), metapsy.New(),
		crossref.New(crossref.WithKnown(o.Works), crossref.WithMailto(email)), ictrp.New(),
	}
}

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
	for _, s := range registers(o) {
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

// parse reads a stored payload with the parser of its source. Review files are
// read by the stages themselves and hold no records.
func parse(p evidence.Payload) (crawler.Parsed, error) {
	if s := parsers()[p.Source]; s != nil {
		return s.Parse(p)
	}
	return crawler.Parsed{}, nil
}

// parsers are the sources by name: their Parse needs no address.
var parsers = sync.OnceValue(func() map[string]crawler.Source {
	m := map[string]crawler.Source{}
	for _, s := range registers(SourceOptions{}) {
		m[s.Name()] = s
	}
	return m
})
