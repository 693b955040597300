package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"past/internal/evidence"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
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

// Counts are the sizes of the store in the units of evidence.Counts, over the
// current version of each record.
type Counts struct {
	Records         int64 `json:"records"`
	Payloads        int64 `json:"payloads"`
	PlannedOutcomes int64 `json:"planned_outcomes"`
	PostedOutcomes  int64 `json:"posted_outcomes"`
	OutcomeGroups   int64 `json:"outcome_groups"`
	Measurements    int64 `json:"measurements"`
	Contrasts       int64 `json:"contrasts"`
	EventStats      int64 `json:"event_stats"`
	References      int64 `json:"references"`
	Publications    int64 `json:"publications"`
	Studies         int64 `json:"studies"`
	ArmResults      int64 `json:"arm_results"`
	Effects         int64 `json:"effects"`
	Findings        int64 `json:"findings"`
}

// SourceStatus is the freshness of one source.
type SourceStatus struct {
	Records      int64     `json:"records"`
	Gone         int64     `json:"gone"`
	Problems     int64     `json:"problems"`
	LastFetch    time.Time `json:"last_fetch,omitzero"`    // last answer received
	LastComplete time.Time `json:"last_complete,omitzero"` // start of the last complete crawl
	Stamp        string    `json:"stamp,omitempty"`        // the register's own data stamp then
}

// Status is what `past status --json` prints.
type Status struct {
	Counts   Counts                  `json:"counts"`
	Problems int64                   `json:"problems"`
	Sources  map[string]SourceStatus `json:"sources"`
}

// countQuery gives the columns in the order of Counts' fields. What records
// hold is summed over their tallies, which a test compares with the rows.
const countQuery = `
	SELECT count(*), (SELECT count(*) FROM payload), coalesce(sum(planned_outcomes), 0), coalesce(sum(posted_outcomes), 0),
		coalesce(sum(outcome_groups), 0), coalesce(sum(measurements), 0), coalesce(sum(contrasts), 0), coalesce(sum(event_stats), 0),
		coalesce(sum(reference_count), 0), (SELECT count(*) FROM publication), (SELECT count(*) FROM study),
		(SELECT count(*) FROM arm_result_row), (SELECT count(*) FROM effect), (SELECT count(*) FROM finding)
	FROM record`

// Counts counts the rows of the store, all at one instant.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := s.r.QueryRowContext(ctx, countQuery).Scan(&c.Records, &c.Payloads, &c.PlannedOutcomes, &c.PostedOutcomes, &c.OutcomeGroups,
		&c.Measurements, &c.Contrasts, &c.EventStats, &c.References, &c.Publications, &c.Studies, &c.ArmResults, &c.Effects, &c.Findings)
	if err != nil {
		return Counts{}, fmt.Errorf("count: %w", s.explain(err))
	}
	return c, nil
}

// statusQuery gives one figure or text of a source per row.
const statusQuery = `
	SELECT source, 'records', count(*), NULL FROM record GROUP BY source
	UNION ALL SELECT source, 'gone', count(*), NULL FROM tombstone WHERE returned_at IS NULL GROUP BY source
	UNION ALL SELECT source, 'problems', count(*), NULL FROM problem WHERE resolved_at IS NULL GROUP BY source
	UNION ALL SELECT source, 'fetched', 0, max(fetched_at) FROM arrival GROUP BY source
	UNION ALL SELECT source, 'complete', 0, complete FROM mark
	UNION ALL SELECT source, 'stamp', 0, stamp FROM mark`

// Status is Counts with open problems and each source's freshness.
func (s *Store) Status(ctx context.Context) (Status, error) {
	st := Status{Sources: map[string]SourceStatus{}}
	var err error
	if st.Counts, err = s.Counts(ctx); err != nil {
		return st, err
	}
	rows, err := s.r.QueryContext(ctx, statusQuery)
	if err != nil {
		return st, fmt.Errorf("status: %w", s.explain(err))
	}
	defer rows.Close()
	for rows.Next() {
		var source, what string
		var n int64
		var text sql.NullString
		if err := rows.Scan(&source, &what, &n, &text); err != nil {
			return st, fmt.Errorf("status: %w", s.explain(err))
		}
		src := st.Sources[source]
		switch what {
		case "records":
			src.Records = n
		case "gone":
			src.Gone = n
		case "problems":
			src.Problems = n
			st.Problems += n
		case "fetched":
			err = moments(text.String, &src.LastFetch)
		case "complete":
			err = moments(text.String, &src.LastComplete)
		case "stamp":
			src.Stamp = text.String
		}
		if err != nil {
			return st, fmt.Errorf("status: %w", err)
		}
		st.Sources[source] = src
	}
	return st, s.explain(rows.Err())
}

