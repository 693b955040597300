package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"past/internal/store/layout"
	"past/internal/store/value"
)

// conn is the one writing connection with its prepared statements. It is only
// used inside [Store.write] and [Store.plain], by one goroutine at a time. Its
// statements are not cancelled: a transaction is short and ends whole.
type conn struct {
	db    *sql.Conn
	stmts map[string]*sql.Stmt
	items [layout.TabCount]*bulk
}

func newConn(db *sql.Conn) *conn { return &conn{db: db, stmts: map[string]*sql.Stmt{}} }

func (c *conn) close() error {
	var errs []error
	for _, st := range c.stmts {
		errs = append(errs, st.Close())
	}
	c.stmts = nil
	return errors.Join(append(errs, c.db.Close())...)
}

func (c *conn) prepare(q string) (*sql.Stmt, error) {
	if st, ok := c.stmts[q]; ok {
		return st, nil
	}
	st, err := c.db.PrepareContext(context.Background(), q)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", brief(q), err)
	}
	c.stmts[q] = st
	return st, nil
}

// brief shortens a statement for an error message.
func brief(q string) string {
	q = strings.Join(strings.Fields(q), " ")
	if len(q) > 60 {
		q = q[:60] + "…"
	}
	return q
}

// exec runs a prepared statement.
func (c *conn) exec(q string, args ...any) error {
	_, err := c.change(q, args...)
	return err
}

// change is exec that says how many rows it changed.
func (c *conn) change(q string, args ...any) (int64, error) {
	st, err := c.prepare(q)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// query calls each for every row; the slice is only valid within the call.
func (c *conn) query(q string, each func(row []any) error, args ...any) error {
	st, err := c.prepare(q)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	row, dest := make([]any, len(cols)), make([]any, len(cols))
	for i := range row {
		dest[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one gives the first row of a query, ok false when there is none.
func (c *conn) one(q string, args ...any) (row []any, ok bool, err error) {
	stop := errors.New("enough")
	err = c.query(q, func(r []any) error {
		row, ok = append([]any(nil), r...), true
		return stop
	}, args...)
	if errors.Is(err, stop) {
		err = nil
	}
	return row, ok, err
}

// number gives the first column of the first row as an integer, 0 when there
// is no row or it is NULL.
func (c *conn) number(q string, args ...any) (int64, error) {
	row, ok, err := c.one(q, args...)
	if err != nil || !ok {
		return 0, err
	}
	n, _ := row[0].(int64)
	return n, nil
}

// script runs several statements, not prepared, as migrations need it.
func (c *conn) script(q string) error {
	_, err := c.db.ExecContext(context.Background(), q)
	return err
}

// bulkRows is how many rows a bulk writes with one statement: beyond it there
// is little to gain.
const bulkRows = 48

// bulk writes many rows of one table with few statements.
type bulk struct {
	c      *conn
	head   string // INSERT INTO table (columns) VALUES
	cols   int
	args   []any
	parent *bulk // must be written before these rows
	sizes  []int
}

// newBulk makes a bulk for a table and its columns.
func (c *conn) newBulk(table string, columns ...string) *bulk {
	b := &bulk{
		c:     c,
		head:  "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ",
		cols:  len(columns),
		sizes: []int{bulkRows, 8, 1},
	}
	b.args = make([]any, 0, bulkRows*b.cols)
	return b
}

// itemBulk is the bulk of an item table, made once for the connection.
func (c *conn) itemBulk(i int, table string, columns []string) *bulk {
	if c.items[i] == nil {
		c.items[i] = c.newBulk(table, columns...)
	}
	c.items[i].drop() // what a failed transaction left behind
	return c.items[i]
}

func (b *bulk) drop() {
	clear(b.args)
	b.args = b.args[:0]
}

// add takes rows, their values one after the other.
func (b *bulk) add(vals []any) error {
	for len(vals) > 0 {
		n := min(bulkRows*b.cols-len(b.args), len(vals))
		b.args = append(b.args, vals[:n]...)
		vals = vals[n:]
		if len(b.args) == bulkRows*b.cols {
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes the rows taken so far.
func (b *bulk) flush() error {
	if len(b.args) == 0 {
		return nil
	}
	if b.parent != nil {
		if err := b.parent.flush(); err != nil {
			return err
		}
	}
	rest := b.args
	for _, size := range b.sizes {
		for len(rest) >= size*b.cols {
			if err := b.c.exec(b.statement(size), rest[:size*b.cols]...); err != nil {
				return err
			}
			rest = rest[size*b.cols:]
		}
	}
	b.drop()
	return nil
}

func (b *bulk) statement(rows int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", b.cols), ",") + ")"
	return b.head + strings.TrimSuffix(strings.Repeat(row+",", rows), ",")
}

// each reads rows one by one. A reading that is broken off early closes them.
func each[T any](ctx context.Context, s *Store, what string, read func(scan func(...any) error) (T, error), q string,
	args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		rows, err := s.statements.query(ctx, s.r, q, args...)
		if err != nil {
			yield(zero, fmt.Errorf("%s: %w", what, s.explain(err)))
			return
		}
		defer rows.Close()
		for rows.Next() {
			v, err := read(rows.Scan)
			if err != nil {
				yield(zero, fmt.Errorf("%s: %w", what, s.explain(err)))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, fmt.Errorf("%s: %w", what, s.explain(err)))
		}
	}
}

// collect gathers a reading; it is never nil, so that it prints as [].
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	out := []T{}
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return slices.Clip(out), nil
}

// moments reads pairs of text and destination.
func moments(pairs ...any) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		t, err := value.Moment(pairs[i])
		if err != nil {
			return err
		}
		*(pairs[i+1].(*time.Time)) = t
	}
	return nil
}

// documents reads rows whose only column is the JSON of a T.
func documents[T any](ctx context.Context, s *Store, what, q string, args ...any) iter.Seq2[T, error] {
	return each(ctx, s, what, func(scan func(...any) error) (v T, err error) {
		var doc sql.RawBytes
		if err := scan(&doc); err != nil {
			return v, err
		}
		if err := json.Unmarshal(doc, &v); err != nil {
			return v, fmt.Errorf("%w: a stored document cannot be read: %v", ErrCorrupt, err)
		}
		return v, nil
	}, q, args...)
}

// document reads one document; the error wraps [ErrNotFound] when there is
// none.
func document[T any](ctx context.Context, s *Store, what, q string, args ...any) (v T, err error) {
	var doc []byte
	err = s.r.QueryRowContext(ctx, q, args...).Scan(&doc)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return v, fmt.Errorf("%s: %w", what, ErrNotFound)
	case err != nil:
		return v, fmt.Errorf("%s: %w", what, s.explain(err))
	}
	if err := json.Unmarshal(doc, &v); err != nil {
		return v, fmt.Errorf("%s: %w: the stored document cannot be read: %v", what, ErrCorrupt, err)
	}
	return v, nil
}

// texts reads a single text column.
func (s *Store) texts(ctx context.Context, q string, args ...any) ([]string, error) {
	rows, err := s.r.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, s.explain(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, s.explain(err)
		}
		out = append(out, v)
	}
	return out, s.explain(rows.Err())
}

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
