package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"past/internal/pipeline"
	"past/internal/review"
	"past/internal/run"
	"past/internal/text"
)

// openFresh opens the database for a command that reads what the stages made,
// after running those that are stale. Where that cannot be (the database is
// read-only, or somebody else writes it) the command answers from the last
// complete stages, what is stale is named, and it ends with exit code 3.
func (e *Env) openFresh(ctx context.Context, what, named string) (*pipeline.Pipeline, error) {
	p, err := e.openPipeline(ctx, what, named, true)
	if err != nil || e.Globals.AsOf != "" {
		return p, err
	}
	gone, err := p.FilesGone(ctx)
	if err != nil {
		return nil, errors.Join(err, p.Store.Close())
	}
	if gone > 0 {
		e.note("the last stages read %s and there is no review folder here now; these are the results with them. Name the folder "+
			"with --review, or run past extract to leave them out", text.Count(gone, "review file"))
		return p, nil
	}
	stale, err := p.Stale(ctx)
	if err != nil || len(stale) == 0 {
		return p, errors.Join(err)
	}
	err = p.Store.Close()
	if err != nil {
		return nil, err
	}
	if p, err = e.openPipeline(ctx, what, named, false); err != nil {
		return e.openStale(ctx, what, named, stale, err)
	}
	if err := e.bring(ctx, p, "analyse"); err != nil {
		return nil, errors.Join(err, p.Store.Close())
	}
	return p, nil
}

// openStale opens the database to be read although stages are stale.
func (e *Env) openStale(ctx context.Context, what, named string, stale []run.Stale, why error) (*pipeline.Pipeline, error) {
	p, err := e.openPipeline(ctx, what, named, true)
	if err != nil {
		return nil, errors.Join(why, err)
	}
	var names []string
	for _, s := range stale {
		names = append(names, s.String())
	}
	e.note("answered from the last complete stages; stale: %s; they cannot run now: %v", strings.Join(names, ", "), why)
	return p, nil
}

// note prints what makes the outcome of a command less than it could be; the
// command then ends with exit code 3.
func (e *Env) note(format string, args ...any) {
	fmt.Fprintf(e.Stderr, "past: "+format+"\n", args...)
	e.warned = true
}

// openPipeline opens the database with its review folder. A database that is not
// there is made where people's own tables are enough.
func (e *Env) openPipeline(ctx context.Context, what, named string, readOnly bool) (*pipeline.Pipeline, error) {
	create := false
	if e.Globals.AsOf == "" {
		path, err := e.database()
		if err != nil {
			return nil, err
		}
		dir, err := e.reviewDir(named, path)
		if err != nil {
			return nil, err
		}
		if create, err = onlyFiles(path, dir); err != nil {
			return nil, err
		}
	}
	st, err := e.openStore(ctx, what, readOnly && !create, create)
	if err != nil {
		return nil, err
	}
	dir, err := e.reviewDir(named, st.Path())
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	p := pipeline.New(st, dir)
	return p, nil
}

// onlyFiles reports whether there is no database yet and the review folder holds
// something to work with.
func onlyFiles(db, dir string) (bool, error) {
	if _, err := os.Stat(db); !errors.Is(err, fs.ErrNotExist) || dir == "" {
		return false, nil
	}
	f, err := review.ReadFolder(dir)
	return err == nil && len(f.Files) > 0, err
}

// bring runs the stages before and including upTo that are stale, and says so.
func (e *Env) bring(ctx context.Context, p *pipeline.Pipeline, upTo string) error {
	return p.Bring(ctx, upTo, func(stage, why string, do func() (map[string]int64, error)) error {
		if do == nil {
			return nil
		}
		fmt.Fprintf(e.Stderr, "past: running %s first: %s\n", stage, why)
		run, err := beginRun(ctx, p.Store, stage)
		if err != nil {
			return err
		}
		err = e.during(stage, func() (err error) {
			run.Counts, err = do()
			return err
		})
		return run.end(ctx, err)
	})
}

// before names the stage that a command rests on.
var before = map[string]string{"extract": "link", "analyse": "extract"}

// withPipeline runs a stage on the command's database, after those it rests on.
func (e *Env) withPipeline(ctx context.Context, what, named string, do func(*pipeline.Pipeline) error) (err error) {
	p, err := e.openPipeline(ctx, what, named, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Store.Close()) }()
	if stage := before[what]; stage != "" {
		if err := e.bring(ctx, p, stage); err != nil {
			return err
		}
	}
	run, err := beginRun(ctx, p.Store, what)
	if err != nil {
		return err
	}
	e.counts = nil
	err = do(p)
	run.Counts = e.counts
	return run.end(ctx, errors.Join(err, e.tellAside(p)))
}

// mostAside is how many problems of the review files a command prints.
const mostAside = 10

// tellAside names what of the review files was set aside; the command then ends
// with exit code 3.
func (e *Env) tellAside(p *pipeline.Pipeline) error {
	problems, err := p.ReviewProblems()
	for i, x := range problems {
		if i == mostAside {
			e.note("and %s more; past review check lists them", text.Count(len(problems)-i, "problem"))
			break
		}
		e.note("%s: %s", x.Where, x.Message)
	}
	return err
}