// SearchLabel must stand beside every list of local search results: they are
// matches in the text we hold, not the register's own recall.
const SearchLabel = "local text match"

// The marks around a match in a snippet: invisible in plain text, and found by
// whoever wants to highlight.
const (
	MatchStart = "\u2068"
	MatchEnd   = "\u2069"
)

// SearchHit is one record that matches a text.
type SearchHit struct {
	Source   string  `json:"source"`
	RecordID string  `json:"record_id"`
	Kind     string  `json:"kind"`
	Title    string  `json:"title"`
	Snippet  string  `json:"snippet"` // matches between MatchStart and MatchEnd
	Rank     float64 `json:"rank"`    // bm25 with titles weighted: smaller is better
}

// Search finds records whose title, conditions, interventions, keywords or
// summary hold all words of text ("quoted phrases" as such, a trailing * as
// prefix), best first. No text is ever read as query syntax; one without any
// word finds nothing.
func (s *Store) Search(ctx context.Context, query string, limit, offset int) ([]SearchHit, error) {
	match := matchExpression(query)
	if match == "" {
		return []SearchHit{}, nil
	}
	if limit <= 0 {
		limit = 50
	}
	// A snippet costs far more than a score: it is made of the hits that are shown alone.
	const q = `WITH hit AS MATERIALIZED (SELECT r.record_no, r.source, r.id, r.kind, r.title, bm25(search, 8, 4, 4, 2, 1) AS score
			FROM search JOIN record r ON r.record_no = search.rowid WHERE search MATCH ?1 ORDER BY score, r.source, r.id LIMIT ?4 OFFSET ?5)
		SELECT hit.source, hit.id, hit.kind, coalesce(hit.title, ''), snippet(search, -1, ?2, ?3, '…', 24), hit.score
		FROM hit CROSS JOIN search ON search.rowid = hit.record_no WHERE search MATCH ?1 ORDER BY hit.score, hit.source, hit.id`
	return collect(each(ctx, s, "search", func(scan func(...any) error) (h SearchHit, err error) {
		return h, scan(&h.Source, &h.RecordID, &h.Kind, &h.Title, &h.Snippet, &h.Rank)
	}, q, match, MatchStart, MatchEnd, limit, max(0, offset)))
}

// matchExpression turns what a person typed into an FTS5 expression of quoted
// words and phrases, all of which must match.
func matchExpression(query string) string {
	var terms []string
	add := func(phrase string, prefix bool) {
		if !strings.ContainsFunc(phrase, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			return
		}
		phrase = strings.ReplaceAll(strings.ReplaceAll(phrase, "\x00", " "), `"`, `""`)
		term := `"` + phrase + `"`
		if prefix {
			term += "*"
		}
		terms = append(terms, term)
	}
	for i, part := range strings.Split(query, `"`) {
		if i%2 == 1 { // between quotes
			add(part, false)
			continue
		}
		for _, word := range strings.Fields(part) {
			bare := strings.TrimRight(word, "*")
			add(bare, bare != word)
		}
	}
	return strings.Join(terms, " ")
}

// index puts the text of a current version into the search.
func (in *intake) index(w *recordWrite) error {
	if !w.isNew {
		if err := in.c.exec("DELETE FROM search WHERE rowid = ?", w.no); err != nil {
			return err
		}
	}
	return in.c.exec("INSERT INTO search (rowid, title, conditions, interventions, keywords, summary) VALUES (?, ?, ?, ?, ?, ?)",
		append([]any{w.no}, searchText(w.rec)...)...)
}

// searchText is what of a record can be found, in the columns of search.
func searchText(r *evidence.Record) []any {
	title := []string{r.ID, r.Title, r.OfficialTitle, r.Acronym}
	var interventions []string
	for _, v := range r.Interventions {
		interventions = append(append(interventions, v.Name), v.OtherNames...)
	}
	summary := []string{r.Summary}
	if p := r.Publication; p != nil {
		if p.Title != r.Title {
			title = append(title, p.Title)
		}
		if p.Abstract != r.Summary {
			summary = append(summary, p.Abstract)
		}
	}
	join := func(parts ...[]string) string {
		var out []string
		for _, p := range parts {
			for _, t := range p {
				if t != "" {
					out = append(out, t)
				}
			}
		}
		return strings.Join(out, " \n")
	}
	return []any{join(title), join(r.Conditions), join(interventions), join(r.Keywords, r.MeshTerms), join(summary)}
}
