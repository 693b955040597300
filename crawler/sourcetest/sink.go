package sourcetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"past/crawler"
	"past/internal/evidence"
)

// MemorySink keeps what a crawl finds in memory. Its zero value is ready.
type MemorySink struct {
	// Fail, when set, is asked before the nth commit (from 1); its error is
	// the commit's, and nothing of the batch is kept.
	Fail func(n int) error

	mu       sync.Mutex
	commits  int
	payloads map[string]evidence.Payload
	records  map[string]evidence.Record // by source and id
	versions map[string][]string        // content hashes, oldest first
	gone     map[string]bool
	hits     map[string][]string
	cursors  map[string]crawler.Cursor
	marks    map[string]crawler.Mark
	states   map[string]string
	problems []evidence.Problem
	fetches  []evidence.Fetch
}

var (
	_ crawler.Sink      = (*MemorySink)(nil)
	_ crawler.HitLister = (*MemorySink)(nil)
	_ crawler.Memory    = (*MemorySink)(nil)
)

func key(a, b string) string { return a + "\x00" + b }

func (s *MemorySink) init() {
	if s.payloads == nil {
		s.payloads, s.records, s.versions = map[string]evidence.Payload{}, map[string]evidence.Record{}, map[string][]string{}
		s.gone, s.hits = map[string]bool{}, map[string][]string{}
		s.cursors, s.marks, s.states = map[string]crawler.Cursor{}, map[string]crawler.Mark{}, map[string]string{}
	}
}

// Clone gives a sink that holds the same.
func (s *MemorySink) Clone() *MemorySink {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &MemorySink{commits: s.commits, payloads: maps.Clone(s.payloads), records: maps.Clone(s.records), versions: maps.Clone(s.versions),
		gone: maps.Clone(s.gone), hits: maps.Clone(s.hits), cursors: maps.Clone(s.cursors), marks: maps.Clone(s.marks),
		states: maps.Clone(s.states), problems: slices.Clone(s.problems), fetches: slices.Clone(s.fetches)}
}

// Commit implements crawler.Sink.
func (s *MemorySink) Commit(_ context.Context, b crawler.Batch) (crawler.CommitResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.init()
	s.commits++
	if s.Fail != nil {
		if err := s.Fail(s.commits); err != nil {
			return crawler.CommitResult{}, err
		}
	}
	var res crawler.CommitResult
	for _, p := range b.Payloads {
		s.payloads[p.SHA256] = p
	}
	for _, r := range b.Records {
		k := key(b.Source, r.ID)
		res.Received++
		old, ok := s.records[k]
		switch {
		case !ok:
			res.New++
		case old.ContentHash != r.ContentHash:
			res.Changed++
		default:
			res.Unchanged++
		}
		if !ok || old.ContentHash != r.ContentHash {
			s.versions[k] = append(s.versions[k], r.ContentHash)
		}
		s.records[k] = r
		delete(s.gone, k)
	}
	for _, id := range b.Gone {
		if k := key(b.Source, id); !s.gone[k] {
			s.gone[k] = true
			res.Gone++
		}
	}
	s.problems = append(s.problems, b.Problems...)
	res.KeptAside = len(b.Problems)
	if b.QueryKey != "" {
		k := key(b.Source, b.QueryKey)
		if b.HitBase == 0 && b.Cursor.Seen > 0 {
			s.hits[k] = nil
		}
		if len(b.Hits) > 0 && b.HitBase != len(s.hits[k]) {
			return res, fmt.Errorf("hits of %s begin at %d, but %d are known", b.QueryKey, b.HitBase, len(s.hits[k]))
		}
		s.hits[k] = append(s.hits[k], b.Hits...)
		s.cursors[k] = b.Cursor
	}
	return res, nil
}

// Cursor implements crawler.Sink.
func (s *MemorySink) Cursor(_ context.Context, source, query string) (crawler.Cursor, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.cursors[key(source, query)]
	return c, ok, nil
}

// Mark implements crawler.Sink.
func (s *MemorySink) Mark(_ context.Context, source string) (crawler.Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[source], nil
}

// SetMark implements crawler.Sink.
func (s *MemorySink) SetMark(_ context.Context, source string, m crawler.Mark) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.init()
	s.marks[source] = m
	return nil
}

// Known implements crawler.Sink.
func (s *MemorySink) Known(_ context.Context, source string) ([]crawler.Known, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var known []crawler.Known
	for k, r := range s.records {
		if r.Source == source && !s.gone[k] {
			known = append(known, crawler.Known{ID: r.ID, Stated: r.LastUpdatePosted.Raw})
		}
	}
	slices.SortFunc(known, func(a, b crawler.Known) int { return strings.Compare(a.ID, b.ID) })
	return known, nil
}

// State implements crawler.Memory.
func (s *MemorySink) State(_ context.Context, key string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states[key], nil
}

// SetState implements crawler.Memory.
func (s *MemorySink) SetState(_ context.Context, key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.init()
	s.states[key] = value
	return nil
}

// Validators implements crawler.Sink.
func (s *MemorySink) Validators(_ context.Context, url string) (etag, lastModified, sha256 string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.payloads {
		if p.URL == url && (p.ETag != "" || p.LastModified != "") {
			return p.ETag, p.LastModified, p.SHA256, nil
		}
	}
	return "", "", "", nil
}

// LogFetch implements crawler.Sink.
func (s *MemorySink) LogFetch(_ context.Context, f evidence.Fetch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetches = append(s.fetches, f)
	return nil
}

// Hits implements crawler.HitLister.
func (s *MemorySink) Hits(_ context.Context, source, query string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.hits[key(source, query)]), nil
}

// Content is what a crawl leaves behind, without times and run ids.
type Content struct {
	Hashes map[string]string   // content hash by record id
	Gone   []string            // ids with a tombstone
	Hits   map[string][]string // by query key
}

// Content gives what the sink holds of a source.
func (s *MemorySink) Content(source string) Content {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := Content{Hashes: map[string]string{}, Hits: map[string][]string{}}
	for k, r := range s.records {
		if r.Source == source {
			c.Hashes[r.ID] = r.ContentHash
			if s.gone[k] {
				c.Gone = append(c.Gone, r.ID)
			}
		}
	}
	slices.Sort(c.Gone)
	prefix := key(source, "")
	for k, h := range s.hits {
		if len(k) > len(prefix) && k[:len(prefix)] == prefix {
			c.Hits[k[len(prefix):]] = slices.Clone(h)
		}
	}
	return c
}

// Record gives a record as it was last received.
func (s *MemorySink) Record(source, id string) (evidence.Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.records[key(source, id)]
	return r, ok
}

// Versions gives the content hashes a record has had, oldest first.
func (s *MemorySink) Versions(source, id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.versions[key(source, id)])
}

// Payloads gives the bodies kept, in the order of their hashes.
func (s *MemorySink) Payloads() []evidence.Payload {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []evidence.Payload
	for _, sha := range slices.Sorted(maps.Keys(s.payloads)) {
		out = append(out, s.payloads[sha])
	}
	return out
}

// Problems gives the problems kept, in their order.
func (s *MemorySink) Problems() []evidence.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// Fetches gives the requests logged, in their order.
func (s *MemorySink) Fetches() []evidence.Fetch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.fetches)
}

// Commits counts the commits asked for.
func (s *MemorySink) Commits() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commits
}
