package store

import (
	"context"
	"iter"
)

// TableNames lists what [Store.Rows] exports, in a fixed order.
func TableNames() []string {
	return []string{"trials", "arms", "planned_outcomes", "arm_results", "contrasts", "adverse_events",
		"publications", "links", "effects", "findings"}
}

// Rows gives a table for export: its columns, and its rows as text in a fixed
// order. A value that is absent is "".
func (s *Store) Rows(ctx context.Context, table string) (columns []string, rows iter.Seq2[[]string, error], err error) {
	return nil, nil, errNotBuilt
}
