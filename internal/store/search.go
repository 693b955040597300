package store

import (
	"context"
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
