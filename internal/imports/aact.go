package imports

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/ctgov"
	"past/internal/evidence"
	"past/internal/store"
)

// tableSet is a folder or archive with the tables of AACT, of which each holds
// some rows of every study.
type tableSet struct {
	files []tableFile // of tables that are read, studies first
	bytes int64
}

type tableFile struct {
	table string
	open  func() (io.ReadCloser, error)
}

// tableName gives the table of a file, "" for another file.
func tableName(file string) string {
	name, ok := strings.CutSuffix(strings.ToLower(path.Base(filepath.ToSlash(file))), ".txt")
	if !ok {
		return ""
	}
	return name
}

func (s *tableSet) add(file string, size int64, open func() (io.ReadCloser, error)) {
	if t := tableName(file); slices.Contains(ctgov.AACTTables(), t) {
		s.files = append(s.files, tableFile{t, open})
		s.bytes += size
	}
}

// sorted puts the tables into the order in which a payload has them; nil when
// there are no studies among them.
func (s *tableSet) sorted() *tableSet {
	place := func(f tableFile) int { return slices.Index(ctgov.AACTTables(), f.table) }
	slices.SortFunc(s.files, func(a, b tableFile) int { return place(a) - place(b) })
	if len(s.files) == 0 || s.files[0].table != "studies" {
		return nil
	}
	return s
}

// startsAsTable reports whether a stream begins with the header of a table.
func startsAsTable(r io.Reader) bool {
	head := make([]byte, 4096)
	n, _ := io.ReadFull(r, head)
	return ctgov.AACTHeader(head[:n])
}

// folderTables finds the tables in a folder; nil when it has none.
func folderTables(dir string) *tableSet {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var s tableSet
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() || tableName(name) == "" || !fileStartsAsTable(name) {
			continue
		}
		s.add(name, info.Size(), func() (io.ReadCloser, error) { return os.Open(name) })
	}
	return s.sorted()
}

func fileStartsAsTable(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	return startsAsTable(f)
}

// zipTables finds the tables in an archive, and the members that are tables,
// read or not.
func zipTables(z *zip.Reader, total *expanding) (s *tableSet, members map[*zip.File]bool) {
	s, members = &tableSet{}, map[*zip.File]bool{}
	studies := slices.IndexFunc(z.File, func(m *zip.File) bool { return tableName(m.Name) == "studies" && !skipMember(m) })
	if studies < 0 {
		return nil, nil
	}
	for _, m := range z.File {
		if skipMember(m) || tableName(m.Name) == "" || !m.Mode().IsRegular() || path.Dir(m.Name) != path.Dir(z.File[studies].Name) {
			continue
		}
		r, err := m.Open()
		if err != nil {
			continue
		}
		is := startsAsTable(r)
		r.Close()
		if !is {
			continue
		}
		members[m] = true
		s.add(m.Name, int64(m.UncompressedSize64), func() (io.ReadCloser, error) {
			r, err := m.Open()
			if err != nil {
				return nil, err
			}
			total.r = r
			return struct {
				io.Reader
				io.Closer
			}{total, r}, nil
		})
	}
	if s = s.sorted(); s == nil {
		return nil, nil
	}
	return s, members
}

const (
	inMemory    = 8 << 20 // tables up to this size are put together in memory
	bucketBytes = 8 << 20 // rows that are put together at once, up to maxBuckets
	maxBuckets  = 512
)

// bucket holds the rows of some studies.
type bucket struct {
	mem  bytes.Buffer
	w    *bufio.Writer // nil for one in memory
	file *os.File
}

func (b *bucket) write(p []byte) error {
	if b.w != nil {
		_, err := b.w.Write(p)
		return err
	}
	b.mem.Write(p)
	return nil
}

func (b *bucket) bytes() ([]byte, error) {
	if b.w == nil {
		return b.mem.Bytes(), nil
	}
	if err := b.w.Flush(); err != nil {
		return nil, err
	}
	size, err := b.file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	_, err = b.file.ReadAt(data, 0)
	return data, err
}

