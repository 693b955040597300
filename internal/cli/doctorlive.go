package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"past/crawler"
	"past/crawler/polite"
	"past/internal/evidence"
	"past/internal/pipeline"
	"past/internal/text"
)

// livePages bounds the pages of a search that are asked for until a record
// comes: some registers count first and list next.
const livePages = 5

// liveWork is a paper that services which are asked by DOI have had for years.
const liveWork = "10.1056/nejmoa2206443"

// live asks each register a handful of small questions: whether it has news,
// its first query up to a record, and a record that it has had for years.
func (c *doctorCmd) live(ctx context.Context, e *Env) ([]examined, error) {
	sources, err := pipeline.Sources(c.Source, pipeline.SourceOptions{Works: func() ([]string, error) { return []string{liveWork}, nil }})
	if err != nil {
		return nil, usage("%s", err)
	}
	var out []examined
	for _, s := range sources {
		endpoints := map[string]string{}
		if u, ok := c.Endpoint[s.Name()]; ok {
			endpoints[s.Name()] = u
		}
		col, err := crawler.New(crawler.Options{Sources: []crawler.Source{s}, Endpoints: endpoints,
			Contact: e.Globals.Contact, CAFile: e.Globals.RegisterCA,
			Version: e.Version, Question: pipeline.CrawlQuestion()}, noSink{})
		if err != nil {
			return nil, err
		}
		out = append(out, askOne(ctx, col, s.Name()))
	}
	return out, nil
}

// asking is what came of the questions to one register so far.
type asking struct {
	f        crawler.Fetcher
	src      crawler.Source
	said     []string
	problems int
	unknown  map[string]int
}

func askOne(ctx context.Context, col *crawler.Collector, name string) examined {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	x := examined{What: "register " + name, Level: docFine}
	f, src, err := col.Fetcher(name)
	if err != nil {
		x.Level, x.Text = docFault, err.Error()
		return x
	}
	a := &asking{f: f, src: src, unknown: map[string]int{}}
	for _, step := range []struct {
		name string
		ask  func(context.Context) (warn string, err error)
	}{{"news", a.news}, {"search", a.search}, {"known record", a.landmark}} {
		warn, err := step.ask(ctx)
		if err != nil {
			x.Level = docFault
			x.Text, x.Do = liveCause(err)
			x.Text = step.name + ": " + x.Text
			return x
		}
		if warn != "" {
			x.Level, x.Do = docWarn, warn
		}
	}
	if a.problems > 0 || len(a.unknown) > 0 {
		x.Level, x.Do = docWarn, "the register's format has moved; what is unknown is kept and counted"
		a.said = append(a.said, text.Count(a.problems, "problem"), fmt.Sprintf("%d unknown keys", len(a.unknown)))
	}
	x.Text = strings.Join(a.said, "; ")
	return x
}

func (a *asking) news(ctx context.Context) (string, error) {
	p, ok := a.src.(crawler.Prober)
	if !ok {
		return "", nil
	}
	stamp, err := p.Probe(ctx, a.f)
	if stamp != "" {
		a.said = append(a.said, "data stamp "+stamp)
	}
	return "", err
}

