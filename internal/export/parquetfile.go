package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

// parquetFile writes one table in the Apache Parquet format, version 1: flat,
// every column nullable, plain values in pages of zstd, one page per column and
// row group. A general library for it made the program an eighth larger.
// Numbers are of the format's specification (parquet.thrift).
type parquetFile struct {
	columns []parquetColumn
	meta    [][2]string
	by      string
	open    func() (io.WriteCloser, error) // appends to the file

	offset   int64
	pending  int // rows that wait for their row group
	buffered int // their bytes, nearly
	rows     int64
	groups   []rowGroup
}

// parquetColumn holds the values of a column that wait for their row group.
type parquetColumn struct {
	Column
	present []byte // one bit per row
	values  []byte
	bits    int // booleans in values
}

type rowGroup struct {
	rows   int
	chunks []columnChunk
}

type columnChunk struct{ offset, plain, packed int64 }

const (
	parquetMagic = "PAR1"
	typeBoolean  = 0
	typeInt64    = 2
	typeDouble   = 5
	typeBytes    = 6
	codecZstd    = 6
	encPlain     = 0
	encRLE       = 3
	// groupBytes bounds what waits in memory for a row group.
	groupBytes = 16 << 20
	groupRows  = 1 << 20
)

func newParquetFile(dict []Column, table string, ed Edition, open func() (io.WriteCloser, error)) *parquetFile {
	f := &parquetFile{open: open, by: "past version " + ed.SoftwareVersion, meta: [][2]string{
		{"past.edition", ed.ID}, {"past.data_hash", ed.DataHash}, {"past.date", ed.Date}, {"past.table", About(table)}}}
	for _, c := range dict {
		f.columns = append(f.columns, parquetColumn{Column: c})
	}
	return f
}

func physical(t Type) int64 {
	switch t {
	case Integer:
		return typeInt64
	case Number:
		return typeDouble
	case Boolean:
		return typeBoolean
	}
	return typeBytes
}

// add takes a row. A cell that is not of its column's type is an error: it must
// not vanish as a null.
func (f *parquetFile) add(cells []string) error {
	for i := range f.columns {
		if err := f.columns[i].add(f.pending, cells[i]); err != nil {
			return err
		}
		f.buffered += len(cells[i]) + 8
	}
	f.pending++
	f.rows++
	return nil
}

func (f *parquetFile) full() bool { return f.buffered >= groupBytes || f.pending >= groupRows }

func (c *parquetColumn) add(row int, cell string) error {
	if row%8 == 0 {
		c.present = append(c.present, 0)
	}
	if cell == "" {
		return nil
	}
	c.present[row/8] |= 1 << (row % 8)
	switch c.Type {
	case Integer:
		v, err := strconv.ParseInt(cell, 10, 64)
		if err != nil {
			return fmt.Errorf("column %s: %q is no whole number", c.Name, cell)
		}
		c.values = binary.LittleEndian.AppendUint64(c.values, uint64(v))
	case Number:
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return fmt.Errorf("column %s: %q is no number", c.Name, cell)
		}
		c.values = binary.LittleEndian.AppendUint64(c.values, math.Float64bits(v))
	case Boolean:
		if cell != "1" && cell != "0" {
			return fmt.Errorf("column %s: %q is neither 1 nor 0", c.Name, cell)
		}
		if c.bits%8 == 0 {
			c.values = append(c.values, 0)
		}
		if cell == "1" {
			c.values[c.bits/8] |= 1 << (c.bits % 8)
		}
		c.bits++
	default:
		c.values = append(binary.LittleEndian.AppendUint32(c.values, uint32(len(cell))), cell...)
	}
	return nil
}

// flush writes what waits as a row group; last ends the file with its footer.
func (f *parquetFile) flush(enc *zstd.Encoder, last bool) (err error) {
	w, err := f.open()
	if err != nil {
		return err
	}
	defer func() {
		if e := w.Close(); err == nil {
			err = e
		}
	}()
	out := func(b []byte) error {
		n, err := w.Write(b)
		f.offset += int64(n)
		return err
	}
	if f.offset == 0 {
		if err := out([]byte(parquetMagic)); err != nil {
			return err
		}
	}
	if f.pending > 0 {
		g := rowGroup{rows: f.pending}
		for i := range f.columns {
			c := &f.columns[i]
			page, plain := c.page(enc, f.pending)
			g.chunks = append(g.chunks, columnChunk{offset: f.offset, plain: plain, packed: int64(len(page))})
			if err := out(page); err != nil {
				return err
			}
		}
		f.groups = append(f.groups, g)
		f.pending, f.buffered = 0, 0
	}
	if !last {
		return nil
	}
	foot := f.footer()
	foot = binary.LittleEndian.AppendUint32(foot, uint32(len(foot)))
	return out(append(foot, parquetMagic...))
}

