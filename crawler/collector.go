package crawler

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"past/crawler/polite"
)

// Options say what to collect and from where.
type Options struct {
	Sources []Source
	// Endpoints replace the register's address, by source name.
	Endpoints map[string]string
	Question  QuestionSet
	// All asks for everything whatever was complete before. Without it, and
	// without Question.Since, a crawl asks for what changed since the last
	// complete one of the same plan.
	All bool
	// CAFile holds certificate authorities, in PEM, that are trusted beside the
	// system's.
	CAFile  string
	Contact string // in the User-Agent: an address or a page of the user
	Version string // in the User-Agent
	Run     string // id of the run; made up when empty
	// DryRun plans and asks nothing.
	DryRun   bool
	Observer Observer
	Now      func() time.Time // time.Now when nil

	// Wire changes how requests are made; its zero value is right.
	Wire  Wire
	roots *x509.CertPool
}

// Wire holds the settings of the transport that tests and unusual networks
// need. Zero values leave the choice to the source's policy.
type Wire struct {
	MaxBody   int64         // the body cap
	Timeout   time.Duration // of one attempt
	Idle      time.Duration // of silence in mid-answer
	Attempts  int           // of one request
	Base, Cap time.Duration // of the wait between attempts
	Patience  time.Duration // with a Retry-After
	// Transport replaces the bottom of the stack, and with it the address
	// guard.
	Transport http.RoundTripper
}

// Collector runs crawls. Make one with [New]; it can run once or many times.
type Collector struct {
	opts  Options
	sink  Sink
	lanes []*lane
}

// New checks the options and gives a Collector that keeps what it finds in
// sink. With DryRun sink may be nil.
func New(opts Options, sink Sink) (*Collector, error) {
	if len(opts.Sources) == 0 {
		return nil, errors.New("no source to crawl")
	}
	if sink == nil && !opts.DryRun {
		return nil, errors.New("no store to keep what a crawl finds")
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.CAFile != "" {
		roots, err := polite.Roots(opts.CAFile)
		if err != nil {
			return nil, err
		}
		opts.roots = roots
	}
	c := &Collector{opts: opts, sink: sink}
	var names []string
	for _, src := range opts.Sources {
		name := src.Name()
		if slices.Contains(names, name) {
			return nil, fmt.Errorf("source %s is named twice", name)
		}
		names = append(names, name)
		l, err := newLane(&c.opts, sink, src)
		if err != nil {
			return nil, err
		}
		c.lanes = append(c.lanes, l)
	}
	for name := range opts.Endpoints {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("endpoint for %q, which is not among the sources %s", name, strings.Join(names, ", "))
		}
	}
	return c, nil
}

// Run crawls the sources side by side, and then those that follow. The summary is complete even with an
// error, which joins those of the sources; a cancelled context ends the crawl
// within a second or two with everything received kept.
func (c *Collector) Run(ctx context.Context) (Summary, error) {
	run := c.opts.Run
	if run == "" {
		run = newRun(c.opts.Now())
	}
	sum := Summary{Run: run, Started: c.opts.Now().UTC(), DryRun: c.opts.DryRun, Sources: make([]SourceSummary, len(c.lanes))}
	for _, second := range []bool{false, true} {
		var wg sync.WaitGroup
		for i, l := range c.lanes {
			if f, ok := l.src.(Follower); (ok && f.Follows()) == second {
				wg.Go(func() { sum.Sources[i] = l.crawl(ctx, run) })
			}
		}
		wg.Wait()
	}
	sum.Ended = c.opts.Now().UTC()
	var errs []error
	for _, s := range sum.Sources {
		if s.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.Source, s.Err))
		}
	}
	return sum, errors.Join(errs...)
}

// Fetcher gives the way in which a source of this Collector is asked, for
// questions beside a crawl (a register's history, a doctor's check).
func (c *Collector) Fetcher(source string) (Fetcher, Source, error) {
	for _, l := range c.lanes {
		if l.src.Name() == source {
			return l.fetch, l.src, nil
		}
	}
	return nil, nil, fmt.Errorf("no source %q", source)
}

func newRun(now time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return now.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:])
}

// parseEndpoint checks an address that a user named.
func parseEndpoint(source, s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("endpoint of %s: %q is not of the form http://HOST:PORT/PATH", source, s)
	}
	return u, nil
}
