package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// tables are the exports, each a view of the same name, and the order of its
// rows. Those with a stored sequence are ordered by it.
var tables = []struct{ name, query string }{
	{"trials", "SELECT * FROM trials ORDER BY source, record_id"},
	{"arms", "SELECT * FROM arms ORDER BY source, record_id, arm_index"},
	{"planned_outcomes", "SELECT * FROM planned_outcomes ORDER BY source, record_id, outcome_index"},
	{"arm_results", "SELECT %s FROM arm_result ORDER BY record_id, seq"},
	{"contrasts", "SELECT %s FROM contrast ORDER BY record_id, seq"},
	{"adverse_events", "SELECT * FROM adverse_events ORDER BY source, record_id, event_index"},
	{"publications", "SELECT * FROM publications ORDER BY source, record_id"},
	{"links", "SELECT * FROM links ORDER BY a, b, kind"},
	{"effects", "SELECT * FROM effects ORDER BY effect_id"},
	{"findings", "SELECT * FROM findings ORDER BY finding_id"},
	{"coded_texts", "SELECT * FROM coded_texts ORDER BY record_id, code_group, code, stance"},
	{"sexual_outcomes", "SELECT * FROM sexual_outcomes ORDER BY record_id, kind, outcome, arm, pointer"},
}

// TableNames lists what [Store.Rows] exports, in a fixed order.
func TableNames() []string {
	var names []string
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// Rows gives a table for export: its columns, and its rows as text in a fixed
// order (arm results and contrasts in payload order within each record). A
// value that is absent is ""; numbers are written with the digits that give
// them back exactly.
func (s *Store) Rows(ctx context.Context, table string) (columns []string, rows iter.Seq2[[]string, error], err error) {
	i := slices.IndexFunc(tables, func(t struct{ name, query string }) bool { return t.name == table })
	if i < 0 {
		return nil, nil, fmt.Errorf("no table is called %q; there are %s", table, strings.Join(TableNames(), ", "))
	}
	columns, err = s.texts(ctx, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table)
	if err != nil {
		return nil, nil, fmt.Errorf("export %s: %w", table, err)
	}
	q := strings.Replace(tables[i].query, "%s", strings.Join(columns, ", "), 1)
	vals := make([]any, len(columns))
	dest := make([]any, len(columns))
	for i := range vals {
		dest[i] = &vals[i]
	}
	return columns, each(ctx, s, "export "+table, func(scan func(...any) error) ([]string, error) {
		if err := scan(dest...); err != nil {
			return nil, err
		}
		out := make([]string, len(vals))
		for i, v := range vals {
			out[i] = cellText(v)
		}
		return out, nil
	}, q), nil
}

func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}