// page packs the values of a column that wait and empties it. plain is the
// page's size before packing.
func (c *parquetColumn) page(enc *zstd.Encoder, rows int) (page []byte, plain int64) {
	// definition levels: one run of bits in groups of eight
	levels := binary.AppendUvarint(nil, uint64(len(c.present))<<1|1)
	levels = append(levels, c.present...)
	body := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(levels)+len(c.values)), uint32(len(levels)))
	body = append(append(body, levels...), c.values...)
	packed := enc.EncodeAll(body, nil)
	var t thrift
	t.i32(1, 0) // a data page
	t.i32(2, int64(len(body)))
	t.i32(3, int64(len(packed)))
	t.begin(5)
	t.i32(1, int64(rows))
	t.i32(2, encPlain)
	t.i32(3, encRLE)
	t.i32(4, encRLE)
	t.end()
	t.end()
	c.present, c.values, c.bits = nil, nil, 0
	return append(t.b, packed...), int64(len(t.b) + len(body))
}

func (f *parquetFile) footer() []byte {
	var t thrift
	t.i32(1, 1)
	t.list(2, thriftStruct, len(f.columns)+1)
	t.open()
	t.text(4, "past")
	t.i32(5, int64(len(f.columns)))
	t.end()
	for _, c := range f.columns {
		t.open()
		t.i32(1, physical(c.Type))
		t.i32(3, 1) // optional
		t.text(4, c.Name)
		if physical(c.Type) == typeBytes {
			t.i32(6, 0) // UTF-8
			t.begin(10)
			t.begin(1) // STRING
			t.end()
			t.end()
		}
		t.end()
	}
	t.i64(3, f.rows)
	t.list(4, thriftStruct, len(f.groups))
	for _, g := range f.groups {
		f.describe(&t, g)
	}
	t.list(5, thriftStruct, len(f.meta))
	for _, kv := range f.meta {
		t.open()
		t.text(1, kv[0])
		t.text(2, kv[1])
		t.end()
	}
	t.text(6, f.by)
	t.end()
	return t.b
}

func (f *parquetFile) describe(t *thrift, g rowGroup) {
	t.open()
	t.list(1, thriftStruct, len(g.chunks))
	var plain, packed int64
	for i, c := range g.chunks {
		t.open()
		t.i64(2, c.offset)
		t.begin(3)
		t.i32(1, physical(f.columns[i].Type))
		t.list(2, thriftI32, 2)
		t.varint(encPlain)
		t.varint(encRLE)
		t.list(3, thriftBytes, 1)
		t.bytes(f.columns[i].Name)
		t.i32(4, codecZstd)
		t.i64(5, int64(g.rows))
		t.i64(6, c.plain)
		t.i64(7, c.packed)
		t.i64(9, c.offset)
		t.end()
		t.end()
		plain, packed = plain+c.plain, packed+c.packed
	}
	t.i64(2, plain)
	t.i64(3, int64(g.rows))
	t.i64(5, g.chunks[0].offset)
	t.i64(6, packed)
	t.end()
}

// thrift writes structs in Apache Thrift's compact protocol.
type thrift struct {
	b    []byte
	last int   // the field before, of the struct that is open
	up   []int // the same of those around it
}

// The types of that protocol that Parquet's metadata needs here.
const (
	thriftI32    = 5
	thriftI64    = 6
	thriftBytes  = 8
	thriftList   = 9
	thriftStruct = 12
)

// field writes a field's header; the numbers of a struct rise by 15 at most.
func (t *thrift) field(id, kind int) {
	t.b = append(t.b, byte((id-t.last)<<4|kind))
	t.last = id
}

func (t *thrift) varint(v int64) { t.b = binary.AppendVarint(t.b, v) }

func (t *thrift) bytes(s string) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(s))), s...)
}

func (t *thrift) i32(id int, v int64) { t.field(id, thriftI32); t.varint(v) }
func (t *thrift) i64(id int, v int64) { t.field(id, thriftI64); t.varint(v) }
func (t *thrift) text(id int, s string) {
	t.field(id, thriftBytes)
	t.bytes(s)
}

func (t *thrift) list(id, kind, n int) {
	t.field(id, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n<<4|kind))
		return
	}
	t.b = binary.AppendUvarint(append(t.b, byte(0xf0|kind)), uint64(n))
}

// begin opens a struct that is a field, open one that is an element of a list;
// end closes either.
func (t *thrift) begin(id int) { t.field(id, thriftStruct); t.open() }
func (t *thrift) open()        { t.up, t.last = append(t.up, t.last), 0 }
func (t *thrift) end() {
	t.b = append(t.b, 0)
	if n := len(t.up); n > 0 {
		t.last, t.up = t.up[n-1], t.up[:n-1]
	}
}
