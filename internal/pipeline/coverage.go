package pipeline

import (
	"cmp"
	"context"
	"slices"
	"time"

	"past/internal/evidence"
	"past/internal/starter"
	"past/internal/synthesis"
)

// searches gives what each source was asked: for each query its last complete
// full reading, else its last one. A reading limited to changes moves the day of
// a complete one; it shows no absence by itself.
func (p *Pipeline) searches(ctx context.Context) ([]evidence.Search, error) {
	readings, err := p.Store.RegisterSearches(ctx, "")
	if err != nil {
		return nil, err
	}
	topics := map[string]bool{}
	for _, t := range p.Vocab.Topics() {
		topics[t.ID] = true
	}
	at := map[string]int{}
	var out []evidence.Search
	for _, r := range readings {
		if slices.Contains(asksNoTrials, r.Source) {
			continue
		}
		id := r.Source + "/" + r.Key
		i, known := at[id]
		switch {
		case !r.Since.IsZero():
			if known && r.Complete && out[i].Complete {
				out[i].Day = max(out[i].Day, day(r.Read))
			}
			continue
		case known && out[i].Complete && !r.Complete:
			continue
		}
		hits := r.Hits
		s := evidence.Search{ID: id, Source: r.Source, Words: r.Text, Substances: r.Substances, Day: max(day(r.Begun), day(r.Unchanged)),
			Hits: r.Total, Listed: &hits, Complete: r.Complete}
		for _, c := range r.Conditions {
			if topics[c] {
				s.Topics = append(s.Topics, c)
			}
			if _, ok := p.Vocab.Condition(c); ok {
				s.Conditions = append(s.Conditions, c)
			}
		}
		if r.Substances == nil { // a reading made before the ids were kept: its words name them
			found := p.Vocab.Match(r.Text)
			s.Substances, s.Conditions, s.Topics = ids(found.Substances), ids(found.Conditions), ids(found.Topics)
		}
		if known {
			out[i] = s
			continue
		}
		at[id] = len(out)
		out = append(out, s)
	}
	return out, nil
}

// asksNoTrials are the sources that are asked by identifier or dataset: their
// answers are no search for trials.
var asksNoTrials = []string{"crossref", "metapsy", "ictrp"}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// dataTo is the newest day that a source speaks for: of a search the day it was
// made, of imported records the newest date that they state, of the starter set
// the day its facts were read. The day on which the program ran says nothing
// about the evidence; it bounds what records state, and is used for records
// that state no date at all.
func (p *Pipeline) dataTo(ctx context.Context, b synthesis.Base, updated map[string]bool) (string, error) {
	if b.Retold {
		return starter.Date, nil
	}
	status, err := p.Store.Status(ctx)
	if err != nil {
		return "", err
	}
	newest, received := "", ""
	for name, s := range status.Sources {
		if name != "review" {
			received = max(received, day(s.LastFetch))
		}
	}
	for _, s := range b.Searches {
		newest = max(newest, s.Day)
	}
	for d := range updated { // of all trials
		if len(d) == len(time.DateOnly) && d <= received {
			newest = max(newest, d)
		}
	}
	return cmp.Or(newest, received), nil
}
