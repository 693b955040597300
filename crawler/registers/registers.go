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
	"past/crawler/openalex"
	"past/crawler/polite"
	"past/crawler/pubmed"
	"past/internal/evidence"
)

// Options are what some registers need to know of the asker.
type Options struct {
	Contact   string // how the user can be reached; a mail address in it goes to registers that want one
	PubMedKey string // NCBI API key; from the environment only
	// Works lists the DOIs to ask for where works are asked for by DOI, when it
	// comes to that. Nil is none.
	Works func() ([]string, error)
}

// Register is a source with what the tracker does with it.
type Register struct {
	crawler.Source
	// Named says that it is asked by identifier or dataset, and only when a person
	// names it: its answers are no search.
	Named bool
}

// Registers gives the sources in the order in which they are asked. The WHO
// platform is never crawled, its export files are imported.
func Registers(o Options) []Register {
	email := polite.MailAddress(o.Contact)
	return []Register{
		{ctgov.New(), false},
		{pubmed.New(pubmed.Asker{Key: o.PubMedKey, Email: email}), false},
		{europepmc.New(), false},
		{isrctn.New(), false},
		{ctis.New(), false},
		{euctr.New(), false},
		{metapsy.New(), true},
		{crossref.New().Given(o.Works, email), true},
		{openalex.New().Given(o.Works, email), true},
		{ictrp.New(), true},
	}
}

// Searches reports whether a source is asked with words.
func Searches(source string) bool {
	for _, r := range Registers(Options{}) {
		if r.Name() == source {
			return !r.Named
		}
	}
	return true
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
	for _, r := range Registers(Options{}) {
		m[r.Name()] = r.Source
	}
	return m
})