// search follows the first query that finds something to its first records.
func (a *asking) search(ctx context.Context) (string, error) {
	qs, err := a.src.Plan(pipeline.CrawlQuestion())
	if err != nil || len(qs) == 0 {
		if _, ok := a.src.(crawler.Follower); ok {
			return "", nil // it asks about what the others bring
		}
		return "", errors.Join(errors.New("no query could be planned"), err)
	}
	q := qs[0]
	q.Limit = 1
	for cursor, n := "", 0; n < livePages; n++ {
		page, err := a.src.Page(ctx, a.f, q, cursor)
		if err != nil {
			return "", fmt.Errorf("query %s: %w", q.Key, err)
		}
		a.problems += len(page.Problems)
		records, err := a.read(page.Payloads)
		if err != nil {
			return "", fmt.Errorf("query %s: %w", q.Key, err)
		}
		if records > 0 {
			a.said = append(a.said, text.Count(records, "record")+" read by query "+q.Key)
			return "", nil
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	a.said = append(a.said, "no hits for query "+q.Key)
	return "the answer has the known shape and the query finds nothing: " +
		"ask it on the register's web page (past crawl --dry-run prints it)", nil
}

// landmark asks for a record that the register has had for years.
func (a *asking) landmark(ctx context.Context) (string, error) {
	l, ok := a.src.(crawler.Landmarked)
	if !ok {
		return "", nil
	}
	id := l.Landmark()
	page, err := l.Refresh(ctx, a.f, []string{id})
	if err != nil {
		return "", fmt.Errorf("record %s: %w", id, err)
	}
	if slices.Contains(page.Gone, id) {
		return "", fmt.Errorf("record %s: %w", id, errNoLandmark)
	}
	records, err := a.read(page.Payloads)
	if err == nil && records == 0 {
		err = errNoLandmark
	}
	if err != nil {
		return "", fmt.Errorf("record %s: %w", id, err)
	}
	a.said = append(a.said, id+" read")
	return "", nil
}

var errNoLandmark = errors.New("the register does not give a record that it has had for years")

// read counts the records of payloads and what does not fit in them.
func (a *asking) read(payloads []evidence.Payload) (int, error) {
	n := 0
	for _, p := range payloads {
		parsed, err := a.src.Parse(p)
		if err != nil {
			return n, err
		}
		n += len(parsed.Records)
		a.problems += len(parsed.Problems)
		for _, r := range parsed.Records {
			a.problems += len(r.Problems)
			for k, c := range r.Unknown {
				a.unknown[k] += c
			}
		}
	}
	return n, nil
}

// liveCause says in a line why a register did not answer, the cause first, and
// what a person may do.
func liveCause(err error) (text, do string) {
	var (
		status  *crawler.StatusError
		answer  *crawler.AnswerError
		address *net.DNSError
		cert    *tls.CertificateVerificationError
		auth    x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.Is(err, polite.ErrRobots) && !errors.Is(err, polite.ErrNoRobots):
		text, do = "robots.txt forbids it", "the register does not want programs there; "+
			"ask its owner, or export by hand and import the file (docs/sources.md)"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		text, do = "the certificate has expired", "check the clock of this machine; otherwise the register must renew it: try again later"
	case errors.As(err, &host):
		text, do = "the certificate is another host's", "check the address, and whether a proxy answers in the register's place"
	case errors.As(err, &cert), errors.As(err, &auth):
		text, do = "the certificate is not trusted", "where a proxy or a missing intermediate is the reason, "+
			"name its authority with --register-ca FILE (PAST_REGISTER_CA)"
	case errors.Is(err, polite.ErrNoRobots):
		text, do = "robots.txt cannot be read", "until it can, nothing is asked: check the network, try again later"
	case errors.As(err, &status) && (status.Status == 401 || status.Status == 403):
		text, do = fmt.Sprintf("blocked (status %d)", status.Status), "the register or a network on the way refuses this program; "+
			"try later, with --contact, or from another network"
	case errors.As(err, &status) && status.Status == 429:
		text, do = "asked too often (status 429)", "wait, then try again"
	case errors.As(err, &status) && status.Status >= 500:
		text, do = fmt.Sprintf("out of order (status %d)", status.Status), "the register has a fault or is being maintained; try again later"
	case errors.As(err, &status):
		text, do = fmt.Sprintf("status %d", status.Status), "look whether the register's web page answers"
	case errors.Is(err, errNoLandmark):
		text, do = "changed", "the register, or what stands in its place, does not hold what it should; look at its web page"
	case errors.Is(err, polite.ErrOutOfScope):
		text, do = "it sends elsewhere", "the register has moved, or a network on the way asks for a login: open the address in a browser"
	case errors.As(err, &answer) && answer.Kind == crawler.KindHTML:
		text, do = "a web page in the place of data", "the register is being maintained, or asks whether a person is there: "+
			"open the address in a browser from this machine"
	case errors.As(err, &answer) && answer.Kind == crawler.KindEmpty:
		text, do = "an empty answer", "try again later; where it stays so, report it with this line"
	case errors.As(err, &answer):
		text, do = "another shape ("+answer.Kind+")", "the register's format has changed: report it with this line"
	case errors.As(err, &address):
		text, do = "the name does not resolve", "check the network and the address"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, polite.ErrStalled):
		text, do = "no answer in time", "try again later"
	default:
		text, do = "no answer", "check the network; its terms and addresses are in docs/sources.md"
	}
	said := err.Error()
	if answer != nil { // the kind is no word for people
		said = strings.Replace(said, answer.Kind+": ", "", 1)
	}
	return text + ": " + shortURL(said), do
}

// shortURL leaves of the addresses in an error what distinguishes them.
func shortURL(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if at := strings.Index(w, "http"); at >= 0 {
			if u, err := url.Parse(strings.Trim(w[at:], `"():,`)); err == nil && u.Host != "" {
				end := w[len(strings.TrimRight(w, `"():,`)):]
				words[i] = w[:at] + u.Host + u.Path + end
			}
		}
	}
	out := []rune(strings.Join(words, " "))
	return string(out[:min(len(out), 300)])
}

// noSink keeps nothing: the doctor's questions are no evidence.
type noSink struct{}

func (noSink) Commit(context.Context, crawler.Batch) (crawler.CommitResult, error) {
	return crawler.CommitResult{}, nil
}

func (noSink) Cursor(context.Context, string, string) (crawler.Cursor, bool, error) {
	return crawler.Cursor{}, false, nil
}
func (noSink) Mark(context.Context, string) (crawler.Mark, error)             { return crawler.Mark{}, nil }
func (noSink) SetMark(context.Context, string, crawler.Mark) error            { return nil }
func (noSink) Known(context.Context, string) ([]crawler.Known, error)         { return nil, nil }
func (noSink) LogFetch(context.Context, evidence.Fetch) error                 { return nil }
func (noSink) Validators(context.Context, string) (a, b, c string, err error) { return }
