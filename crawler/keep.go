package crawler

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"past/crawler/polite"
	"past/internal/evidence"
)

// commit keeps a batch even while the crawl is being cancelled: what was
// received is not thrown away.
func (l *lane) commit(ctx context.Context, b Batch) error {
	b.Source, b.Run = l.src.Name(), l.run
	for i := range b.Problems {
		l.complete(&b.Problems[i])
	}
	res, err := l.sink.Commit(context.WithoutCancel(ctx), b)
	if err != nil {
		return fmt.Errorf("keep what was received: %w", err)
	}
	l.mu.Lock()
	l.sum.Add(res)
	l.mu.Unlock()
	for _, p := range b.Problems {
		if noAnswer[p.Kind] {
			l.faults++
		}
		if p.Kind == KindDrift || p.Kind == KindNotFound {
			l.sum.Notices++
		} else {
			l.sum.Problems++
		}
		l.tell(Event{Kind: EventProblem, Query: b.QueryKey, Text: p.Kind + ": " + p.Message})
	}
	return nil
}

// problem keeps a problem that belongs to no page.
func (l *lane) problem(ctx context.Context, p evidence.Problem) error {
	return l.commit(ctx, Batch{Problems: []evidence.Problem{p}})
}

// complete fills what only the crawl knows into a problem.
func (l *lane) complete(p *evidence.Problem) {
	p.Source = l.src.Name()
	if p.At.IsZero() {
		p.At = l.opts.Now().UTC()
	}
	if p.Retry == "" {
		p.Retry = "past crawl " + p.Source
		if l.endpoint != "" {
			p.Retry += " --endpoint " + p.Source + "=" + l.endpoint
		}
	}
}

// parse reads payloads into records; what cannot be read becomes a problem.
func (l *lane) parse(payloads []evidence.Payload) ([]evidence.Record, []evidence.Problem) {
	var records []evidence.Record
	var problems []evidence.Problem
	for _, p := range payloads {
		parsed, err := l.src.Parse(p)
		records = append(records, parsed.Records...)
		problems = append(problems, parsed.Problems...)
		if err != nil {
			problems = append(problems, problemOf(err, &p))
		}
	}
	return records, problems
}

// problemOf puts an error about an answer into a problem.
func problemOf(err error, p *evidence.Payload) evidence.Problem {
	out := evidence.Problem{Kind: KindFetchFailed, Message: err.Error()}
	var a *AnswerError
	var large *polite.TooLargeError
	switch {
	case errors.As(err, &a):
		out.Kind, out.Where = a.Kind, a.Where
		if p == nil {
			p = a.Payload
		}
	case errors.As(err, &large):
		out.Kind, out.Where = KindTooLarge, large.URL
	}
	if p != nil {
		out.SHA256, out.RecordID = p.SHA256, p.RecordID
		if out.Where == "" || strings.HasPrefix(out.Where, "/") {
			out.Where = strings.TrimSuffix(p.URL+"#"+out.Where, "#")
		}
	}
	return out
}