// gatherer puts the rows of each study together. They stand in no order, so
// that they are first parted into buckets by study: in memory, or, where the
// tables are large, in temporary files.
type gatherer struct {
	*batcher
	in      input
	heads   [][]byte // of each table
	buckets []*bucket
	studies map[uint32]bool
	foreign int // rows of studies that the studies table does not have
	noID    int // rows without an NCT number
}

// tables takes in a set of tables.
func (im *Importer) tables(b *batcher, in input) error {
	g := &gatherer{batcher: b, in: in, heads: make([][]byte, len(in.tables.files)), studies: map[uint32]bool{}}
	dir, err := g.makeBuckets(in.tables.bytes)
	if dir != "" {
		defer os.RemoveAll(dir)
	}
	if err != nil {
		return err
	}
	defer g.closeBuckets()
	for i, f := range in.tables.files {
		if err := g.read(i, f); err != nil {
			return err
		}
	}
	to := &feed{batcher: b, format: &aactFormat, in: in, url: "file:" + filepath.Base(in.name),
		large: 4} // a cell of a table takes more room when it is read than JSON does
	for _, k := range g.buckets {
		if err = g.give(k, to.add); err != nil {
			return err
		}
	}
	return g.notes()
}

var aactFormat = format{crawler.Format{Media: "text/plain"}, ctgov.SourceName}

func (g *gatherer) makeBuckets(size int64) (dir string, err error) {
	if size <= inMemory {
		g.buckets = []*bucket{{}}
		return "", nil
	}
	if dir, err = os.MkdirTemp("", "past-import-"); err != nil {
		return "", fmt.Errorf("a folder for temporary files: %w", err)
	}
	for range min(size/bucketBytes+1, maxBuckets) {
		f, err := os.Create(filepath.Join(dir, strconv.Itoa(len(g.buckets))))
		if err != nil {
			return dir, err
		}
		g.buckets = append(g.buckets, &bucket{file: f, w: bufio.NewWriterSize(f, 16<<10)})
	}
	return dir, nil
}

func (g *gatherer) closeBuckets() {
	for _, b := range g.buckets {
		if b.file != nil {
			b.file.Close()
		}
	}
}

// read parts the rows of a table.
func (g *gatherer) read(no int, f tableFile) error {
	r, err := f.open()
	if err != nil {
		return err
	}
	defer r.Close()
	g.rep.Files++
	sum := sha256.New()
	w := &window{r: io.TeeReader(r, sum)}
	file := g.begin(store.File{Name: filepath.Base(g.in.name), Member: f.table + ".txt"})
	end := pipeRowEnd(w, bomLength(w.buf))
	g.heads[no] = bytes.Clone(w.buf[:end])
	column, columns := idColumn(g.heads[no])
	w.drop(end)
	for w.err == nil && w.at(0) {
		end := pipeRowEnd(w, 0)
		if w.err != nil {
			break
		}
		if _, rest := ctgov.PipeRow(w.buf[:end], columns); len(rest) > 0 { // the quote at its beginning opens nothing
			end -= len(rest)
		}
		if err := g.row(no, f.table, column, columns, w.buf[:end]); err != nil {
			return err
		}
		w.drop(end)
	}
	if w.err != nil {
		return &badInput{g.in.name + ": " + f.table + ".txt", w.err}
	}
	file.SHA256, file.Bytes = hex.EncodeToString(sum.Sum(nil)), w.base
	return g.end(file)
}

// idColumn gives the place of the NCT number and how many columns there are.
func idColumn(head []byte) (column, columns int) {
	cells, _ := ctgov.PipeCells(bytes.TrimPrefix(head, []byte("\ufeff")))
	return slices.IndexFunc(cells, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), "nct_id") }), len(cells)
}

func (g *gatherer) row(no int, table string, column, columns int, row []byte) error {
	if len(bytes.TrimSpace(row)) == 0 {
		return nil
	}
	cells, _ := ctgov.PipeRow(row, columns)
	id, ok := "", column < len(cells)
	if ok {
		id, ok = ctgov.CanonicalID(cells[column])
	}
	if !ok {
		g.noID++
		return nil
	}
	n, _ := strconv.ParseUint(id[3:], 10, 32)
	switch key := uint32(n); {
	case table == "studies":
		g.studies[key] = true
	case !g.studies[key]:
		g.foreign++
		return nil
	}
	head := binary.AppendUvarint(nil, uint64(no))
	head = binary.AppendUvarint(head, n)
	head = binary.AppendUvarint(head, uint64(len(row)))
	b := g.buckets[n%uint64(len(g.buckets))]
	return errors.Join(b.write(head), b.write(row))
}

