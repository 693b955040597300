// Package lookup answers the questions that readers ask of a database through
// the web and through assistants: findings and claims of published editions,
// trials, studies, changes and search. It only reads. What comes from an
// edition is that edition's; what comes from the database (trials, studies,
// search) may be newer, and says so.
package lookup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/pipeline"
	"past/internal/store"
)

// ErrNoEdition is wrapped when nothing was published yet.
var ErrNoEdition = fmt.Errorf("no edition was published yet: %w", store.ErrNotFound)

// ErrUnpublished is wrapped when the database holds numbers that are not those
// of the published edition.
var ErrUnpublished = errors.New("the database holds numbers that no edition has published")

// Answer is what every question gets: the data with the edition that readers
// should name and a citation of it.
type Answer struct {
	Edition  string `json:"edition"`
	Citation string `json:"citation"`
	// Of says what the data is part of: the "edition", which never changes, or
	// the "database", which goes on.
	Of   string `json:"of"`
	Note string `json:"note,omitempty"`
	Data any    `json:"data"`
}

// Library reads one database.
type Library struct {
	st   *store.Store
	base string // public address, or ""

	mu     sync.Mutex
	docs   map[string]*edition.Document
	latest string
	looked moment

	pubMu sync.Mutex
	pubAt moment // when pub was found out
	pub   error
}

// moment is a state of the database and the time at which it was seen.
type moment struct {
	stamp string
	at    time.Time
}

func (m moment) holds(stamp string, age time.Duration) bool {
	return m.stamp == stamp && time.Since(m.at) < age
}

// New opens a library over a store. base is the public address for citations,
// or "".
func New(st *store.Store, base string) *Library {
	return &Library{st: st, base: strings.TrimRight(base, "/"), docs: map[string]*edition.Document{}}
}

// Fresh is how long what was read is believed while the files of the database
// stay as they are.
const Fresh = 10 * time.Second

// maxDocs bounds the documents kept in memory.
const maxDocs = 4

// Edition gives a published edition; id "" is the latest.
func (l *Library) Edition(ctx context.Context, id string) (*edition.Document, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	stamp := l.st.Stamp()
	if id == "" && l.latest != "" && l.looked.holds(stamp, Fresh) {
		id = l.latest
	}
	if d, ok := l.docs[id]; ok && id != "" {
		return d, nil
	}
	if id == "" {
		list, err := l.st.Editions(ctx)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return nil, ErrNoEdition
		}
		id = list[len(list)-1].ID
		l.latest, l.looked = id, moment{stamp, time.Now()}
		if d, ok := l.docs[id]; ok {
			return d, nil
		}
	}
	e, err := l.st.Edition(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &edition.Document{}
	if err := json.Unmarshal(e.Document, d); err != nil {
		return nil, fmt.Errorf("edition %s: %w", id, err)
	}
	if len(l.docs) >= maxDocs {
		clear(l.docs)
	}
	l.docs[id] = d
	return d, nil
}

// Cite is a citation in one line; what may be "".
func (l *Library) Cite(d *edition.Document, what string) string {
	out := "PAST evidence tracker, edition " + d.ID + ", data to " + cmp.Or(d.Date, "a day not stated")
	if d.Starter {
		out += " (embedded starter set: retold facts of real trials)"
	}
	if what != "" {
		out += ", " + what + ", " + edition.Permalink(what, d.ID)
		if l.base != "" {
			out = strings.TrimSuffix(out, edition.Permalink(what, d.ID)) + l.base + "/" + edition.Permalink(what, d.ID)
		}
	}
	return out + "."
}

func (l *Library) answer(d *edition.Document, what, of string, data any) Answer {
	a := Answer{Edition: d.ID, Citation: l.Cite(d, what), Of: of, Data: data}
	if of == "database" {
		a.Note = "from the database behind the edition; it may hold later records"
	}
	return a
}

// Brief is a finding in a list.
type Brief struct {
	ID        string          `json:"id"`
	Title     string          `json:"title"`
	K         int             `json:"k"`
	N         evidence.People `json:"n"`
	Estimate  string          `json:"estimate"` // in words, with its headline interval
	Certainty string          `json:"certainty"`
	Permalink string          `json:"permalink"`
}

// Findings lists an edition's findings.
func (l *Library) Findings(ctx context.Context, id string) (Answer, error) {
	d, err := l.Edition(ctx, id)
	if err != nil {
		return Answer{}, err
	}
	list := []Brief{}
	for _, f := range d.Findings {
		list = append(list, Brief{f.ID, f.Title, f.K, f.N, f.EstimateWords(), f.CertaintyWords(), edition.Permalink(f.ID, d.ID)})
	}
	return l.answer(d, "", "edition", list), nil
}

