package cite

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"past/crawler/registers"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/ident"
	"past/internal/store"
	"past/internal/vocab"
)

// Tracker is how the tracker names itself as an author and as an archive.
const Tracker = "The PAST evidence tracker contributors"

// The keys of the edition as a whole and of the program.
const (
	EditionKey  = "past-edition"
	SoftwareKey = "past-software"
)

// Shelf holds what can be cited: one edition with its findings and claims, and
// the works and records that a database knows.
type Shelf struct {
	Document edition.Document
	// Base is the address under which editions are published, "" if none; then
	// permalinks stand alone.
	Base string
	// Accessed is the day on which the citation is made; the zero Date leaves it
	// out.
	Accessed Date

	findings map[string]evidence.Finding
	effects  map[string]evidence.Effect // of findings that have changed since
	works    map[string]Item            // by normal DOI
	byPMID   map[string]Item
	records  map[string]Item // trials that an effect was read from
	trials   func(ids ...string) (map[string]Item, error)
}

// NewShelf reads from the store what the document's findings rest on.
func NewShelf(ctx context.Context, st *store.Store, doc edition.Document, base string, accessed time.Time) (*Shelf, error) {
	fs, err := st.Findings(ctx)
	if err != nil {
		return nil, err
	}
	return ShelfOf(ctx, st, doc, fs, base, accessed)
}

// ShelfOf is NewShelf where the findings of the store are at hand.
func ShelfOf(ctx context.Context, st *store.Store, doc edition.Document, fs []evidence.Finding, base string,
	accessed time.Time) (*Shelf, error) {
	s := &Shelf{Document: doc, Base: strings.TrimSuffix(base, "/"),
		findings: map[string]evidence.Finding{}, effects: map[string]evidence.Effect{}, works: map[string]Item{}, byPMID: map[string]Item{}}
	if !accessed.IsZero() {
		s.Accessed = Date{accessed.Year(), int(accessed.Month()), accessed.Day()}
	}
	for _, f := range fs {
		s.findings[f.ID] = f
	}
	s.trials = func(ids ...string) (map[string]Item, error) {
		out := map[string]Item{}
		for r, err := range st.Heads(ctx, store.RecordFilter{Kinds: []evidence.RecordKind{evidence.KindTrial}, IDs: ids}) {
			if err != nil {
				return nil, err
			}
			out[r.ID] = s.trial(&r)
		}
		return out, nil
	}
	if err := s.readEffects(ctx, st); err != nil {
		return nil, err
	}
	embedded, err := known()
	if err != nil {
		return nil, err
	}
	for doi, it := range embedded {
		it.Key = workKey(it)
		s.works[doi] = it
	}
	for r, err := range st.Records(ctx, store.RecordFilter{Kinds: []evidence.RecordKind{evidence.KindPublication}}) {
		if err != nil {
			return nil, fmt.Errorf("reading publications: %w", err)
		}
		if r.Publication != nil {
			s.add(evidence.Own(FromPublication(*r.Publication, r.URL)))
		}
	}
	return s, nil
}

// readEffects reads the effects of the document's findings that are no longer those
// of the store, and the trials from which any of its effects was read.
func (s *Shelf) readEffects(ctx context.Context, st *store.Store) (err error) {
	past, records := map[string]bool{}, []string{""} // a filter without ids takes all
	for _, f := range s.Document.Findings {
		carried := s.carried(f)
		for _, id := range f.Effects {
			if e, ok := carried[id]; ok {
				records = append(records, e.RecordID)
			} else {
				past[id] = true
			}
		}
	}
	if len(past) > 0 {
		for e, err := range st.Effects(ctx) {
			if err != nil {
				return err
			}
			if past[e.ID] {
				s.effects[e.ID] = e
				records = append(records, e.RecordID)
			}
		}
	}
	s.records, err = s.trials(records...)
	return err
}

