package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"strings"
)

// conn is the one writing connection, spoken to below database/sql: bulk
// writing through it costs half as much. It is only used inside
// [Store.write], by one goroutine at a time.
type conn struct {
	dc    driver.Conn
	stmts map[string]driver.Stmt
	items [tabCount]*bulk
}

func newConn(dc any) (*conn, error) {
	c, ok := dc.(driver.Conn)
	if !ok {
		return nil, fmt.Errorf("the SQLite driver gave a %T for a connection", dc)
	}
	return &conn{dc: c, stmts: map[string]driver.Stmt{}}, nil
}

func (c *conn) close() {
	for _, st := range c.stmts {
		st.Close()
	}
	c.stmts = map[string]driver.Stmt{}
}

func (c *conn) prepare(q string) (driver.Stmt, error) {
	if st, ok := c.stmts[q]; ok {
		return st, nil
	}
	p, ok := c.dc.(driver.ConnPrepareContext)
	if !ok {
		return nil, fmt.Errorf("the SQLite driver cannot prepare statements")
	}
	st, err := p.PrepareContext(context.Background(), q)
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

// exec runs a prepared statement. Arguments are nil, string, int, int64,
// float64, bool or []byte.
func (c *conn) exec(q string, args ...any) error {
	_, err := c.change(q, args...)
	return err
}

// change is exec that tells how many rows it changed.
func (c *conn) change(q string, args ...any) (int64, error) {
	st, err := c.prepare(q)
	if err != nil {
		return 0, err
	}
	return c.run(st, named(args))
}

func (c *conn) run(st driver.Stmt, args []driver.NamedValue) (int64, error) {
	se, ok := st.(driver.StmtExecContext)
	if !ok {
		return 0, fmt.Errorf("the SQLite driver cannot run statements")
	}
	// Without a cancellable context: a transaction is short and ends whole.
	res, err := se.ExecContext(context.Background(), args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// query calls each for every row; the slice is only valid within the call.
func (c *conn) query(q string, each func(row []driver.Value) error, args ...any) error {
	st, err := c.prepare(q)
	if err != nil {
		return err
	}
	sq, ok := st.(driver.StmtQueryContext)
	if !ok {
		return fmt.Errorf("the SQLite driver cannot query")
	}
	rows, err := sq.QueryContext(context.Background(), named(args))
	if err != nil {
		return err
	}
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(row); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

// one gives the first row of a query, ok false when there is none.
func (c *conn) one(q string, args ...any) (row []driver.Value, ok bool, err error) {
	stop := fmt.Errorf("enough")
	err = c.query(q, func(r []driver.Value) error {
		row, ok = append([]driver.Value(nil), r...), true
		return stop
	}, args...)
	if err == stop {
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

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: value(a)}
	}
	return out
}

// value turns an argument into what the driver takes.
func value(a any) driver.Value {
	switch a := a.(type) {
	case int:
		return int64(a)
	case bool:
		if a {
			return int64(1)
		}
		return int64(0)
	}
	return a
}

// script runs several statements, not prepared, as migrations need it.
func (c *conn) script(q string) error {
	ec, ok := c.dc.(driver.ExecerContext)
	if !ok {
		return fmt.Errorf("the SQLite driver cannot run scripts")
	}
	_, err := ec.ExecContext(context.Background(), q, nil)
	return err
}

// str reads a text column, NULL as "".
func str(v driver.Value) string {
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

// nullInt stores an absent number as NULL.
func nullInt(n *int) any {
	if n == nil {
		return nil
	}
	return int64(*n)
}
