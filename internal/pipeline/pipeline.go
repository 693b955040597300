package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
// it first needs it, so that every stage of a run sees the same human files;
// files changed later are for the next Pipeline.
type Pipeline struct {
	Store *store.Store
	// ReviewDir is the folder of the human files; "" or a missing folder is
	// an empty one.
	ReviewDir string
	// Questions to answer; nil takes the shipped ones and those of the review
	// folder.
	Questions []synthesis.Question
	Now       func() time.Time
	Vocab     *vocab.Vocabulary

	reading sync.Mutex
	human   *human
	kept    bool // the files' bytes are in the store
}

// New returns a pipeline with the shipped vocabulary and the real clock.
func New(st *store.Store, reviewDir string) *Pipeline {
	return &Pipeline{Store: st, ReviewDir: reviewDir, Now: time.Now, Vocab: vocab.Default()}
}

// human is what the review folder holds.
type human struct {
	extracted   []review.Extracted // as the files have them
	extractions []review.Extraction
	conflicts   []review.Conflict
	decisions   []review.Decision
	measured    []review.MeasuredRow
	harms       []review.Harm
	questions   []synthesis.Question
	claimFiles  []evidence.Payload
	claims      []ownClaim
	problems    []evidence.Problem
	payloads    []evidence.Payload
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

// readFolder reads the review folder: extractions*.csv, measured*.csv,
// harms*.csv, questions*.yaml, claims*.yaml and the decision files. Every
// file's bytes become a payload, so that each number leads back to them.
func (p *Pipeline) readFolder() (*human, error) {
	h := &human{}
	if p.ReviewDir == "" {
		return h, nil
	}
	var names []string
	err := filepath.WalkDir(p.ReviewDir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, fmt.Errorf("review folder: %w", err)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := h.read(p, name); err != nil {
			return nil, err
		}
	}
	if err := p.readClaims(h); err != nil {
		return nil, err
	}
	h.checkTopics(p.Vocab)
	h.extractions, h.conflicts = review.Compare(h.extracted, h.decisions)
	for _, c := range h.conflicts {
		if c.Resolved == "" {
			h.problems = append(h.problems, evidence.Problem{Source: "review", RecordID: c.ID, Kind: "extraction-conflict", Where: strings.Join(c.Files, ", "),
				Message: fmt.Sprintf("%s of %s is given as %s; decide in resolution.csv", c.Field, c.ID, strings.Join(c.Values, " and ")), Retry: "past review check"})
		}
	}
	return h, nil
}

func (h *human) read(p *Pipeline, path string) error {
	rel, err := filepath.Rel(p.ReviewDir, path)
	if err != nil {
		return err
	}
	rel = filepath.ToSlash(rel)
	base := filepath.Base(rel)
	kind := ""
	for _, k := range []string{"extractions", "measured", "harms", "questions", "claims"} {
		if strings.HasPrefix(base, k) {
			kind = k
		}
	}
	decision := review.KindOfFile(base)
	if decision != "" {
		kind = "decisions"
	}
	if kind == "" {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("review file: %w", err)
	}
	sum := sha256.Sum256(b)
	sha := hex.EncodeToString(sum[:])
	media := "text/csv"
	var problems []evidence.Problem
	switch kind {
	case "extractions":
		var rows []review.Extraction
		rows, problems, err = review.ReadExtractions(rel, b, sha)
		for _, x := range rows {
			h.extracted = append(h.extracted, review.Extracted{Extraction: x, File: rel})
		}
	case "decisions":
		var ds []review.Decision
		ds, problems, err = review.ReadDecisions(decision, rel, b, sha)
		h.decisions = append(h.decisions, ds...)
	case "measured":
		var rows []review.MeasuredRow
		rows, problems, err = review.ReadMeasured(rel, b, sha)
		h.measured = append(h.measured, rows...)
	case "harms":
		var rows []review.Harm
		rows, problems, err = review.ReadHarms(rel, b, sha)
		h.harms = append(h.harms, rows...)
	case "questions":
		var qs []synthesis.Question
		media = "application/yaml"
		qs, err = synthesis.Load(rel, b)
		h.questions = append(h.questions, qs...)
	}
	if err != nil {
		return fmt.Errorf("review folder %s: %w", p.ReviewDir, err)
	}
	if kind == "claims" {
		media = "application/yaml"
	}
	h.problems = append(h.problems, problems...)
	file := evidence.Payload{SHA256: sha, Source: "review", RecordID: rel, URL: "file:" + rel, MediaType: media, Body: b}
	h.payloads = append(h.payloads, file)
	if kind == "claims" {
		h.claimFiles = append(h.claimFiles, file)
	}
	return nil
}

// keepReview stores the review files' bytes and problems, once.
func (p *Pipeline) keepReview(ctx context.Context, h *human) error {
	if p.kept {
		return nil
	}
	for i := range h.payloads {
		h.payloads[i].FetchedAt = p.Now().UTC()
	}
	if len(h.payloads) == 0 {
		return nil
	}
	_, err := p.Store.Commit(ctx, crawler.Batch{Source: "review", Payloads: h.payloads, Problems: h.problems, Cursor: crawler.Cursor{Done: true, At: p.Now().UTC()}})
	p.kept = err == nil
	return err
}

// questions are those to answer: the pipeline's own, else the shipped ones
// with those of the review folder added (the same id replaces).
func (p *Pipeline) questions(h *human) ([]synthesis.Question, error) {
	if p.Questions != nil {
		return p.Questions, nil
	}
	qs, err := synthesis.Shipped()
	if err != nil {
		return nil, err
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
