package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"past/crawler/registers"
	"past/internal/evidence"
	"past/internal/store"
)

// AsOf builds, in dir, the database as it would have been at an instant: the
// payloads that had been received by then, read again, with the review files as
// they stood then, and every stage run over them. It returns the path of the
// database and of the review folder. Findings are those that the program of
// today gives for the evidence of then; what was published then is in the
// editions.
func AsOf(ctx context.Context, from *store.Store, at time.Time, dir string) (db, reviewDir string, err error) {
	db, reviewDir = filepath.Join(dir, "as-of.db"), filepath.Join(dir, "review")
	if err := os.MkdirAll(reviewDir, 0o700); err != nil {
		return "", "", err
	}
	to, err := store.Open(ctx, db, store.Options{Create: true, What: "as-of"})
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	n := 0
	for info, err := range from.Payloads(ctx) {
		if err != nil {
			return "", "", err
		}
		if info.FetchedAt.After(at) {
			continue
		}
		n++
		p, err := from.Payload(ctx, info.SHA256)
		if err != nil {
			return "", "", err
		}
		p.FetchedAt = info.FetchedAt
		if p.Source == "review" {
			if err := writeReview(reviewDir, p.RecordID, p.Body); err != nil {
				return "", "", err
			}
			continue
		}
		parsed, err := registers.Parse(p)
		if err != nil {
			continue // what could not be read then is not evidence now
		}
		if _, err := to.Import(ctx, p.Source, "", []evidence.Payload{p}, parsed); err != nil {
			return "", "", fmt.Errorf("payload %s: %w", info.SHA256, err)
		}
	}
	if n == 0 {
		return "", "", fmt.Errorf("nothing had been received by %s; the database begins later", at.UTC().Format("2006-01-02"))
	}
	starter, err := from.State(ctx, starterState)
	if err != nil {
		return "", "", err
	}
	if starter != "" {
		if err := to.SetState(ctx, starterState, starter); err != nil {
			return "", "", err
		}
	}
	return db, reviewDir, New(to, reviewDir).Stages(ctx)
}

// writeReview puts a stored review file back; later bytes of the same file
// replace earlier ones, since payloads come in the order of their arrival.
func writeReview(dir, name string, body []byte) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if rel, err := filepath.Rel(dir, path); err != nil || strings.HasPrefix(rel, "..") {
		return fmt.Errorf("stored review file %q does not lie in the review folder", name)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o600)
}
