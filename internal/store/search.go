package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"unicode"

	"past/internal/evidence"
)

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
// word finds nothing. Records that are not indexed yet (see
// [Store.SearchPending]) are not found.
func (s *Store) Search(ctx context.Context, query string, limit, offset int) ([]SearchHit, error) {
	match := matchExpression(query)
	if match == "" {
		return []SearchHit{}, nil
	}
	if limit <= 0 {
		limit = 50
	}
	const q = `SELECT r.source, r.id, r.kind, coalesce(r.title, ''), snippet(search, -1, ?2, ?3, '…', 24), bm25(search, 8, 4, 4, 2, 1) AS score
		FROM search JOIN record r ON r.record_no = search.rowid WHERE search MATCH ?1 ORDER BY score, r.source, r.id LIMIT ?4 OFFSET ?5`
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

// SearchPending counts records whose current text is not in the search yet.
func (s *Store) SearchPending(ctx context.Context) (int, error) {
	var n int
	if err := s.r.QueryRowContext(ctx, "SELECT count(*) FROM record WHERE indexed = 0").Scan(&n); err != nil {
		return 0, fmt.Errorf("count records not indexed: %w", s.explain(err))
	}
	return n, nil
}

// indexBatch is how many records go into the search in one transaction.
const indexBatch = 500

// IndexSearch puts the text of new and changed records into the search. It is
// kept out of Commit, where it would cost a fifth of the time; a stage that
// has stored records calls it at its end, and Close does as much as a second
// allows. When ctx ends it stops between two batches, which are kept.
func (s *Store) IndexSearch(ctx context.Context) error {
	for {
		n := 0
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.write(ctx, func(c *conn) (err error) {
			n, err = s.indexSome(c)
			return err
		})
		if err != nil {
			return fmt.Errorf("index for the search: %w", err)
		}
		if n < indexBatch {
			return nil
		}
	}
}

func (s *Store) indexSome(c *conn) (n int, err error) {
	type entry struct {
		no, layout, size int64
		body             []byte
	}
	var todo []entry
	err = c.query(`SELECT r.record_no, v.layout_no, v.bytes, v.body FROM record r JOIN record_version v ON v.version_no = r.version_no
		WHERE r.indexed = 0 ORDER BY r.record_no LIMIT ?`, func(row []driver.Value) error {
		body, _ := row[3].([]byte)
		todo = append(todo, entry{asInt(row[0]), asInt(row[1]), asInt(row[2]), body})
		return nil
	}, indexBatch)
	if err != nil {
		return 0, err
	}
	for _, e := range todo {
		var r evidence.Record
		if err := s.unpack(context.Background(), e.layout, e.size, e.body, &r); err != nil {
			return 0, fmt.Errorf("record number %d: %w", e.no, err)
		}
		if err := c.exec("DELETE FROM search WHERE rowid = ?", e.no); err != nil {
			return 0, err
		}
		if err := c.exec("INSERT INTO search (rowid, title, conditions, interventions, keywords, summary) VALUES (?, ?, ?, ?, ?, ?)",
			append([]any{e.no}, searchText(&r)...)...); err != nil {
			return 0, err
		}
		if err := c.exec("UPDATE record SET indexed = 1 WHERE record_no = ?", e.no); err != nil {
			return 0, err
		}
	}
	return len(todo), nil
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
