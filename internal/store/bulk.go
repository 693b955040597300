package store

import "strings"

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
