package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// GateVerdict is the outcome of the gate before an edition.
type GateVerdict struct {
	Run        string          `json:"run"`
	At         time.Time       `json:"at"`
	Passed     bool            `json:"passed"`
	Reasons    json.RawMessage `json:"reasons,omitempty"`
	AcceptedBy string          `json:"accepted_by,omitempty"`
	AcceptedAt *time.Time      `json:"accepted_at,omitempty"`
	Why        string          `json:"why,omitempty"`
}

// AddGate keeps a gate's outcome; a run's later outcome replaces its earlier.
func (s *Store) AddGate(ctx context.Context, g GateVerdict) error {
	err := s.write(ctx, func(c *conn) error {
		return c.exec(`INSERT INTO gate (run, at, passed, reasons) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET at = excluded.at, passed = excluded.passed, reasons = excluded.reasons,
			accepted_by = NULL, accepted_at = NULL, why = NULL`, g.Run, stampText(g.At), g.Passed, null(string(g.Reasons)))
	})
	if err != nil {
		return fmt.Errorf("keep gate outcome of run %s: %w", g.Run, err)
	}
	return nil
}

// AcceptGate records that a person lets a refused run pass. The error wraps
// [ErrNotFound] for a run that the gate did not refuse.
func (s *Store) AcceptGate(ctx context.Context, run, by, why string, at time.Time) error {
	err := s.write(ctx, func(c *conn) error {
		n, err := c.change("UPDATE gate SET accepted_by = ?, accepted_at = ?, why = ? WHERE run = ? AND NOT passed", by, stampText(at), why, run)
		if err == nil && n == 0 {
			err = fmt.Errorf("a refused run of this name was %w", ErrNotFound)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("accept run %s: %w", run, err)
	}
	return nil
}

// Gates lists gate outcomes, newest first; limit 0 lists all.
func (s *Store) Gates(ctx context.Context, limit int) ([]GateVerdict, error) {
	if limit <= 0 {
		limit = -1
	}
	return collect(each(ctx, s, "read gate outcomes", func(scan func(...any) error) (g GateVerdict, err error) {
		var at, reasons string
		var accepted sql.NullString
		if err := scan(&g.Run, &at, &g.Passed, &reasons, &g.AcceptedBy, &accepted, &g.Why); err != nil {
			return g, err
		}
		if reasons != "" {
			g.Reasons = json.RawMessage(reasons)
		}
		if accepted.Valid {
			var t time.Time
			if err := moments(accepted.String, &t); err != nil {
				return g, err
			}
			g.AcceptedAt = &t
		}
		return g, moments(at, &g.At)
	}, `SELECT run, at, passed, coalesce(reasons, ''), coalesce(accepted_by, ''), accepted_at, coalesce(why, '') FROM gate
		ORDER BY at DESC, run DESC LIMIT ?`, limit))
}
