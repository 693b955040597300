package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"past/internal/edition/publish"
	"past/internal/store"
	"past/internal/text"
)

type doctorCmd struct {
	Live     bool              `name:"live" help:"Ask each register one small question and compare its shape."`
	Full     bool              `name:"full" help:"Also read every version of every record from its payload again."`
	Out      string            `name:"out" help:"Published folder to look at (default: past-site)." placeholder:"DIR" env:"PAST_SITE"`
	Source   []string          `name:"source" help:"With --live: this register; repeatable (default: all)." placeholder:"NAME"`
	Endpoint map[string]string `name:"endpoint" help:"With --live: ask this base URL instead." placeholder:"SOURCE=URL"`
	MaxAge   time.Duration     `name:"max-age" default:"72h" help:"A schedule is late when the last cycle is older."`

	reportOut string // the configuration's folder of past report
}

// finding levels of the doctor.
const (
	docFine  = "fine"
	docWarn  = "warning"
	docFault = "fault"
)

// examined is one thing that the doctor looked at.
type examined struct {
	What  string `json:"what"`
	Level string `json:"level"` // fine | warning | fault
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"`
}

func (c *doctorCmd) Run(ctx context.Context, e *Env) (err error) {
	if c.Out, err = publishedFolder(c.Out, c.reportOut); err != nil {
		return err
	}
	path, err := e.database()
	if err != nil {
		return err
	}
	var list []examined
	list = append(list, checkClock(time.Now()), checkConfig(e), checkFolder(path), checkDisk(path))
	list = append(list, c.checkStore(ctx, path)...)
	list = append(list, checkSite(c.Out))
	if c.Live {
		live, err := c.live(ctx, e)
		if err != nil {
			return err
		}
		list = append(list, live...)
	}
	if e.Globals.JSON {
		err = e.printJSON(list)
	} else {
		w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
		for _, x := range list {
			fmt.Fprintf(w, "%s\t%s\t%s\n", x.Level, x.What, x.Text)
			if x.Do != "" {
				fmt.Fprintf(w, "\t\t→ %s\n", x.Do)
			}
		}
		err = w.Flush()
	}
	if err != nil {
		return err
	}
	level := func(l string) bool { return slices.ContainsFunc(list, func(x examined) bool { return x.Level == l }) }
	switch {
	case level(docFault):
		return &ExitError{Code: ExitFailed}
	case level(docWarn):
		return warned()
	}
	return nil
}

// built is a day before which no clock that is right can be: this program did
// not exist.
var built = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func checkClock(now time.Time) examined {
	c := examined{What: "clock", Level: docFine, Text: now.UTC().Format("2006-01-02 15:04:05 UTC")}
	if now.Before(built) {
		c.Level, c.Do = docFault, "set the clock: times of requests and editions would be wrong"
	}
	return c
}

func checkConfig(e *Env) examined {
	path := e.Globals.Config
	if path == "" {
		path = findConfig()
	}
	c := examined{What: "configuration", Level: docFine, Text: "none; flags, environment and defaults"}
	if path != "" {
		c.Text = path
	}
	if e.Globals.Contact == "" {
		c.Level, c.Do = docWarn, "registers like to know whom to write to: set contact in past.yaml, --contact or PAST_CONTACT"
	}
	return c
}

// checkFolder tries what a writer needs: a file beside the database.
func checkFolder(db string) examined {
	dir := filepath.Dir(db)
	c := examined{What: "rights", Level: docFine, Text: dir + " can be written"}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		c.Level, c.Text, c.Do = docFault, err.Error(), "give this account the right to write there, or name another file with --db"
	}
	return c
}

func checkDisk(db string) examined {
	free, err := freeBytes(filepath.Dir(db))
	if err != nil {
		return examined{What: "disk", Level: docWarn, Text: "free space is not known: " + err.Error()}
	}
	size := int64(0)
	if info, err := os.Stat(db); err == nil {
		size = info.Size()
	}
	c := examined{What: "disk", Level: docFine, Text: fmt.Sprintf("%d MB free, the database has %d MB", free>>20, size>>20)}
	switch need := max(2*size, 200<<20); {
	case free < 50<<20:
		c.Level, c.Do = docFault, "free some space: a write could fail in the middle of a cycle (nothing stored would be lost)"
	case free < need:
		c.Level, c.Do = docWarn, "free some space: a backup and a migration each need as much again as the database has"
	}
	return c
}

