package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"past/crawler"
	"past/internal/edition/gate"
	"past/internal/pipeline"
	"past/internal/review"
	"past/internal/run"
	"past/internal/run/notify"
	"past/internal/store"
	"past/internal/text"
	"past/internal/wholefile"
)

type refreshCmd struct {
	reviewFlag
	logFlags
	notifyFlags
	Out      string            `name:"out" help:"Folder to publish in (default: past-site)." placeholder:"DIR" env:"PAST_SITE"`
	Source   []string          `name:"source" help:"A register to ask; repeatable (default: all)." placeholder:"NAME" env:"PAST_SOURCES"`
	Endpoint map[string]string `name:"endpoint" help:"Ask this base URL instead (mirrors, tests)." placeholder:"SOURCE=URL"`
	NoCrawl  bool              `name:"no-crawl" help:"Ask no register: work with what is stored."`
	Base     string            `name:"base" help:"Address under which the folder is published, for links in feeds and notifications." placeholder:"URL" env:"PAST_BASE"`
	Rules    string            `name:"gate-rules" help:"YAML or JSON file with other bounds for the gate; past gate rules prints the present ones." placeholder:"FILE" env:"PAST_GATE_RULES"`
	Every    time.Duration     `name:"every" help:"Keep running: a cycle every so long, for example 24h." placeholder:"DURATION" env:"PAST_EVERY" xor:"when"`
	At       string            `name:"at" help:"Keep running: a cycle each day at this time (HH:MM)." placeholder:"TIME" env:"PAST_AT" xor:"when"`
	Jitter   *time.Duration    `name:"jitter" help:"With --every or --at: start up to so much later, by a share that is fixed per database (default: 10m)." placeholder:"DURATION" env:"PAST_JITTER"`
	CatchUp  *bool             `name:"catch-up" negatable:"" help:"With --every or --at: run a cycle at once when one was missed (default: yes)." env:"PAST_CATCH_UP"`
	Nice     int               `name:"nice" default:"10" help:"Give way to other programs: the niceness, from 0 (no less than others) to 19." placeholder:"N" env:"PAST_NICE"`
	Once     bool              `name:"once" help:"One cycle, whatever schedule past.yaml has."`

	gate      gateConfig // from the configuration
	reportOut string     // the configuration's folder of past report
}

// usualJitter is that of a schedule which names none.
const usualJitter = 10 * time.Minute

func (c *refreshCmd) applyConfig(cfg config) {
	r := cfg.Refresh
	c.Out, c.reportOut = cmp.Or(c.Out, r.Out), cfg.Out
	c.Base = cmp.Or(c.Base, r.Base)
	if c.Endpoint == nil {
		c.Endpoint = cfg.Endpoints
	}
	if len(c.Source) == 0 {
		c.Source = r.Sources
	}
	if len(c.Source) == 0 {
		c.Source = cfg.Sources
	}
	if c.Every == 0 && c.At == "" { // a schedule is taken whole, from one place
		c.At = r.At
		c.Every, _ = time.ParseDuration(r.Every) // checked when it was read; "" is 0
	}
	if d, err := time.ParseDuration(r.Jitter); c.Jitter == nil && err == nil {
		c.Jitter = &d
	}
	if c.CatchUp == nil {
		c.CatchUp = r.CatchUp
	}
	if c.Rules == "" {
		c.Rules, c.gate = r.GateRules, r.Gate
	}
	c.notifyFlags.applyConfig(r.Notify)
}

func (c *refreshCmd) Run(ctx context.Context, e *Env) (err error) {
	if c.Out, err = publishedFolder(c.Out, c.reportOut); err != nil {
		return err
	}
	if _, err := pipeline.Sources(c.Source); err != nil {
		return usage("%s", err)
	}
	if c.Nice < 0 || c.Nice > 19 {
		return usage("--nice is from 0 to 19, not %d", c.Nice)
	}
	giveWay(c.Nice)
	bounds, err := readThresholds(c.Rules)
	if err != nil {
		return err
	}
	c.gate.over(&bounds)
	channels, err := c.channels(e)
	if err != nil {
		return err
	}
	once := func(ctx context.Context) (run.Result, error) { return c.cycle(ctx, e, bounds, channels) }
	if c.Once || c.Every == 0 && c.At == "" {
		res, err := once(ctx)
		return c.end(e, res, err)
	}
	return c.schedule(ctx, e, once)
}

