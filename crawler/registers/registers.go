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

// Register is a source that says what it is.
type Register interface {
	crawler.Source
	crawler.Described
}

// Registers gives the sources in the order in which they are asked. The WHO
// platform is never crawled, its export files are imported.
func Registers(o Options) []Register {
	email := polite.MailAddress(o.Contact)
	return []Register{
		ctgov.New(),
		pubmed.New(pubmed.Asker{Key: o.PubMedKey, Email: email}),
		europepmc.New(),
		isrctn.New(),
		ctis.New(),
		euctr.New(),
		metapsy.New(),
		crossref.New().Given(o.Works, email),
		openalex.New().Given(o.Works, email),
		ictrp.New(),
	}
}

// Titles are the names for people of the sources.
func Titles() map[string]string {
	m := map[string]string{}
	for _, r := range byName() {
		m[r.Name()] = r.Title()
	}
	return m
}

// Title is the name for people of a source; the id itself where it is none.
func Title(source string) string {
	if r := byName()[source]; r != nil {
		return r.Title()
	}
	return source
}

// Searches reports whether a source is asked with words.
func Searches(source string) bool {
	r := byName()[source]
	return r == nil || r.Searched()
}

// Parse reads a stored payload with the parser of its source. Review files are
// read by the stages themselves and hold no records.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	if s := byName()[p.Source]; s != nil {
		return s.Parse(p)
	}
	return crawler.Parsed{}, nil
}

// byName are the sources: their Parse needs no address.
var byName = sync.OnceValue(func() map[string]Register {
	m := map[string]Register{}
	for _, r := range Registers(Options{}) {
		m[r.Name()] = r
	}
	return m
})