func (c *doctorCmd) checkStore(ctx context.Context, path string) []examined {
	st, err := store.Open(ctx, path, store.Options{ReadOnly: true})
	if errors.Is(err, store.ErrNoStore) {
		return []examined{{What: "database", Level: docWarn, Text: path + " does not exist yet",
			Do: "past crawl, past import or past refresh makes it; past demo shows the whole job"}}
	}
	if err != nil {
		return []examined{{What: "database", Level: docFault, Text: err.Error(), Do: "past restore FILE puts a backup in its place"}}
	}
	defer st.Close()
	var out []examined
	depth := store.Payloads
	if c.Full {
		depth = store.Records
	}
	faults, err := st.Check(ctx, depth)
	switch {
	case err != nil:
		out = append(out, examined{What: "database", Level: docFault, Text: err.Error()})
	case len(faults) > 0:
		out = append(out, examined{What: "database", Level: docFault, Text: fmt.Sprintf("%s, the first: %s", text.Count(len(faults), "fault"),
			faults[0]), Do: "past restore FILE puts a backup in its place"})
	default:
		text := path + " is sound"
		if !c.Full {
			text += " (every payload has its hash; --full also reads every record again)"
		}
		out = append(out, examined{What: "database", Level: docFine, Text: text})
	}
	return append(out, c.checkRuns(ctx, st)...)
}

func (c *doctorCmd) checkRuns(ctx context.Context, st *store.Store) []examined {
	var out []examined
	if w, err := st.LastWriter(ctx); err == nil && w.PID != 0 && w.Released.IsZero() {
		out = append(out, examined{What: "writer", Level: docFine,
			Text: fmt.Sprintf("%s, process %d on %s since %s: at work, or ended without closing", w.What, w.PID, w.Host, when(w.Since))})
	}
	runs, err := st.Runs(ctx, 500)
	if err != nil {
		return append(out, examined{What: "schedule", Level: docFault, Text: err.Error()})
	}
	for _, r := range runs {
		if r.Started.After(time.Now().Add(time.Hour)) {
			out = append(out, examined{What: "clock", Level: docWarn, Text: fmt.Sprintf("a run of %s began at %s, which is still to come",
				r.Stage, when(r.Started)), Do: "set the clock: it went back, or was ahead then"})
			break
		}
	}
	i := slices.IndexFunc(runs, func(r store.Run) bool { return r.Stage == "refresh" && r.Exit != nil })
	if i < 0 {
		out = append(out, examined{What: "schedule", Level: docFine, Text: "no past refresh has run on this database"})
	} else {
		r := runs[i]
		x := examined{What: "schedule", Level: docFine, Text: fmt.Sprintf("last cycle %s, exit %d", when(r.Started), *r.Exit)}
		switch {
		case *r.Exit == ExitRefused:
			x.Level, x.Do = docWarn, "past gate show says why the edition was refused"
		case *r.Exit == ExitFailed:
			x.Level, x.Text = docFault, x.Text+": "+r.Error
		case time.Since(r.Started) > c.MaxAge:
			x.Level, x.Do = docWarn, "look whether the timer or service still runs (docs/operations.md)"
		}
		out = append(out, x)
	}
	s, err := st.Status(ctx)
	if err != nil {
		return append(out, examined{What: "problems", Level: docFault, Text: err.Error()})
	}
	x := examined{What: "problems", Level: docFine, Text: text.Count(int(s.Problems), "open problem")}
	if s.Problems > 0 {
		x.Level, x.Do = docWarn, "past status --problems lists what was kept aside and how to try again"
	}
	return append(out, x)
}

func checkSite(out string) examined {
	if _, err := os.Stat(out); errors.Is(err, fs.ErrNotExist) {
		return examined{What: "published folder", Level: docFine, Text: out + " does not exist yet"}
	}
	id, err := publish.Current(out)
	if err != nil {
		return examined{What: "published folder", Level: docFault, Text: err.Error(),
			Do: "past refresh --no-crawl points it to the latest edition again"}
	}
	if id == "" {
		return examined{What: "published folder", Level: docFine, Text: out + " shows no edition"}
	}
	if _, err := os.Stat(filepath.Join(out, "editions", id, "edition.json")); err != nil {
		return examined{What: "published folder", Level: docFault, Text: "edition " + id + " is shown and not there: " + err.Error(),
			Do: "past refresh --no-crawl writes it again"}
	}
	return examined{What: "published folder", Level: docFine, Text: out + " shows edition " + id}
}