// Finding gives one finding by its id, or by ID@EDITION.
func (l *Library) Finding(ctx context.Context, id string) (Answer, error) {
	id, ed, _ := strings.Cut(id, "@")
	d, err := l.Edition(ctx, ed)
	if err != nil {
		return Answer{}, err
	}
	for _, f := range d.Findings {
		if f.ID == id {
			return l.answer(d, id, "edition", f), nil
		}
	}
	return Answer{}, fmt.Errorf("finding %q of edition %s: %w", id, d.ID, store.ErrNotFound)
}

// Claims lists an edition's claims with their verdicts.
func (l *Library) Claims(ctx context.Context, id string) (Answer, error) {
	d, err := l.Edition(ctx, id)
	if err != nil {
		return Answer{}, err
	}
	return l.answer(d, "", "edition", d.Claims), nil
}

// Claim gives one claim by its id, or by ID@EDITION.
func (l *Library) Claim(ctx context.Context, id string) (Answer, error) {
	id, ed, _ := strings.Cut(id, "@")
	d, err := l.Edition(ctx, ed)
	if err != nil {
		return Answer{}, err
	}
	for _, c := range d.Claims {
		if strings.EqualFold(c.ID, id) {
			a := l.answer(d, "", "edition", c)
			a.Citation = strings.TrimSuffix(l.Cite(d, ""), ".") + ", verdict on claim " + c.ID + "."
			return a, nil
		}
	}
	return Answer{}, fmt.Errorf("claim %q of edition %s: %w", id, d.ID, store.ErrNotFound)
}

// Editions lists what was published, newest first.
func (l *Library) Editions(ctx context.Context) (Answer, error) {
	d, err := l.Edition(ctx, "")
	if err != nil {
		return Answer{}, err
	}
	list, err := l.st.Editions(ctx)
	if err != nil {
		return Answer{}, err
	}
	slices.Reverse(list)
	return l.answer(d, "", "database", list), nil
}

// Document gives the whole of an edition.
func (l *Library) Document(ctx context.Context, id string) (Answer, error) {
	d, err := l.Edition(ctx, id)
	if err != nil {
		return Answer{}, err
	}
	return l.answer(d, "", "edition", d), nil
}

// Changes lists what editions after since changed ("": the latest edition's
// own changes).
func (l *Library) Changes(ctx context.Context, since string) (Answer, error) {
	d, err := l.Edition(ctx, "")
	if err != nil {
		return Answer{}, err
	}
	all, err := l.st.Changes(ctx, since)
	if err != nil {
		return Answer{}, err
	}
	list := []store.Change{}
	for _, c := range all {
		if since != "" || c.Edition == d.ID {
			list = append(list, c)
		}
	}
	return l.answer(d, "", "edition", list), nil
}

// Trial gives a record as the database holds it, without the cells of posted
// results.
func (l *Library) Trial(ctx context.Context, id string) (Answer, error) {
	d, err := l.Edition(ctx, "")
	if err != nil {
		return Answer{}, err
	}
	r, err := l.st.Record(ctx, id, time.Time{})
	if err != nil {
		return Answer{}, err
	}
	has := r.Results != nil
	r.Results = nil
	return l.answer(d, "", "database", struct {
		evidence.Record
		HasResults bool `json:"has_results"`
	}{r, has}), nil
}

// Study gives a study with the links that make it one.
func (l *Library) Study(ctx context.Context, id string) (Answer, error) {
	d, err := l.Edition(ctx, "")
	if err != nil {
		return Answer{}, err
	}
	s, err := l.st.Study(ctx, id)
	if err != nil {
		return Answer{}, err
	}
	return l.answer(d, "", "database", s), nil
}

// Found is the answer to a search.
type Found struct {
	Query string            `json:"query"`
	Label string            `json:"label"` // what kind of search this is
	Hits  []store.SearchHit `json:"hits"`
}

// Search finds records by the text that is held here.
func (l *Library) Search(ctx context.Context, query string, limit, offset int) (Answer, error) {
	d, err := l.Edition(ctx, "")
	if err != nil {
		return Answer{}, err
	}
	hits, err := l.st.Search(ctx, query, limit, offset)
	if err != nil {
		return Answer{}, err
	}
	if hits == nil {
		hits = []store.SearchHit{}
	}
	a := l.answer(d, "", "database", Found{query, store.SearchLabel, hits})
	a.Note = store.SearchLabel + ", not the registers' own search; " + a.Note
	return a, nil
}

// Status gives counts and freshness.
func (l *Library) Status(ctx context.Context) (Answer, error) {
	d, err := l.Edition(ctx, "")
	if err != nil {
		return Answer{}, err
	}
	s, err := l.st.Status(ctx)
	if err != nil {
		return Answer{}, err
	}
	return l.answer(d, "", "database", s), nil
}