// cycle opens the database for one cycle, so that between cycles other
// commands can write.
func (c *refreshCmd) cycle(ctx context.Context, e *Env, bounds gate.Thresholds, channels []notify.Channel) (res run.Result, err error) {
	st, err := e.openStore(ctx, "refresh", false, !c.NoCrawl)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	log := c.logger(e)
	dir, err := e.reviewDir(c.Review, st.Path())
	if err != nil {
		return res, err
	}
	cycle := run.Cycle{Store: st, Work: pipeline.Works(st, dir, time.Now), Out: c.Out, Version: e.Version, Base: c.Base, Thresholds: bounds,
		Channels: channels,
		Args:     strings.Join(c.Source, " "), Step: func(stage, text string) { log.Debug("stage", "stage", stage, "state", text) }}
	var bad *review.BadFiles
	if err := e.useVocabulary(c.Review); err != nil && !errors.As(err, &bad) {
		return res, err
	}
	if bad != nil { // registers would be asked about another field; the stages say what is wrong
		log.Warn("no register was asked", "because", bad)
	} else if !c.NoCrawl {
		sources, err := c.registers(ctx, e, st)
		if err != nil {
			return res, err
		}
		cycle.Crawl = func(ctx context.Context, id string) (run.CrawlResult, error) {
			return c.crawl(ctx, e, st, sources, id)
		}
	}
	return cycle.Run(ctx)
}

// registers are those to ask, with what they need to know of the asker.
func (c *refreshCmd) registers(ctx context.Context, e *Env, st *store.Store) ([]crawler.Source, error) {
	sources, err := pipeline.Sources(c.Source, pipeline.SourceOptions{Contact: e.Globals.Contact, PubMedKey: os.Getenv("PAST_PUBMED_API_KEY"),
		Works: func() ([]string, error) { return pipeline.KnownDOIs(ctx, st) }})
	if err != nil {
		return nil, err
	}
	return sources, keepStarterApart(ctx, st, sources, c.Endpoint)
}

// crawl asks the registers. One that cannot be reached leaves its records as
// they were: that is a warning, unless none could be reached.
func (c *refreshCmd) crawl(ctx context.Context, e *Env, st *store.Store, sources []crawler.Source, id string) (run.CrawlResult, error) {
	res := run.CrawlResult{Counts: map[string]int64{}}
	opt := crawler.Options{Sources: sources, Endpoints: c.Endpoint, Contact: e.Globals.Contact, CAFile: e.Globals.RegisterCA,
		Version: e.Version, Run: id, Question: pipeline.CrawlQuestion()}
	sum, notices, err := collect(ctx, st, opt)
	res.Notices = notices
	res.Counts = crawlCounts(sum)
	failed := 0
	var down []string
	for _, s := range sum.Sources {
		if s.Problems > 0 {
			res.Warnings = append(res.Warnings, fmt.Sprintf("%s: %s kept aside; see past status --problems", s.Source,
				text.Count(s.Problems, "problem")))
		}
		if s.Err != nil {
			failed++
			down = append(down, fmt.Sprintf("%s: %v; its records stay as they were", s.Source, s.Err))
		}
	}
	if ctx.Err() != nil || failed == len(sum.Sources) {
		return res, err
	}
	res.Warnings = append(res.Warnings, down...)
	return res, nil
}