// add keeps the fuller of two descriptions of one paper.
func (s *Shelf) add(it Item) {
	if doi := ident.NormalDOI(it.DOI); doi != "" {
		if old, have := s.works[doi]; !have || fullness(it) >= fullness(old) {
			if have && it.PMID == "" {
				it.PMID = old.PMID
			}
			s.works[doi] = it
		}
	}
	if it.PMID != "" {
		if old, have := s.byPMID[it.PMID]; !have || fullness(it) >= fullness(old) {
			s.byPMID[it.PMID] = it
		}
	}
}

func fullness(it Item) int {
	n := 0
	for _, v := range []string{it.Title, it.ContainerTitle, it.Volume, it.Pages, it.DOI} {
		if v != "" {
			n++
		}
	}
	if len(it.Authors) > 0 {
		n += 2
		if !it.MoreAuthors {
			n += 2
		}
	}
	return n + len(it.Notes)
}

// UnknownError says that a key is not in the edition.
type UnknownError struct {
	Key  string
	Near []string
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("no finding, claim, trial or paper is called %q", e.Key)
	if len(e.Near) > 0 {
		s += "; did you mean " + strings.Join(e.Near, " or ") + "?"
	} else {
		s += "."
	}
	return s + " past cite --list names the keys."
}

// Keys lists what can be cited by key: findings and claims in the order of the
// edition, then the edition and the program.
func (s *Shelf) Keys() []string {
	var out []string
	for _, f := range s.Document.Findings {
		if Citable(f) {
			out = append(out, f.ID)
		}
	}
	for _, c := range s.Document.Claims {
		out = append(out, c.ID)
	}
	return append(out, EditionKey, SoftwareKey)
}

// Citable reports whether a finding says anything: what was not looked for has
// neither a number nor a sentence.
func Citable(f edition.Flat) bool { return f.K > 0 || f.Sentence != "" }

// Finding gives a finding of the edition.
func (s *Shelf) Finding(id string) (edition.Flat, bool) {
	i := slices.IndexFunc(s.Document.Findings, func(f edition.Flat) bool { return f.ID == id })
	if i < 0 {
		return edition.Flat{}, false
	}
	return s.Document.Findings[i], true
}

// Cite gives the items of a key: a finding with its studies, a claim, the
// edition, the program, a trial by its register id, or a paper by DOI or PMID.
func (s *Shelf) Cite(key string) ([]Item, error) {
	key = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(key), "past:"), "@")
	if f, ok := s.Finding(key); ok {
		if !Citable(f) {
			return nil, fmt.Errorf("%s was not looked for in edition %s: there is nothing to cite", f.ID, s.Document.ID)
		}
		return append([]Item{s.finding(f)}, s.Studies(f)...), nil
	}
	if i := slices.IndexFunc(s.Document.Claims, func(c evidence.ClaimVerdict) bool { return c.ID == key }); i >= 0 {
		return []Item{s.claim(s.Document.Claims[i])}, nil
	}
	switch {
	case key == EditionKey:
		return []Item{s.Edition()}, nil
	case key == SoftwareKey:
		return []Item{s.Software()}, nil
	}
	id := strings.ToUpper(key)
	if found, err := s.trials(id); err != nil {
		return nil, err
	} else if it, ok := found[id]; ok {
		return []Item{it}, nil
	}
	if it, ok := s.Work(key); ok {
		return []Item{it}, nil
	}
	return nil, &UnknownError{Key: key, Near: near(key, s.Keys())}
}

// Work gives a paper by its DOI or PMID.
func (s *Shelf) Work(id string) (Item, bool) {
	if it, ok := s.works[ident.NormalDOI(id)]; ok {
		return it, true
	}
	it, ok := s.byPMID[strings.TrimPrefix(strings.ToLower(strings.TrimSpace(id)), "pmid:")]
	return it, ok
}

