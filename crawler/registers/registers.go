// Package registers lists the sources that the tracker knows: in the order in
// which they are asked, and by name for reading what they gave. Adding a source
// is one line here.
package registers

import (
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
)

// Options are what some registers need to know of the asker.
type Options struct {
	Contact   string // how the user can be reached; a mail address in it goes to registers that want one
	PubMedKey string // NCBI API key; from the environment only
	// Works lists the DOIs to ask Crossref for, when it comes to that. Nil is
	// none.
	Works func() ([]string, error)
}

// All gives the sources in the order in which they are asked. Crossref is
// asked by DOI and only when named; the WHO platform is never crawled, its
// export files are imported.
func All(o Options) []crawler.Source {
	email := polite.MailAddress(o.Contact)
	if o.Works == nil {
		o.Works = func() ([]string, error) { return nil, nil }
	}
	return []crawler.Source{
		ctgov.New(), pubmed.New(pubmed.WithEmail(email), pubmed.WithAPIKey(o.PubMedKey)), europepmc.New(), isrctn.New(), ctis.New(),
		euctr.New(), metapsy.New(),
		crossref.New(crossref.WithKnown(o.Works), crossref.WithMailto(email)), ictrp.New(),
	}
}

// Parse reads a stored payload with the parser of its source. Review files are
// read by the stages themselves and hold no records.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	if s := parsers()[p.Source]; s != nil {
		return s.Parse(p)
	}
	return crawler.Parsed{}, nil
}

// parsers are the sources by name: their Parse needs no address.
var parsers = sync.OnceValue(func() map[string]crawler.Source {
	m := map[string]crawler.Source{}
	for _, s := range All(Options{}) {
		m[s.Name()] = s
	}
	return m
})
