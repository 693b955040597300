// Package pipeline is the one place where the stages meet the store: link →
// extract → analyse → publish, each reading what the stage before it stored and
// replacing its own rows in one transaction, so that each can be run again at
// any time with the same result. Crawling is the crawler's own affair; Import
// and Rebuild are here.
package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"past/crawler"
	"past/internal/evidence"
	"past/internal/review"
	"past/internal/store"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// Pipeline runs the stages over one store. It reads the review folder once, when
// it first needs it, so that every stage of a run sees the same review files;
// files changed later are for the next Pipeline.
type Pipeline struct {
	Store *store.Store
	// ReviewDir is the folder of the review files; "" or a missing folder is
	// an empty one.
	ReviewDir string
	// Questions to answer; nil takes those that the last analysis was asked, where
	// it was asked others than the tracker's own.
	Questions []synthesis.Question
	// OwnQuestions takes the shipped questions and those of the review folder,
	// whatever the last analysis was asked.
	OwnQuestions bool
	Now          func() time.Time
	Vocab        *vocab.Vocabulary

	reading  sync.Mutex
	human    *human
	kept     bool               // the files' bytes are in the store
	findings []evidence.Finding // nil until they are asked for, and after an analysis
}

// New returns a pipeline with the shipped vocabulary and the real clock.
func New(st *store.Store, reviewDir string) *Pipeline {
	return &Pipeline{Store: st, ReviewDir: reviewDir, Now: time.Now, Vocab: vocab.Default()}
}

// human is what the review folder holds, with what this package reads of it.
type human struct {
	*review.Folder
	extractions []review.Extraction // with the differences between readers resolved
	conflicts   []review.Conflict
	questions   []synthesis.Question
	asked       []synthesis.Question // of the last analysis, where they were not the tracker's own
	claims      []ownClaim
}

// readReview gives what the review folder holds, read once.
func (p *Pipeline) readReview() (*human, error) {
	p.reading.Lock()
	defer p.reading.Unlock()
	if p.human == nil {
		h, err := p.readFolder()
		if err != nil {
			return nil, err
		}
		p.human = h
	}
	return p.human, nil
}

func (p *Pipeline) readFolder() (*human, error) {
	folder, err := review.ReadFolder(p.ReviewDir)
	if err != nil {
		return nil, err
	}
	h := &human{Folder: folder}
	if v := OwnVocabulary(folder); v != nil {
		p.Vocab = v
		vocab.Use(v)
	}
	folder.CheckWords(p.Vocab)
	for _, f := range folder.Of("questions") {
		qs, mistakes, err := synthesis.ReadQuestions(f.Path, f.Body, p.Vocab)
		if err != nil {
			folder.Bad(f, err)
		}
		for _, m := range mistakes {
			h.Problems = append(h.Problems, evidence.Problem{Source: "review", RecordID: m.ID, Kind: "bad-question",
				Where: fmt.Sprintf("%s:%d", f.Path, m.Line), Message: m.Message, SHA256: f.SHA256, Retry: "past review check"})
		}
		h.questions = append(h.questions, qs...)
	}
	if err := folder.Err(); err != nil {
		return nil, err
	}
	if h.asked, err = p.askedBefore(context.Background()); err != nil {
		return nil, err
	}
	if err := p.readClaims(h); err != nil {
		return nil, err
	}
	if err := folder.Err(); err != nil {
		return nil, err
	}
	h.checkTopics(p.Vocab)
	h.extractions, h.conflicts = review.Compare(h.Extracted, h.Decisions)
	for _, c := range h.conflicts {
		if c.Resolved == "" {
			h.Problems = append(h.Problems, evidence.Problem{Source: "review", RecordID: c.ID, Kind: "extraction-conflict",
				Where:   strings.Join(c.Files, ", "),
				Message: fmt.Sprintf("%s of %s is given as %s; decide in resolution.csv", c.Field, c.ID, strings.Join(c.Values, " and ")),
				Retry:   "past review check"})
		}
	}
	return h, nil
}

