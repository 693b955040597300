package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// Decision is one row of a human decision file.
type Decision struct {
	File   string          `json:"file"` // name within the review folder
	Line   int             `json:"line"` // 1-based, header counted
	Kind   string          `json:"kind"` // inclusion, correction, extraction, risk-of-bias, certainty, link, note, …
	Target string          `json:"target"`
	Who    string          `json:"who"`
	When   string          `json:"when"`
	What   string          `json:"what"`
	Why    string          `json:"why"`
	Stale  string          `json:"stale,omitempty"` // why it no longer fits the data
	Row    json.RawMessage `json:"row"`             // the whole row
}

// ReplaceDecisions replaces all rows of all decision files in one
// transaction: the files are where decisions live, the store only shows them.
func (s *Store) ReplaceDecisions(ctx context.Context, ds []Decision) error {
	err := s.write(ctx, func(c *conn) error {
		if err := c.exec("DELETE FROM decision"); err != nil {
			return err
		}
		for _, d := range ds {
			row := string(d.Row)
			if row == "" {
				row = "{}"
			}
			err := c.exec("INSERT INTO decision (file, line, kind, target, who, at, what, why, stale, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
				d.File, d.Line, d.Kind, d.Target, d.Who, d.When, d.What, d.Why, null(d.Stale), row)
			if err != nil {
				return fmt.Errorf("%s:%d: %w", d.File, d.Line, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace decisions: %w", err)
	}
	return nil
}

// Decisions lists decisions in the order of file and line; kind "" lists all.
func (s *Store) Decisions(ctx context.Context, kind string) ([]Decision, error) {
	return collect(each(ctx, s, "read decisions", func(scan func(...any) error) (d Decision, err error) {
		var row string
		err = scan(&d.File, &d.Line, &d.Kind, &d.Target, &d.Who, &d.When, &d.What, &d.Why, text{&d.Stale}, &row)
		d.Row = json.RawMessage(row)
		return d, err
	}, "SELECT file, line, kind, target, who, at, what, why, stale, row FROM decision WHERE ?1 = '' OR kind = ?1 ORDER BY file, line", kind))
}