// pipeRowEnd gives the index after the row of a pipe-delimited table that
// begins at i. A quote counts at the beginning of a cell alone.
func pipeRowEnd(w *window, i int) int {
	for w.at(i) {
		if w.buf[i] == '"' {
			i = pipeQuoteEnd(w, i)
			continue
		}
		next := i
		for w.at(next) && w.buf[next] != '|' && w.buf[next] != '\n' {
			next++
		}
		if !w.at(next) {
			return len(w.buf)
		}
		i = next + 1
		if w.buf[next] == '\n' {
			return i
		}
	}
	return len(w.buf)
}

// longestCell is the largest cell in quotes; the longest text of a study that is
// known here has 32 kB.
const longestCell = 1 << 20

// pipeQuoteEnd gives the index after the closing quote of the cell that begins
// at i: one before a bar or the end of the line. Where none comes, it is the
// index after the quote.
func pipeQuoteEnd(w *window, i int) int {
	for first := i; ; {
		for i++; w.at(i) && w.buf[i] != '"' && i-first <= longestCell; i++ {
		}
		switch {
		case i-first > longestCell:
			return first + 1
		case !w.at(i + 1):
			return len(w.buf)
		case w.buf[i+1] == '"':
			i++
		case w.buf[i+1] == '|' || w.buf[i+1] == '\n' || w.buf[i+1] == '\r':
			return i + 1
		}
	}
}

// give yields the studies of a bucket, by number.
func (g *gatherer) give(k *bucket, yield func(part) error) error {
	data, err := k.bytes()
	if err != nil {
		return err
	}
	type row struct {
		table int
		text  []byte
	}
	rows := map[uint32][]row{}
	for len(data) > 0 {
		no, a := binary.Uvarint(data)
		n, b := binary.Uvarint(data[a:])
		size, c := binary.Uvarint(data[a+b:])
		from := a + b + c
		rows[uint32(n)] = append(rows[uint32(n)], row{int(no), data[from : from+int(size)]})
		data = data[from+int(size):]
	}
	keys := make([]uint32, 0, len(rows))
	for n := range rows {
		keys = append(keys, n)
	}
	slices.Sort(keys)
	for _, n := range keys {
		body, last := ctgov.AACTStudy(fmt.Sprintf("NCT%08d", n)), -1
		for _, r := range rows[n] { // tables were read one after the other
			if r.table != last {
				body, last = ctgov.AACTAdd(body, g.in.tables.files[r.table].table, g.heads[r.table]), r.table
			}
			body = append(body, r.text...)
			if !bytes.HasSuffix(body, []byte("\n")) {
				body = append(body, '\n')
			}
		}
		if err := yield(part{body: body}); err != nil {
			return err
		}
	}
	return nil
}

// notes keeps what the tables leave unsaid as problems.
func (g *gatherer) notes() error {
	var missing []string
	for _, t := range ctgov.AACTResults {
		if !slices.ContainsFunc(g.in.tables.files, func(f tableFile) bool { return f.table == t }) {
			missing = append(missing, t+".txt")
		}
	}
	var texts []string
	if len(missing) > 0 {
		texts = append(texts, "posted results are incomplete without "+strings.Join(missing, ", ")+
			"; put these tables beside the others and import again")
	}
	if g.noID > 0 {
		texts = append(texts, fmt.Sprintf("rows without an NCT number, left out: %d", g.noID))
	}
	if g.foreign > 0 {
		texts = append(texts, fmt.Sprintf("rows of studies that studies.txt does not have, left out: %d", g.foreign))
	}
	for _, text := range texts {
		if err := g.note(evidence.Problem{Kind: crawler.KindMissing, Where: g.in.name, Message: text}, nil); err != nil {
			return err
		}
	}
	return nil
}