// Explain walks a finding or effect back to the stored bytes. It refuses a finding
// that is not the published edition's, and an effect while any finding is not.
func (l *Library) Explain(ctx context.Context, id string) (Answer, error) {
	d, err := l.Edition(ctx, "")
	if err != nil {
		return Answer{}, err
	}
	at := slices.IndexFunc(d.Findings, func(f edition.Flat) bool { return f.ID == id })
	if at < 0 {
		return l.explainEffect(ctx, d, id)
	}
	x, err := pipeline.New(l.st, "").Explain(ctx, id)
	if x.Finding == nil && errors.Is(err, store.ErrNotFound) {
		return Answer{}, unpublished(d)
	}
	if err != nil {
		return Answer{}, err
	}
	// The finding that was read is the one compared: what the stages write
	// meanwhile changes neither.
	now := edition.Flatten(*x.Finding)
	same, err := sameFindings([]edition.Flat{now}, d.Findings[at:at+1])
	if err != nil {
		return Answer{}, err
	}
	if !same {
		return Answer{}, unpublished(d)
	}
	// The way back is what was asked for; the plots' data is in the edition.
	a := l.answer(d, id, "edition", map[string]any{"id": x.ID, "kind": x.Kind, "effects": x.Effects, "places": x.Places, "finding": now})
	return a, nil
}

// explainEffect is Explain for what is no finding of the edition. All findings
// are the edition's before and after the effect is read, so that it is of them.
func (l *Library) explainEffect(ctx context.Context, d *edition.Document, id string) (Answer, error) {
	if err := l.Published(ctx); err != nil {
		return Answer{}, err
	}
	x, err := pipeline.New(l.st, "").Explain(ctx, id)
	if err != nil {
		return Answer{}, err
	}
	now, err := l.Edition(ctx, "")
	if err == nil {
		err = l.Published(ctx)
	}
	if err != nil {
		return Answer{}, err
	}
	if now.ID != d.ID || x.Finding != nil {
		return Answer{}, unpublished(d)
	}
	return l.answer(d, "", "edition", map[string]any{"id": x.ID, "kind": x.Kind, "effects": x.Effects, "places": x.Places}), nil
}

func unpublished(d *edition.Document) error {
	return fmt.Errorf("%w (a refresh is at work, or the gate refused it); read edition %s", ErrUnpublished, d.ID)
}

// Published reports whether the database's findings are those of the latest
// edition: between a refused gate and the next edition they are not.
func (l *Library) Published(ctx context.Context) error {
	l.pubMu.Lock()
	defer l.pubMu.Unlock()
	stamp := l.st.Stamp()
	if l.pubAt.holds(stamp, Fresh) {
		return l.pub
	}
	err := l.compare(ctx)
	if err == nil || errors.Is(err, ErrUnpublished) {
		l.pub, l.pubAt = err, moment{stamp, time.Now()}
	}
	return err
}

func (l *Library) compare(ctx context.Context) error {
	d, err := l.Edition(ctx, "")
	if err != nil {
		return err
	}
	var now []edition.Flat
	for f, err := range l.st.EachFinding(ctx) {
		if err != nil {
			return err
		}
		now = append(now, edition.Flatten(f))
	}
	same, err := sameFindings(now, d.Findings)
	if err != nil {
		return err
	}
	if !same {
		return unpublished(d)
	}
	return nil
}

// sameFindings compares by id every field that an edition gives of a finding,
// each number to its last digit.
func sameFindings(a, b []edition.Flat) (bool, error) {
	of := func(list []edition.Flat) (map[string]string, error) {
		m := map[string]string{}
		for _, f := range list {
			text, err := json.Marshal(f)
			if err != nil {
				return nil, err
			}
			m[f.ID] = string(text)
		}
		return m, nil
	}
	x, err := of(a)
	if err != nil {
		return false, err
	}
	y, err := of(b)
	return maps.Equal(x, y), err
}

// Rows gives a table for CSV. Tables with pooled numbers are refused while
// they are not those of the published edition.
func (l *Library) Rows(ctx context.Context, table string) (columns []string, rows func(yield func([]string, error) bool), err error) {
	if !slices.Contains(store.TableNames(), table) {
		return nil, nil, fmt.Errorf("table %q (there are %s): %w", table, strings.Join(store.TableNames(), ", "), store.ErrNotFound)
	}
	if table == "findings" || table == "effects" {
		if err := l.Published(ctx); err != nil {
			return nil, nil, err
		}
	}
	columns, seq, err := l.st.Rows(ctx, table)
	return columns, seq, err
}
