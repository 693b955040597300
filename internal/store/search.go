package store

import "context"

// SearchLabel must stand beside every list of local search results: they are
// matches in the text we hold, not the register's own recall.
const SearchLabel = "local text match"

// SearchHit is one record that matches a text.
type SearchHit struct {
	Source   string  `json:"source"`
	RecordID string  `json:"record_id"`
	Kind     string  `json:"kind"`
	Title    string  `json:"title"`
	Snippet  string  `json:"snippet"` // matches between U+2068 and U+2069
	Rank     float64 `json:"rank"`    // bm25: smaller is better
}

// Search finds records whose title, conditions, interventions, keywords or
// summary hold all words of text ("quoted phrases" as such, a trailing * as
// prefix). No text is ever read as query syntax.
func (s *Store) Search(ctx context.Context, text string, limit, offset int) ([]SearchHit, error) {
	return nil, errNotBuilt
}
