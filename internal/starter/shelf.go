package starter

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

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
