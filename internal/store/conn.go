package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// conn is the one writing connection with its prepared statements. It is only
// used inside [Store.write] and [Store.plain], by one goroutine at a time. Its
// statements are not cancelled: a transaction is short and ends whole.
type conn struct {
	db    *sql.Conn
	stmts map[string]*sql.Stmt
	items [tabCount]*bulk
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

// str reads a text column, NULL as "".
func str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}

// null stores an absent text as NULL.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// marked stores what a source says or is silent about: 1, or NULL.
func marked(yes bool) any {
	if yes {
		return int64(1)
	}
	return nil
}

// nullZero stores a number whose zero means that the source does not say it.
func nullZero(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// nullInt stores an absent number as NULL.
func nullInt(n *int) any {
	if n == nil {
		return nil
	}
	return int64(*n)
}