// base completes an item that is part of the edition.
func (s *Shelf) part(it Item) Item {
	it.Authors = []Name{{Literal: Tracker}}
	it.Version, it.Issued, it.Accessed = s.Document.ID, ParseDate(s.Document.Date), s.Accessed
	if it.Location != "" && s.Base != "" {
		it.URL = s.Base + "/" + it.Location
	}
	return it
}

func (s *Shelf) identity() string {
	n := "Edition " + s.Document.ID + ", data to " + cmp.Or(s.Document.Date, "a day not stated") + ", data SHA-256 " + s.Document.DataHash
	if s.Document.Starter {
		n += ", embedded starter set (retold facts of real trials, not a live crawl)"
	}
	return n
}

func (s *Shelf) finding(f edition.Flat) Item {
	notes := []string{f.Sentence, f.NumberWords(), s.identity(), "Concept id past:" + f.ID + ", version id past:" + f.ID + "@" + s.Document.ID}
	if len(s.findings[f.ID].Retracted) > 0 && s.current(f) {
		notes = append(notes, "RESTS ON A RETRACTED PAPER: "+strings.Join(s.findings[f.ID].Retracted, ", "))
	}
	return s.part(Item{Key: f.ID, Type: Dataset, Title: f.Title, ContainerTitle: "PAST evidence tracker", Number: f.ID,
		Location: edition.Permalink(f.ID, s.Document.ID), Notes: notes})
}

func (s *Shelf) claim(c evidence.ClaimVerdict) Item {
	notes := []string{fmt.Sprintf("Verdict: %s (%s). Rule: %s", string(c.Verdict), c.Why, c.Rule), s.identity()}
	return s.part(Item{Key: c.ID, Type: Dataset, Title: "Verdict on the claim: " + c.Text, ContainerTitle: "PAST evidence tracker",
		Number:   c.ID,
		Location: "claims@" + s.Document.ID + "#" + c.ID, Notes: notes})
}

// Edition is the whole edition as a dataset.
func (s *Shelf) Edition() Item {
	return s.part(Item{Key: EditionKey, Type: Dataset, Title: "PAST evidence tracker: findings on " + s.subject(),
		Number: s.Document.ID, Location: "edition@" + s.Document.ID, Notes: []string{s.identity()}})
}

// subject is what the edition is about: the shipped field, or the substances of
// an edition that asks about none of its subjects.
func (s *Shelf) subject() string {
	var names []string
	for _, f := range s.findings {
		if x, ok := vocab.Shipped().Substance(f.Substance); ok && x.Core {
			return shippedField
		}
		if !slices.Contains(names, f.Substance) {
			names = append(names, f.Substance)
		}
	}
	slices.Sort(names)
	return cmp.Or(strings.Join(names, ", "), shippedField)
}

const shippedField = "psychedelic-assisted therapy"

// Software is the program that made the edition.
func (s *Shelf) Software() Item {
	return Item{Key: SoftwareKey, Type: Software, Title: "PAST evidence tracker", Authors: []Name{{Literal: Tracker}},
		Version: s.Document.SoftwareVersion, Accessed: s.Accessed}
}

func (s *Shelf) trial(r *evidence.Record) Item {
	it := Item{Key: r.ID, Type: Webpage, Title: cmp.Or(r.Title, r.OfficialTitle, r.ID), ContainerTitle: registers.Title(r.Source),
		Number: r.ID, URL: r.URL,
		Issued: ParseDate(r.FirstPosted.Raw), Accessed: s.Accessed,
		Notes: []string{"Register record " + r.ID + ", status in this edition: " + cmp.Or(string(r.Status), "not stated")}}
	if day := r.LastUpdatePosted.Raw; day != "" {
		it.Notes[0] += ", last updated " + day
	}
	if r.Sponsor.Name != "" {
		it.Authors = []Name{{Literal: r.Sponsor.Name}}
	}
	return it
}

// current reports whether the edition's finding is the one the database holds.
func (s *Shelf) current(f edition.Flat) bool {
	now, ok := s.findings[f.ID]
	return ok && now.Primary.K == f.K && same(now.Primary.Estimate, f.Estimate)
}

