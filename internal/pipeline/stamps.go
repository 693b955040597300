package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"past/crawler/registers"
	"past/internal/evidence"
	"past/internal/run"
	"past/internal/store"
	"past/internal/synthesis"
)

// stages are the three that derive rows, over this store and review folder.
func (p *Pipeline) stages() run.Stages {
	read := sync.OnceValues(func() (run.Inputs, error) { return p.inputs(context.Background()) }) // no stage changes them
	inputs := func(_ context.Context, stage string) (run.Inputs, error) {
		in, err := read()
		if stage != "analyse" {
			in.Questions = ""
		}
		return in, err
	}
	return run.Stages{Memory: p.Store, Inputs: inputs, List: []run.Stage{
		{Name: "link", Do: func(ctx context.Context) (map[string]int64, error) {
			r, err := p.link(ctx)
			return map[string]int64{"studies": int64(r.Studies), "links": int64(r.Links)}, err
		}},
		{Name: "extract", Do: func(ctx context.Context) (map[string]int64, error) {
			r, err := p.extract(ctx)
			return map[string]int64{"arm_results": int64(r.ArmResults), "contrasts": int64(r.Contrasts), "effects": int64(r.Effects)}, err
		}},
		{Name: "analyse", Do: func(ctx context.Context) (map[string]int64, error) {
			f, err := p.analyse(ctx)
			return map[string]int64{"findings": int64(len(f))}, err
		}},
	}}
}

// Stale lists the stages that have to run again, in order.
func (p *Pipeline) Stale(ctx context.Context) ([]run.Stale, error) { return p.stages().Stale(ctx) }

// Bring runs what is stale, up to and including a stage. around may be nil.
func (p *Pipeline) Bring(ctx context.Context, upTo string, around run.Around) error {
	return p.stages().Bring(ctx, upTo, around)
}

// Stages runs link, extract and analyse where they are stale.
func (p *Pipeline) Stages(ctx context.Context) error { return p.Bring(ctx, "analyse", nil) }

// FilesGone reports how many review files the stages last ran on, when none are
// there now and no folder is named: running them again would drop every row
// that people wrote.
func (p *Pipeline) FilesGone(ctx context.Context) (int, error) {
	h, err := p.readReview()
	if err != nil || p.ReviewDir != "" || len(h.Files) > 0 {
		return 0, err
	}
	was, err := p.stages().Last(ctx, "extract")
	if err != nil || was == nil {
		return 0, err
	}
	return was.HadFiles, nil
}

// inputs are what the stages rest on now.
func (p *Pipeline) inputs(ctx context.Context) (run.Inputs, error) {
	ev, err := p.evidence(ctx)
	if err != nil {
		return run.Inputs{}, err
	}
	return run.Inputs{Records: hashOf(ev.Records), Files: hashOf(ev.Files), HadFiles: len(ev.Files), Questions: hashOf(ev.Questions)}, nil
}

// hashOf is a hash of what marshals in a fixed order, such as a map.
func hashOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// askedState keeps the questions of past analyse --question, while they are those
// analysed.
const askedState = "stage/asked"

// keepAsked notes the questions of an analysis that were not the tracker's own,
// so that what reads its findings knows what was asked.
func (p *Pipeline) keepAsked(ctx context.Context) error {
	h, err := p.readReview()
	if err != nil {
		return err
	}
	asked := p.Questions
	if asked == nil && !p.OwnQuestions {
		asked = h.asked
	}
	text := ""
	if asked != nil {
		b, err := json.Marshal(asked)
		if err != nil {
			return err
		}
		text = string(b)
	}
	return p.Store.SetState(ctx, askedState, text)
}

// askedBefore are the questions that the stored findings answer where
// [Pipeline.Questions] named them; nil for the tracker's own.
func (p *Pipeline) askedBefore(ctx context.Context) ([]synthesis.Question, error) {
	text, err := p.Store.State(ctx, askedState)
	if err != nil || text == "" {
		return nil, err
	}
	var qs []synthesis.Question
	if err := json.Unmarshal([]byte(text), &qs); err != nil {
		return nil, fmt.Errorf("the questions of the last analysis: %w", err)
	}
	return qs, nil
}

// Rebuild recreates every derived row: records from the payloads, studies, effects
// and findings from those and the review files.
func (p *Pipeline) Rebuild(ctx context.Context, progress func(done, total int)) (store.RebuildReport, error) {
	rep, err := p.Store.Rebuild(ctx, progress)
	if err != nil {
		return rep, err
	}
	return rep, p.stages().All(ctx)
}

// Merge takes over what other databases collected and makes every derived row
// again. Where they hold nothing new, only stale stages run: those that a killed
// merge left, for example.
func (p *Pipeline) Merge(ctx context.Context, others []string, progress func(done, total int)) (store.MergeReport, store.RebuildReport,
	error) {
	took, rep, err := p.Store.Merge(ctx, others, progress)
	switch {
	case err != nil:
		return took, rep, err
	case !took.Any():
		return took, rep, p.Stages(ctx)
	}
	return took, rep, p.stages().All(ctx)
}

// AsOf builds, in dir, the database as it would have been at an instant: the
// payloads that had been received by then, read again, with the review files as
// they stood then, and every stage run over them. It returns the path of the
// database and of the review folder. Findings are those that the program of
// today gives for the evidence of then; what was published then is in the
// editions.
func AsOf(ctx context.Context, from *store.Store, at time.Time, dir string) (db, reviewDir string, err error) {
	db, reviewDir = filepath.Join(dir, "as-of.db"), filepath.Join(dir, "review")
	if err := os.MkdirAll(reviewDir, 0o700); err != nil {
		return "", "", err
	}
	to, err := store.Open(ctx, db, store.Options{Create: true, What: "as-of"})
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	n := 0
	for info, err := range from.Payloads(ctx) {
		if err != nil {
			return "", "", err
		}
		if info.FetchedAt.After(at) {
			continue
		}
		n++
		p, err := from.Payload(ctx, info.SHA256)
		if err != nil {
			return "", "", err
		}
		p.FetchedAt = info.FetchedAt
		if p.Source == "review" {
			if err := writeReview(reviewDir, p.RecordID, p.Body); err != nil {
				return "", "", err
			}
			continue
		}
		parsed, err := registers.Parse(p)
		if err != nil {
			continue // what could not be read then is not evidence now
		}
		if _, err := to.Import(ctx, p.Source, "", []evidence.Payload{p}, parsed); err != nil {
			return "", "", fmt.Errorf("payload %s: %w", info.SHA256, err)
		}
	}
	if n == 0 {
		return "", "", fmt.Errorf("nothing had been received by %s; the database begins later", at.UTC().Format("2006-01-02"))
	}
	starter, err := from.State(ctx, starterState)
	if err != nil {
		return "", "", err
	}
	if starter != "" {
		if err := to.SetState(ctx, starterState, starter); err != nil {
			return "", "", err
		}
	}
	return db, reviewDir, New(to, reviewDir).Stages(ctx)
}

// writeReview puts a stored review file back; later bytes of the same file
// replace earlier ones, since payloads come in the order of their arrival.
func writeReview(dir, name string, body []byte) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if rel, err := filepath.Rel(dir, path); err != nil || strings.HasPrefix(rel, "..") {
		return fmt.Errorf("stored review file %q does not lie in the review folder", name)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o600)
}
