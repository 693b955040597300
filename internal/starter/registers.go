package starter

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// registers are the sources with the handler that retells each and the path,
// below the source's own, that represents the register's address.
var registers = []struct {
	source, path string
	handler      func() (http.Handler, error)
}{
	{"ctgov", "/api/v2", CTGov},
	{"pubmed", "/entrez/eutils", PubMed},
	{"europepmc", "/europepmc/webservices/rest", EuropePMC},
	{"isrctn", "/api", ISRCTN},
	{"ctis", "/ctis-public-api", CTIS},
	{"euctr", "/ctr-search", EUCTR},
	{"metapsy", "", Metapsy},
	{"crossref", "", Crossref},
	{"openalex", "", OpenAlex},
}

// Registers serves every register of the starter set side by side, each below
// a path named after its source, and the exports of the ICTRP below /ictrp/.
func Registers() (http.Handler, error) {
	mux := http.NewServeMux()
	mount := func(source string, handler func() (http.Handler, error)) error {
		h, err := handler()
		if err != nil {
			return fmt.Errorf("starter register %s: %w", source, err)
		}
		mux.Handle("/"+source+"/", http.StripPrefix("/"+source, h))
		return nil
	}
	for _, r := range registers {
		if err := mount(r.source, r.handler); err != nil {
			return nil, err
		}
	}
	if err := mount("ictrp", ICTRP); err != nil {
		return nil, err
	}
	return mux, nil
}

// Endpoints are the addresses of the registers that Registers serves below an
// address such as http://127.0.0.1:8081, by source: what --endpoint takes.
func Endpoints(address string) map[string]string {
	out := map[string]string{}
	for _, r := range registers {
		out[r.source] = strings.TrimRight(address, "/") + "/" + r.source + r.path
	}
	return out
}

// Crawled are the sources that a demonstration crawls: those that say what no other
// says. OpenAlex repeats here what Crossref says of the same papers.
func Crawled() []string {
	return slices.DeleteFunc(RegisterNames(), func(name string) bool { return name == "openalex" })
}

// RegisterNames are the sources that Registers serves, in a fixed order.
func RegisterNames() []string {
	var out []string
	for _, r := range registers {
		out = append(out, r.source)
	}
	return out
}

// mostPages bounds the number of a page that is asked for.
const mostPages = 1 << 20

// window gives the part of a list of n that begins at an offset and has at
// most size entries, whatever was asked for.
func window(n, offset, size int) (from, to int) {
	from = min(max(offset, 0), n)
	return from, from + min(max(size, 0), n-from)
}

// number reads a parameter; other represents one that is no number.
func number(s string, other int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return other
}

// postedTrial is a trial of whose record the set holds what its posted results
// show, and no more: the set says nothing of other trials of its substance.
type postedTrial struct {
	ID      string          `json:"id"`
	Sources []string        `json:"sources"`
	Study   json.RawMessage `json:"study"` // as the API gives a study
}

// PostedExport returns ketamine and esketamine trials with their posted results
// as a file of ClinicalTrials.gov's download. They come as a file and not
// from the fake registers, so that no search for their substance is claimed:
// [Substances] does not list it.
func PostedExport() ([]byte, error) {
	var trials []postedTrial
	if err := decode("data/posted.json", &trials); err != nil {
		return nil, err
	}
	var out struct {
		Studies []json.RawMessage `json:"studies"`
	}
	for _, t := range trials {
		out.Studies = append(out.Studies, t.Study)
	}
	return json.Marshal(out)
}

// Entry is a record of a register on loopback: of the starter set, or of the
// suite that every source passes.
type Entry struct {
	ID      string
	Body    []byte    // in the register's wire format
	Words   string    // that a search looks through
	Updated time.Time // when the register last changed it; zero where that is not known
	// Hidden entries exist but no search finds them.
	Hidden bool

	is func(term) bool // what a term means, where Words are not all
}

// Shelf gives what a register holds at the moment.
type Shelf func() []Entry

// day is the day on which an entry was updated, "" where that is not known.
func (e Entry) day() string {
	if e.Updated.IsZero() {
		return ""
	}
	return e.Updated.UTC().Format(time.DateOnly)
}

// finds reports whether a term with words finds the entry.
func (e Entry) finds(t term) bool { return !e.Hidden && holds(folded(e.Words), t.text) }

// find gives the entries of a boolean question in their order. is says what a term
// means to the register.
func (s Shelf) find(text string, is func(Entry, term) bool) ([]Entry, error) {
	q, err := question(text)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(s(), func(e Entry) bool {
		if e.is != nil {
			return !q.matches(e.is)
		}
		return !q.matches(func(t term) bool { return is(e, t) })
	}), nil
}

// work gives the work with a DOI.
func (s Shelf) work(doi string) (Entry, bool) {
	all := s()
	i := slices.IndexFunc(all, func(e Entry) bool { return strings.EqualFold(e.ID, "doi:"+doi) })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

// bodies are JSON records as they are.
func bodies(entries []Entry) []json.RawMessage {
	out := []json.RawMessage{}
	for _, e := range entries {
		out = append(out, e.Body)
	}
	return out
}

// shelved makes entries of the papers with a DOI that a register holds.
func shelved(wire func(work) map[string]any) (Shelf, error) {
	all, err := works()
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, w := range all {
		if w.doi == "" {
			continue
		}
		b, err := json.Marshal(wire(w))
		if err != nil {
			return nil, err
		}
		entries = append(entries, Entry{ID: "doi:" + w.doi, Body: b, Words: w.text()})
	}
	return func() []Entry { return slices.Clone(entries) }, nil
}

// served gives the handler of a register that holds the starter set's records.
func served(shelf Shelf, err error, at func(Shelf) http.Handler) (http.Handler, error) {
	if err != nil {
		return nil, err
	}
	return at(shelf), nil
}
