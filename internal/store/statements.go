package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements keeps queries prepared: a query over a view of twenty tables takes
// longer to prepare than to read for one record, and a report reads record by record.
type statements struct {
	mu sync.Mutex
	db *sql.DB // of the statements
	of map[string]*sql.Stmt
}

// maxStatements bounds the queries that are kept; further ones are prepared each time.
const maxStatements = 64

func (p *statements) query(ctx context.Context, db *sql.DB, q string, args ...any) (*sql.Rows, error) {
	st, err := p.prepared(ctx, db, q)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return db.QueryContext(ctx, q, args...)
	}
	return st.QueryContext(ctx, args...)
}

// prepared gives the statement of a query, nil where no more are kept.
func (p *statements) prepared(ctx context.Context, db *sql.DB, q string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.db != db { // opened again: closing the other one closed its statements
		p.db, p.of = db, map[string]*sql.Stmt{}
	}
	if st := p.of[q]; st != nil || len(p.of) >= maxStatements {
		return st, nil
	}
	st, err := db.PrepareContext(ctx, q)
	if err == nil {
		p.of[q] = st
	}
	return st, err
}