func same(a, b *float64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// Studies gives the papers behind a finding, one item each, in the order of
// their keys. A study without a known paper is cited by its register record; a
// study of which only the label is known, by that, in brackets.
func (s *Shelf) Studies(f edition.Flat) []Item {
	carried, seen := s.carried(f), map[string]Item{}
	for i, id := range f.Effects {
		e, ok := carried[id]
		if !ok {
			e, ok = s.effects[id]
		}
		if !ok {
			label := id
			if i < len(f.Studies) {
				label = f.Studies[i]
			}
			e = evidence.Effect{StudyLabel: label}
		}
		it := s.study(e)
		if old, have := seen[it.Key]; have {
			it.TrialIDs = append(old.TrialIDs, it.TrialIDs...)
		}
		slices.Sort(it.TrialIDs)
		it.TrialIDs = slices.Compact(it.TrialIDs)
		seen[it.Key] = it
	}
	var out []Item
	for _, it := range seen {
		out = append(out, it)
	}
	slices.SortFunc(out, func(a, b Item) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// carried are the effects that a finding has itself, where it is the current one.
func (s *Shelf) carried(f edition.Flat) map[string]evidence.Effect {
	out := map[string]evidence.Effect{}
	if s.current(f) {
		for _, e := range s.findings[f.ID].Effects {
			out[e.ID] = e
		}
	}
	return out
}

var authorYear = regexp.MustCompile(`^(\p{L}[\p{L}\p{M}'’ -]*?) (\d{4})[a-z]?$`)

func (s *Shelf) study(e evidence.Effect) Item {
	var trials []string
	if e.RecordID != "" {
		trials = []string{e.RecordID}
	}
	if it, ok := s.works[ident.NormalDOI(e.DOI)]; ok && e.DOI != "" {
		it.TrialIDs = trials
		if it.Issued.Year == 0 {
			it.Issued.Year = e.Year
		}
		if len(it.Authors) == 0 {
			it.nameBy(e.StudyLabel)
		}
		return it
	}
	if e.DOI == "" {
		if it, ok := s.records[e.RecordID]; ok {
			it.Notes = append(slices.Clone(it.Notes), "Cited for the study "+e.StudyLabel)
			return it
		}
	}
	title := "[Report of " + e.StudyLabel
	if e.RecordID != "" {
		title += ", " + e.RecordID
	}
	it := Item{Type: Article, Title: title + "]", DOI: e.DOI, TrialIDs: trials, Issued: Date{Year: e.Year},
		Notes: []string{"Title supplied by the tracker; the paper's own record is not in this database"}}
	it.nameBy(e.StudyLabel)
	return it
}

// nameBy takes from a study's label what the paper's record does not say: the
// first author and the year.
func (it *Item) nameBy(label string) {
	it.MoreAuthors = true
	if m := authorYear.FindStringSubmatch(label); m != nil {
		it.Authors = []Name{{Family: m[1]}}
		if it.Issued.Year == 0 {
			it.Issued = ParseDate(m[2])
		}
	}
	it.Key = workKey(*it)
}

// AllStudies gives the papers behind all findings of the edition, once each, in
// the order of their keys.
func (s *Shelf) AllStudies() []Item {
	seen := map[string]Item{}
	for _, f := range s.Document.Findings {
		for _, it := range s.Studies(f) {
			if old, have := seen[it.Key]; have {
				it.TrialIDs = append(it.TrialIDs, old.TrialIDs...)
				slices.Sort(it.TrialIDs)
				it.TrialIDs = slices.Compact(it.TrialIDs)
			}
			seen[it.Key] = it
		}
	}
	out := make([]Item, 0, len(seen))
	for _, it := range seen {
		out = append(out, it)
	}
	slices.SortFunc(out, func(a, b Item) int { return strings.Compare(a.Key, b.Key) })
	return out
}