// readThresholds reads a file of bounds over the defaults.
func readThresholds(path string) (gate.Thresholds, error) {
	th := gate.DefaultThresholds()
	if path == "" {
		return th, nil
	}
	b, err := wholefile.Read(path, maxSettings)
	if err != nil {
		return th, fmt.Errorf("gate rules: %w", err)
	}
	if _, err := text.ParseYAML(b); err != nil {
		return th, usage("gate rules %s: %s", path, err)
	}
	js, err := yaml.YAMLToJSON(b)
	if err != nil {
		return th, usage("gate rules %s: %s", path, text.YAMLError(err))
	}
	dec := json.NewDecoder(strings.NewReader(string(js)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&th); err != nil {
		return th, usage("gate rules %s: %s", path, err)
	}
	return th, nil
}

// end prints what a cycle did, and nothing when nothing happened.
func (c *refreshCmd) end(e *Env, res run.Result, err error) error {
	if e.Globals.JSON && res.Run != "" {
		if perr := e.printJSON(res); perr != nil {
			return perr
		}
	}
	printNotices(e.Stderr, res.Notices)
	for _, w := range res.Warnings {
		fmt.Fprintln(e.Stderr, "past:", w)
	}
	if errors.Is(err, run.ErrRefused) {
		fmt.Fprintf(e.Stderr, "past: readers still see %s; what to do: %s\n", orNothing(res.Edition),
			filepath.Join(c.Out, "refused", "index.html"))
		return &ExitError{Code: ExitRefused, Err: err}
	}
	if err != nil {
		return err
	}
	if res.Published && !e.Globals.JSON {
		fmt.Fprintf(e.Stdout, "edition %s published, %s; before: %s\n", res.Edition, text.Count(len(res.Changes), "change"),
			orNothing(res.Previous))
	}
	if len(res.Warnings) > 0 {
		return warned()
	}
	return nil
}

func orNothing(edition string) string {
	if edition == "" {
		return "no edition"
	}
	return "edition " + edition
}

// schedule keeps running until it is stopped.
func (c *refreshCmd) schedule(ctx context.Context, e *Env, once func(context.Context) (run.Result, error)) error {
	db, err := e.database()
	if err != nil {
		return err
	}
	s := run.Schedule{Every: c.Every, At: c.At, Jitter: usualJitter, Seed: db}
	give(&s.Jitter, c.Jitter)
	if c.CatchUp != nil {
		s.Skip = !*c.CatchUp
	}
	if err := s.Check(); err != nil {
		return usage("%s", err)
	}
	log := c.logger(e)
	cycle := func(ctx context.Context) run.Outcome {
		res, err := once(ctx)
		if ctx.Err() == nil {
			c.logCycle(log, res, err)
		} else if res.Run != "" {
			log.Info("stopped in a cycle", "run", res.Run, "note", "the next one goes on from what is done")
		}
		var locked *store.LockedError
		return run.Outcome{Locked: errors.As(err, &locked), Unsent: res.Unsent}
	}
	run.Keeper{Schedule: s, Last: lastCycle(ctx, db), Cycle: cycle,
		Tell: func(ctx context.Context) run.Outcome {
			asked := c.NoCrawl
			c.NoCrawl = true // what is stored is enough to send what was not delivered
			defer func() { c.NoCrawl = asked }()
			return cycle(ctx)
		},
		Waiting: func(due time.Time, what string) { log.Info("waiting", "for", what, "due", due.Format(time.RFC3339)) }}.Run(ctx)
	log.Info("stopped")
	return nil
}

func (c *refreshCmd) logCycle(log *slog.Logger, res run.Result, err error) {
	for _, n := range res.Notices {
		log.Info(n, "run", res.Run)
	}
	for _, w := range res.Warnings {
		log.Warn(w, "run", res.Run)
	}
	switch {
	case errors.Is(err, run.ErrRefused):
		log.Error("refused", "run", res.Run, "error", err, "page", filepath.Join(c.Out, "refused", "index.html"))
	case err != nil:
		log.Error("failed", "run", res.Run, "error", err)
	case res.Published:
		log.Info("published", "run", res.Run, "edition", res.Edition, "changes", len(res.Changes), "took",
			res.Ended.Sub(res.Started).Round(time.Millisecond))
	default:
		log.Info("nothing new", "run", res.Run, "took", res.Ended.Sub(res.Started).Round(time.Millisecond))
	}
}

// lastCycle is when the last complete cycle began, zero for none: what was
// missed while no one ran is caught up at once.
func lastCycle(ctx context.Context, db string) time.Time {
	st, err := store.Open(ctx, db, store.Options{ReadOnly: true})
	if err != nil {
		return time.Time{}
	}
	defer st.Close()
	runs, err := st.Runs(ctx, 200)
	if err != nil {
		return time.Time{}
	}
	for _, r := range runs {
		if r.Stage == "refresh" && r.Exit != nil && *r.Exit != ExitFailed {
			return r.Started
		}
	}
	return time.Time{}
}
