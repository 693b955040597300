package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"past/internal/synthesis"
)

// StageNames are the stages that derive rows, in the order in which they rest
// on each other.
var StageNames = []string{"link", "extract", "analyse"}

// State keys of the store.
const (
	stageState = "stage/"      // + the stage's name: the stamp of its last complete run
	askedState = "stage/asked" // the questions of past analyse --question, while they are those analysed
)

// stamp says what a stage was last run on. The parts are hashes.
type stamp struct {
	Records   string `json:"records"`
	Files     string `json:"files"`
	Program   string `json:"program"`
	Questions string `json:"questions,omitempty"`
	HadFiles  int    `json:"had_files,omitempty"` // how many review files there were
}

// Stale is a stage whose rows do not follow from what the store and the review
// folder hold now.
type Stale struct {
	Stage string `json:"stage"`
	Why   string `json:"why"`
}

func (s Stale) String() string { return s.Stage + " (" + s.Why + ")" }

// Stale lists the stages that have to run again, in order.
func (p *Pipeline) Stale(ctx context.Context) ([]Stale, error) {
	var out []Stale
	for _, name := range StageNames {
		now, err := p.stampNow(ctx, name)
		if err != nil {
			return nil, err
		}
		was, err := p.stampOf(ctx, name)
		if err != nil {
			return nil, err
		}
		why := now.differs(was)
		if why == "" && len(out) > 0 {
			why = out[0].Stage + " runs again"
		}
		if why != "" {
			out = append(out, Stale{name, why})
		}
	}
	return out, nil
}

// differs says what of a stage's inputs changed, "" for nothing.
func (s stamp) differs(was *stamp) string {
	switch {
	case was == nil:
		return "it has not run"
	case s.Records != was.Records:
		return "the records changed"
	case s.Files != was.Files:
		return "the review files changed"
	case s.Questions != was.Questions:
		return "the questions changed"
	case s.Program != was.Program:
		return "another build of the program"
	}
	return ""
}

// FilesGone reports how many review files the stages last ran on, when none are
// there now and no folder is named: running them again would drop every row
// that people wrote.
func (p *Pipeline) FilesGone(ctx context.Context) (int, error) {
	h, err := p.readReview()
	if err != nil || p.ReviewDir != "" || len(h.Files) > 0 {
		return 0, err
	}
	was, err := p.stampOf(ctx, "extract")
	if err != nil || was == nil {
		return 0, err
	}
	return was.HadFiles, nil
}

// Around runs one stage for [Pipeline.Bring]: do runs it and returns its counts.
// why is "" where the stage is up to date, and do is then nil.
type Around func(stage, why string, do func() (map[string]int64, error)) error

// Bring runs what is stale, up to and including a stage. around may be nil.
func (p *Pipeline) Bring(ctx context.Context, upTo string, around Around) error {
	if around == nil {
		around = func(_, _ string, do func() (map[string]int64, error)) error {
			if do == nil {
				return nil
			}
			_, err := do()
			return err
		}
	}
	stale, err := p.Stale(ctx)
	if err != nil {
		return err
	}
	for _, name := range StageNames[:slices.Index(StageNames, upTo)+1] {
		i := slices.IndexFunc(stale, func(s Stale) bool { return s.Stage == name })
		if i < 0 {
			err = around(name, "", nil)
		} else {
			err = around(name, stale[i].Why, func() (map[string]int64, error) { return p.stage(ctx, name) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stage runs one stage and counts what it made.
func (p *Pipeline) stage(ctx context.Context, name string) (map[string]int64, error) {
	switch name {
	case "link":
		r, err := p.Link(ctx)
		return map[string]int64{"studies": int64(r.Studies), "links": int64(r.Links)}, err
	case "extract":
		r, err := p.Extract(ctx)
		return map[string]int64{"arm_results": int64(r.ArmResults), "contrasts": int64(r.Contrasts), "effects": int64(r.Effects)}, err
	}
	f, err := p.Analyse(ctx)
	return map[string]int64{"findings": int64(len(f))}, err
}

// Stages runs link, extract and analyse where they are stale.
func (p *Pipeline) Stages(ctx context.Context) error { return p.Bring(ctx, "analyse", nil) }

// stamped runs a stage; its stamp is taken away while it runs, so that a stop in
// the middle leaves it stale.
func (p *Pipeline) stamped(ctx context.Context, name string, do func() error) error {
	if err := p.Store.SetState(ctx, stageState+name, ""); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	now, err := p.stampNow(ctx, name)
	if err != nil {
		return err
	}
	text, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return p.Store.SetState(ctx, stageState+name, string(text))
}

func (p *Pipeline) stampOf(ctx context.Context, name string) (*stamp, error) {
	text, err := p.Store.State(ctx, stageState+name)
	if err != nil || text == "" {
		return nil, err
	}
	var s stamp
	if json.Unmarshal([]byte(text), &s) != nil {
		return nil, nil // of another program: the stage runs again
	}
	return &s, nil
}

func (p *Pipeline) stampNow(ctx context.Context, name string) (stamp, error) {
	ev, err := p.evidence(ctx)
	if err != nil {
		return stamp{}, err
	}
	s := stamp{Records: hashOf(ev.Records), Files: hashOf(ev.Files), Program: program(), HadFiles: len(ev.Files)}
	if name == "analyse" {
		s.Questions = hashOf(ev.Questions)
	}
	return s, nil
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

// program identifies this build: a stage may give other rows with another one.
// A build of uncommitted sources is known by its file.
var program = sync.OnceValue(func() string {
	out := ""
	bi, ok := debug.ReadBuildInfo()
	if ok {
		out = bi.Main.Version
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				out += " " + s.Value
			}
		}
	}
	if !strings.HasSuffix(out, " false") {
		if path, err := os.Executable(); err == nil {
			if info, err := os.Stat(path); err == nil {
				out += fmt.Sprintf(" %d %d", info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return out
})

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
