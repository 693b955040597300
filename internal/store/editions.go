package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Edition is a published edition. Document is the whole of edition.json: the
// store keeps it as it is.
type Edition struct {
	ID              string          `json:"id"`
	Date            string          `json:"date,omitempty"` // the data's cut-off
	DataHash        string          `json:"data_hash"`
	SoftwareVersion string          `json:"software_version"`
	PublishedAt     time.Time       `json:"published_at"`
	Run             string          `json:"run,omitempty"`
	Document        json.RawMessage `json:"document,omitempty"`
}

// AddEdition keeps an edition with the changes it brings, in one transaction.
// An edition that is already there is left as it is and false returned: the
// same data makes the same edition. A change whose id is known is not listed
// again.
func (s *Store) AddEdition(ctx context.Context, e Edition, changes []Change) (added bool, err error) {
	if e.ID == "" {
		return false, errors.New("add edition: it has no id")
	}
	err = s.write(ctx, func(c *conn) error {
		n, err := c.number("SELECT count(*) FROM edition WHERE id = ?", e.ID)
		if err != nil || n > 0 {
			return err
		}
		if err := c.exec(`INSERT INTO edition (id, date, data_hash, software_version, published_at, run, document) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			e.ID, e.Date, e.DataHash, e.SoftwareVersion, stampText(e.PublishedAt), null(e.Run), squeeze(e.Document)); err != nil {
			return err
		}
		no, err := c.number("SELECT edition_no FROM edition WHERE id = ?", e.ID)
		if err != nil {
			return err
		}
		for _, ch := range changes {
			if err := c.addChange(no, ch, e.PublishedAt); err != nil {
				return fmt.Errorf("change %s: %w", ch.ID, err)
			}
		}
		added = true
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("add edition %s: %w", e.ID, err)
	}
	return added, nil
}

func (c *conn) addChange(edition int64, ch Change, published time.Time) error {
	if ch.ID == "" {
		return errors.New("it has no id")
	}
	if ch.At.IsZero() {
		ch.At = published
	}
	return c.exec(`INSERT INTO change (id, edition_no, at, kind, subject, title, before, after, cause, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, ch.ID, edition, stampText(ch.At), ch.Kind, ch.Subject, ch.Title,
		null(ch.Before), null(ch.After), null(ch.Cause), null(string(ch.Detail)))
}

const editionColumns = "id, date, data_hash, software_version, published_at, coalesce(run, '')"

func scanEdition(scan func(...any) error, more ...any) (e Edition, err error) {
	var at string
	if err := scan(append([]any{&e.ID, &e.Date, &e.DataHash, &e.SoftwareVersion, &at, &e.Run}, more...)...); err != nil {
		return e, err
	}
	return e, moments(at, &e.PublishedAt)
}

// Editions lists the editions, oldest first, without their documents.
func (s *Store) Editions(ctx context.Context) ([]Edition, error) {
	return collect(each(ctx, s, "read editions", func(scan func(...any) error) (Edition, error) {
		return scanEdition(scan)
	}, "SELECT "+editionColumns+" FROM edition ORDER BY edition_no"))
}

// Edition gives one edition; id "" is the latest. The error wraps
// [ErrNotFound] when there is none.
func (s *Store) Edition(ctx context.Context, id string) (Edition, error) {
	var doc []byte
	row := s.r.QueryRowContext(ctx,
		"SELECT "+editionColumns+", document FROM edition WHERE ?1 = '' OR id = ?1 ORDER BY edition_no DESC LIMIT 1", id)
	e, err := scanEdition(row.Scan, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Edition{}, fmt.Errorf("edition %s: %w", id, s.explain(err))
	}
	_, dec := zstdTools()
	if e.Document, err = dec.DecodeAll(doc, nil); err != nil {
		return Edition{}, fmt.Errorf("edition %s: %w: %v", e.ID, ErrCorrupt, err)
	}
	return e, nil
}

// Change is one thing that an edition changed against the one before it.
type Change struct {
	ID      string          `json:"id"`      // stable: nothing is told twice
	Edition string          `json:"edition"` // that brought it
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`    // trial-registered, estimate-moved, …
	Subject string          `json:"subject"` // id of the record, finding or claim
	Title   string          `json:"title"`
	Before  string          `json:"before,omitempty"`
	After   string          `json:"after,omitempty"`
	Cause   string          `json:"cause,omitempty"`
	Detail  json.RawMessage `json:"detail,omitempty"`
}

// Changes lists the changes of all editions after the given one ("": all), in
// the order of editions. The error wraps [ErrNotFound] for an unknown edition.
func (s *Store) Changes(ctx context.Context, sinceEdition string) ([]Change, error) {
	since := int64(0)
	if sinceEdition != "" {
		err := s.r.QueryRowContext(ctx, "SELECT edition_no FROM edition WHERE id = ?", sinceEdition).Scan(&since)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrNotFound
		}
		if err != nil {
			return nil, fmt.Errorf("changes since edition %s: %w", sinceEdition, s.explain(err))
		}
	}
	return collect(each(ctx, s, "read changes", func(scan func(...any) error) (ch Change, err error) {
		var at, detail string
		if err := scan(&ch.ID, &ch.Edition, &at, &ch.Kind, &ch.Subject, &ch.Title, &ch.Before, &ch.After, &ch.Cause, &detail); err != nil {
			return ch, err
		}
		if detail != "" {
			ch.Detail = json.RawMessage(detail)
		}
		return ch, moments(at, &ch.At)
	}, `SELECT c.id, e.id, c.at, c.kind, c.subject, c.title, coalesce(c.before, ''), coalesce(c.after, ''), coalesce(c.cause, ''),
		coalesce(c.detail, '') FROM change c JOIN edition e USING (edition_no) WHERE c.edition_no > ? ORDER BY c.edition_no, c.change_no`, since))
}

// ClaimNotice reserves a notification: it returns true once for a key and
// channel, false ever after, so that nothing is sent twice.
func (s *Store) ClaimNotice(ctx context.Context, channel, key string, at time.Time) (bool, error) {
	var n int64
	err := s.write(ctx, func(c *conn) (err error) {
		n, err = c.change("INSERT INTO notice (channel, key, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", channel, key, stampText(at))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim notice %s %s: %w", channel, key, err)
	}
	return n > 0, nil
}

// ReleaseNotice gives a reservation back after sending has failed.
func (s *Store) ReleaseNotice(ctx context.Context, channel, key string) error {
	err := s.write(ctx, func(c *conn) error {
		return c.exec("DELETE FROM notice WHERE channel = ? AND key = ?", channel, key)
	})
	if err != nil {
		return fmt.Errorf("release notice %s %s: %w", channel, key, err)
	}
	return nil
}
