package run

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// Stage derives rows from the evidence and from the rows of the stages before
// it, and replaces its own rows as a whole. Do returns what it made, in numbers.
type Stage struct {
	Name string
	Do   func(ctx context.Context) (map[string]int64, error)
}

// Inputs say what a stage rests on besides the stages before it. Records, Files
// and Questions are hashes.
type Inputs struct {
	Records   string `json:"records"`
	Files     string `json:"files"`
	Program   string `json:"program"` // filled in by Stages
	Questions string `json:"questions,omitempty"`
	HadFiles  int    `json:"had_files,omitempty"` // how many review files there were
}

// Memory keeps small values from one run to the next; the store is one. A key
// that was never set is "".
type Memory interface {
	State(ctx context.Context, key string) (string, error)
	SetState(ctx context.Context, key, value string) error
}

// Stages runs stages as make does: in their order, and those alone whose inputs
// changed since they last ran to their end, or that follow one that runs again.
type Stages struct {
	Memory Memory
	List   []Stage
	// Inputs says what a stage would rest on now.
	Inputs func(ctx context.Context, stage string) (Inputs, error)
}

// stageState, with a stage's name, is the key of the inputs of its last complete
// run.
const stageState = "stage/"

// Stale is a stage whose rows do not follow from its inputs.
type Stale struct {
	Stage string `json:"stage"`
	Why   string `json:"why"`
}

func (s Stale) String() string { return s.Stage + " (" + s.Why + ")" }

// Stale lists the stages that have to run again, in order.
func (s Stages) Stale(ctx context.Context) ([]Stale, error) {
	var out []Stale
	for _, st := range s.List {
		now, err := s.now(ctx, st.Name)
		if err != nil {
			return nil, err
		}
		was, err := s.Last(ctx, st.Name)
		if err != nil {
			return nil, err
		}
		why := now.differs(was)
		if why == "" && len(out) > 0 {
			why = out[0].Stage + " runs again"
		}
		if why != "" {
			out = append(out, Stale{st.Name, why})
		}
	}
	return out, nil
}

// differs says what of a stage's inputs changed, "" for nothing.
func (in Inputs) differs(was *Inputs) string {
	switch {
	case was == nil:
		return "it has not run"
	case in.Records != was.Records:
		return "the records changed"
	case in.Files != was.Files:
		return "the review files changed"
	case in.Questions != was.Questions:
		return "the questions changed"
	case in.Program != was.Program:
		return "another build of the program"
	}
	return ""
}

// Around runs one stage for [Stages.Bring]: do runs it and returns its counts.
// why is "" where the stage is up to date, and do is then nil.
type Around func(stage, why string, do func() (map[string]int64, error)) error

// Bring runs what is stale, up to and including a stage. around may be nil.
func (s Stages) Bring(ctx context.Context, upTo string, around Around) error {
	if around == nil {
		around = func(_, _ string, do func() (map[string]int64, error)) error {
			if do == nil {
				return nil
			}
			_, err := do()
			return err
		}
	}
	stale, err := s.Stale(ctx)
	if err != nil {
		return err
	}
	last := slices.IndexFunc(s.List, func(st Stage) bool { return st.Name == upTo })
	if last < 0 {
		return fmt.Errorf("no stage is called %q", upTo)
	}
	for _, st := range s.List[:last+1] {
		i := slices.IndexFunc(stale, func(x Stale) bool { return x.Stage == st.Name })
		if i < 0 {
			err = around(st.Name, "", nil)
		} else {
			err = around(st.Name, stale[i].Why, func() (map[string]int64, error) { return s.run(ctx, st) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// All runs every stage, stale or not.
func (s Stages) All(ctx context.Context) error {
	for _, st := range s.List {
		if _, err := s.run(ctx, st); err != nil {
			return err
		}
	}
	return nil
}

func (s Stages) run(ctx context.Context, st Stage) (counts map[string]int64, err error) {
	err = s.Mark(ctx, st.Name, func() error {
		counts, err = st.Do(ctx)
		return err
	})
	return counts, err
}

// Mark does a stage's work and notes its inputs. The note of its last run is
// taken away first, so that a stop in the middle leaves the stage stale.
func (s Stages) Mark(ctx context.Context, stage string, do func() error) error {
	if err := s.Memory.SetState(ctx, stageState+stage, ""); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	now, err := s.now(ctx, stage)
	if err != nil {
		return err
	}
	text, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return s.Memory.SetState(ctx, stageState+stage, string(text))
}

// Last are the inputs of a stage's last complete run, nil for none.
func (s Stages) Last(ctx context.Context, stage string) (*Inputs, error) {
	text, err := s.Memory.State(ctx, stageState+stage)
	if err != nil || text == "" {
		return nil, err
	}
	var in Inputs
	if json.Unmarshal([]byte(text), &in) != nil {
		return nil, nil // of another program: the stage runs again
	}
	return &in, nil
}

func (s Stages) now(ctx context.Context, stage string) (Inputs, error) {
	in, err := s.Inputs(ctx, stage)
	in.Program = program()
	return in, err
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