// OwnVocabulary gives the shipped vocabulary with the entries of the folder's
// vocabulary files; nil where it has none. A folder of another field has the
// subjects of its own alone. A file with a mistake becomes a problem of the
// folder.
func OwnVocabulary(f *review.Folder) *vocab.Vocabulary {
	var own *vocab.Vocabulary
	for _, x := range f.Of("vocabulary") {
		v, err := cmp.Or(own, vocab.Shipped()).With(x.Path, x.Body)
		if err != nil {
			f.Bad(x, err)
			continue
		}
		own = v
	}
	if own == nil {
		return nil
	}
	if conditions, domains, another := anotherField(f, own); another {
		alone, err := own.ForField(conditions, domains)
		if err != nil {
			f.Bad(f.Of("vocabulary")[0], err)
			return own
		}
		own = alone
	}
	return own
}

// anotherField reports whether a folder is of a field of its own, and about which
// conditions and outcome domains its questions ask: its vocabulary says so, or names subjects of its
// own while no question of the folder asks about a shipped one.
func anotherField(f *review.Folder, own *vocab.Vocabulary) (conditions, domains []string, another bool) {
	asked := false
	another = own.Field() == vocab.FieldOwn || own.Field() == "" && len(own.OwnSubjects()) > 0
	for _, x := range f.Of("questions") {
		qs, _, err := synthesis.ReadQuestions(x.Path, x.Body, own)
		if err != nil {
			continue // a problem of the folder, told where the questions are read
		}
		for _, q := range qs {
			asked = true
			conditions, domains = append(append(conditions, q.Condition), q.Conditions...), append(append(domains, q.Domain), q.AlsoDomains...)
			shipped := func(id string) bool {
				s, ok := vocab.Shipped().Substance(vocab.Shipped().Family(id))
				return ok && s.Core
			}
			if own.Field() == "" && slices.ContainsFunc(q.Substances, shipped) {
				another = false
			}
		}
	}
	return conditions, domains, another && (asked || own.Field() == vocab.FieldOwn)
}

// keepReview stores the review files' bytes and problems, once.
func (p *Pipeline) keepReview(ctx context.Context, h *human) error {
	if p.kept || p.ReviewDir == "" {
		return nil
	}
	var payloads []evidence.Payload
	for _, f := range h.Files {
		payloads = append(payloads, evidence.Payload{SHA256: f.SHA256, Source: "review", RecordID: f.Path, URL: "file:" + f.Path,
			MediaType: f.Kind.MediaType, Body: f.Body, FetchedAt: p.Now().UTC()})
	}
	var err error
	if len(payloads) > 0 {
		_, err = p.Store.Commit(ctx, crawler.Batch{Source: "review", Payloads: payloads,
			Cursor: crawler.Cursor{Done: true, At: p.Now().UTC()}})
	}
	if err == nil {
		err = p.Store.SetProblems(ctx, "review", h.Problems)
	}
	p.kept = err == nil
	return err
}

// questions are those to answer: the pipeline's, else those of the last
// analysis, else the shipped ones with those of the review folder added (the
// same id replaces). A folder of another field has its own alone.
func (p *Pipeline) questions(h *human) ([]synthesis.Question, error) {
	if p.Questions != nil {
		return p.Questions, nil
	}
	if h.asked != nil && !p.OwnQuestions {
		return h.asked, nil
	}
	var qs []synthesis.Question
	if !p.Vocab.Alone() {
		var err error
		if qs, err = synthesis.Shipped(); err != nil {
			return nil, err
		}
	}
	for _, own := range h.questions {
		if i := slices.IndexFunc(qs, func(q synthesis.Question) bool { return q.ID == own.ID }); i >= 0 {
			qs[i] = own
		} else {
			qs = append(qs, own)
		}
	}
	return qs, nil
}
