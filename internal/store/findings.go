package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"past/internal/evidence"
)

// ReplaceFindings replaces the current findings, claim verdicts and gap map in
// one transaction.
func (s *Store) ReplaceFindings(ctx context.Context, fs []evidence.Finding, cs []evidence.ClaimVerdict, gs []evidence.GapCell) error {
	err := s.write(ctx, func(c *conn) error {
		for _, t := range []string{"finding", "claim", "gap"} {
			if err := c.exec("DELETE FROM " + t); err != nil {
				return err
			}
		}
		for i := range fs {
			if err := c.addFinding(&fs[i]); err != nil {
				return fmt.Errorf("finding %s: %w", fs[i].ID, err)
			}
		}
		for i := range cs {
			v := &cs[i]
			err := c.addDocument("INSERT INTO claim (id, verdict, k, n, document) VALUES (?, ?, ?, ?, ?)", v, v.ID, string(v.Verdict), v.K, int(v.N))
			if err != nil {
				return fmt.Errorf("claim %s: %w", v.ID, err)
			}
		}
		for i := range gs {
			g := &gs[i]
			if err := c.addDocument("INSERT INTO gap (topic, substance, document) VALUES (?, ?, ?)", g, g.Topic, g.Substance); err != nil {
				return fmt.Errorf("gap cell %s × %s: %w", g.Topic, g.Substance, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace findings: %w", err)
	}
	return nil
}

// addDocument runs an insert whose last column is the JSON of v.
func (c *conn) addDocument(q string, v any, args ...any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("it cannot be written as JSON (a number that is not finite?): %w", err)
	}
	return c.exec(q, append(args, string(doc))...)
}

func (c *conn) addFinding(f *evidence.Finding) error {
	p := &f.Primary
	if firstNaN(p.Estimate, p.SE, p.CILower, p.CIUpper) {
		return errors.New("its estimate or interval is not finite; leave such a number nil")
	}
	return c.addDocument(`INSERT INTO finding (id, question, title, substance, condition, domain, measure, formula, method, test, k, n,
		estimate, ci_lb, ci_ub, certainty, signed, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, f,
		f.ID, f.Question, f.Title, f.Substance, f.Condition, f.Domain, f.Measure, p.Formula, p.Method, p.Test, p.K, int(p.N),
		nullFloat(p.Estimate), nullFloat(p.CILower), nullFloat(p.CIUpper), f.Certainty.Level, f.Certainty.Signed)
}

// Findings gives the current findings in the order of their ids.
func (s *Store) Findings(ctx context.Context) ([]evidence.Finding, error) {
	return collect(s.EachFinding(ctx))
}

// EachFinding gives the current findings one by one, in the order of their ids.
func (s *Store) EachFinding(ctx context.Context) iter.Seq2[evidence.Finding, error] {
	return documents[evidence.Finding](ctx, s, "read findings", "SELECT document FROM finding ORDER BY id")
}

// Finding gives one current finding.
func (s *Store) Finding(ctx context.Context, id string) (evidence.Finding, error) {
	return document[evidence.Finding](ctx, s, "finding "+id, "SELECT document FROM finding WHERE id = ?", id)
}

// Claims gives the current claim verdicts in the order of their ids.
func (s *Store) Claims(ctx context.Context) ([]evidence.ClaimVerdict, error) {
	return collect(documents[evidence.ClaimVerdict](ctx, s, "read claims", "SELECT document FROM claim ORDER BY id"))
}

// Gaps gives the current gap map in the order of topic and substance.
func (s *Store) Gaps(ctx context.Context) ([]evidence.GapCell, error) {
	return collect(documents[evidence.GapCell](ctx, s, "read gap map", "SELECT document FROM gap ORDER BY topic, substance"))
}
