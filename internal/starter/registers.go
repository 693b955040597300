package starter

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fake is one register on loopback, for the demonstration and for the suite that
// every source passes.
type Fake struct {
	Source string
	// Path, below the fake's own, represents the register's address.
	Path string
	// At serves what a shelf holds in the register's wire format.
	At func(Shelf) http.Handler
	// shelf has the records of the starter set.
	shelf func() (Shelf, error)
}

var fakes = []Fake{
	{"ctgov", "/api/v2", ctgovAt, ctgovShelf},
	{"pubmed", "/entrez/eutils", pubmedAt, pubmedShelf},
	{"europepmc", "/europepmc/webservices/rest", europeAt, europeShelf},
	{"isrctn", "/api", isrctnAt, isrctnShelf},
	{"ctis", "/ctis-public-api", ctisAt, ctisShelf},
	{"euctr", "/ctr-search", euctrAt, euctrShelf},
	{"metapsy", "", metapsyAt, metapsyShelf},
	{"crossref", "", crossrefAt, crossrefShelf},
	{"openalex", "", openAlexAt, openAlexShelf},
}

// FakeOf gives the fake register of a source.
func FakeOf(source string) (Fake, bool) {
	i := slices.IndexFunc(fakes, func(f Fake) bool { return f.Source == source })
	if i < 0 {
		return Fake{}, false
	}
	return fakes[i], true
}

// Register serves the records of the starter set as one source's register does.
func Register(source string) (http.Handler, error) {
	f, ok := FakeOf(source)
	if !ok {
		return nil, fmt.Errorf("no starter register %q", source)
	}
	shelf, err := f.shelf()
	if err != nil {
		return nil, fmt.Errorf("starter register %s: %w", source, err)
	}
	return f.At(shelf), nil
}

// Registers serves every register of the starter set side by side, each below
// a path named after its source, and the exports of the ICTRP below /ictrp/.
func Registers() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, f := range fakes {
		one, err := Register(f.Source)
		if err != nil {
			return nil, err
		}
		mux.Handle("/"+f.Source+"/", http.StripPrefix("/"+f.Source, one))
	}
	h, err := ICTRP()
	mux.Handle("/ictrp/", http.StripPrefix("/ictrp", h))
	return mux, err
}

// Endpoints are the addresses of the registers that Registers serves below an
// address such as http://127.0.0.1:8081, by source: what --endpoint takes.
func Endpoints(address string) map[string]string {
	out := map[string]string{}
	for _, f := range fakes {
		out[f.Source] = strings.TrimRight(address, "/") + "/" + f.Source + f.Path
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
	for _, f := range fakes {
		out = append(out, f.Source)
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

// dated is a day as the time of an entry's last change; the zero time where it is
// not known.
func dated(day string) time.Time {
	t, _ := time.Parse(time.DateOnly, day)
	return t
}

// finds reports whether a term with words finds the entry.
func (e Entry) finds(t term) bool { return !e.Hidden && holds(folded(e.Words), t.text) }

// Find gives the entries in whose words a boolean question finds something.
func (s Shelf) Find(text string) ([]Entry, error) { return s.find(text, Entry.finds) }

// find gives the entries of a boolean question in their order. is says what a term
// means to the register.
func (s Shelf) find(text string, is func(Entry, term) bool) ([]Entry, error) {
	q, err := question(text)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(s(), func(e Entry) bool { return !q.matches(e.means(is)) }), nil
}

// means says what terms mean for the entry: by itself, or as the register says for
// entries of which nothing but their words is known.
func (e Entry) means(is func(Entry, term) bool) func(term) bool {
	if e.is != nil {
		return e.is
	}
	return func(t term) bool { return is(e, t) }
}

// Get gives the entry with an id.
func (s Shelf) Get(id string) (Entry, bool) {
	all := s()
	i := slices.IndexFunc(all, func(e Entry) bool { return strings.EqualFold(e.ID, id) })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

// Stamp changes when what the register holds does: nine digits.
func (s Shelf) Stamp() string {
	h := fnv.New64a()
	for _, e := range s() {
		fmt.Fprintf(h, "%s\n%s\n%s\n", e.ID, e.Body, e.day())
	}
	return fmt.Sprintf("%09d", h.Sum64()%1_000_000_000)
}

// fixed is a shelf of the starter set, whose entries do not change.
func fixed(entries []Entry) Shelf { return func() []Entry { return slices.Clone(entries) } }

// registrations makes entries of what a register states of its trials.
func registrations(register string, body func(Registration) []byte, is func(Registration, term) bool) (Shelf, error) {
	trials, err := registered(register)
	var entries []Entry
	for _, t := range trials {
		entries = append(entries, Entry{ID: t.ID, Body: body(t), Words: t.text(), Updated: dated(t.Updated),
			is: func(q term) bool { return is(t, q) }})
	}
	return fixed(entries), err
}

// bodies are JSON records as they are.
func bodies(entries []Entry) []json.RawMessage {
	out := []json.RawMessage{}
	for _, e := range entries {
		out = append(out, e.Body)
	}
	return out
}

// shelved makes entries of the papers that have an id in a register.
func shelved(id func(work) string, wire func(work) ([]byte, error), is func(work, term) bool) (Shelf, error) {
	all, err := works()
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, w := range all {
		if id(w) == "" {
			continue
		}
		b, err := wire(w)
		if err != nil {
			return nil, err
		}
		e := Entry{ID: id(w), Body: b, Words: w.text()}
		if is != nil {
			e.is = func(t term) bool { return is(w, t) }
		}
		entries = append(entries, e)
	}
	if strings.HasPrefix(entries[0].ID, "pmid:") { // the newest numbers first, as PubMed lists them
		slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(b.ID, a.ID) })
	}
	return fixed(entries), nil
}

// byDOI and byPMID are the ids of papers as records have them.
func byDOI(w work) string { return prefixed("doi:", w.doi) }

func byPMID(w work) string { return prefixed("pmid:", w.pmid) }

func prefixed(scheme, id string) string {
	if id == "" {
		return ""
	}
	return scheme + id
}

// inJSON writes papers in JSON.
func inJSON(wire func(work) map[string]any) func(work) ([]byte, error) {
	return func(w work) ([]byte, error) { return json.Marshal(wire(w)) }
}
