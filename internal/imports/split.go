package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"past/crawler"
	"past/crawler/charset"
)

// maxRecord is the largest record of a file, and the largest file of a format
// that is not cut into records, in bytes. The largest study of ClinicalTrials.gov
// that is known here has 8 MB.
const maxRecord = 64 << 20

// maxDepth is how deep JSON may nest; the deepest study nests 14 levels.
const maxDepth = 200

// part is one record cut out of a file, byte for byte: the first head bytes of
// the file (the header line of a table, else none) and what follows at offset.
type part struct {
	body   []byte
	offset int64
	head   int
}

// tooLargeError refuses what exceeds a limit.
type tooLargeError struct {
	what  string
	limit int64
	alone bool // it concerns a record or a file and not what it is part of
}

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("%s is larger than the limit of %d bytes", e.what, e.limit)
}

var errTooDeep = fmt.Errorf("the JSON nests deeper than %d levels", maxDepth)

// window is the part of a stream that is looked at.
type window struct {
	r    io.Reader
	buf  []byte
	base int64 // offset of buf[0] in the stream
	eof  bool
	err  error
}

// more reads on; false means that nothing more comes.
func (w *window) more() bool {
	if w.eof || w.err != nil {
		return false
	}
	if len(w.buf) >= maxRecord+1<<20 {
		w.err = &tooLargeError{what: "a record", limit: maxRecord, alone: true}
		return false
	}
	n := len(w.buf)
	w.buf = slices.Grow(w.buf, max(32<<10, min(n, 4<<20)))
	for {
		k, err := w.r.Read(w.buf[n:cap(w.buf)])
		w.buf = w.buf[:n+k]
		switch {
		case errors.Is(err, io.EOF):
			w.eof = true
			return k > 0
		case err != nil:
			w.err = err
			return false
		case k > 0:
			return true
		}
	}
}

// fill reads until n bytes are there or nothing more comes.
func (w *window) fill(n int) {
	for len(w.buf) < n && w.more() {
	}
}

// at reports whether there is a byte i.
func (w *window) at(i int) bool {
	for i >= len(w.buf) {
		if !w.more() {
			return false
		}
	}
	return true
}

// index finds a byte from i on, len(buf) at the end of the stream.
func (w *window) index(i int, c byte) int {
	for {
		if i < len(w.buf) {
			if k := bytes.IndexByte(w.buf[i:], c); k >= 0 {
				return i + k
			}
			i = len(w.buf)
		}
		if !w.more() {
			return len(w.buf)
		}
	}
}

// cut gives a copy of bytes from to to, as a part.
func (w *window) cut(from, to int) part {
	return part{body: bytes.Clone(w.buf[from:to]), offset: w.base + int64(from)}
}

// drop forgets the first n bytes.
func (w *window) drop(n int) {
	w.base += int64(n)
	w.buf = w.buf[:copy(w.buf, w.buf[n:])]
}

// skip gives the first index from i on that is no white space.
func (w *window) skip(i int) int {
	for w.at(i) && (w.buf[i] == ' ' || w.buf[i] == '\t' || w.buf[i] == '\n' || w.buf[i] == '\r') {
		i++
	}
	return i
}

// framing cuts a stream into parts and gives each to yield.
type framing func(w *window, yield func(part) error) error

// framingOf chooses how a file of a format is cut.
func framingOf(name string, f *format, w *window) framing {
	if e, _ := charset.EncodingOf(w.buf[:min(len(w.buf), 8192)]); e == charset.UTF16LE || e == charset.UTF16BE {
		return whole
	}
	switch {
	case f.Frame == crawler.FrameJSON && byLines(name, w):
		return lines
	case f.Frame == crawler.FrameJSON:
		return jsonValues
	case f.Frame == crawler.FrameXML:
		return elements(f.Elements)
	case f.Frame == crawler.FrameTable:
		return rows
	case f.Frame == crawler.FrameBlocks:
		return blocks(f.Begins)
	}
	return whole
}

// whole gives the file as one part.
func whole(w *window, yield func(part) error) error {
	for w.more() {
		if len(w.buf) > maxRecord {
			return &tooLargeError{what: "a file that cannot be cut into its records", limit: maxRecord, alone: true}
		}
	}
	if w.err != nil {
		return w.err
	}
	p := part{body: w.buf}
	w.base, w.buf = w.base+int64(len(w.buf)), nil
	return yield(p)
}

// byLines reports whether a text has one JSON value a line.
func byLines(name string, w *window) bool {
	i := w.skip(bomLength(w.buf))
	if strings.HasSuffix(name, ".ndjson") || strings.HasSuffix(name, ".jsonl") {
		return !w.at(i+1) || len(bytes.TrimSpace(w.buf[i:w.index(i, '\n')])) > 1 // else values are written on many lines
	}
	if !w.at(i) || w.buf[i] != '{' {
		return false
	}
	end := w.index(i, '\n')
	if w.err != nil { // no line within the limit: another framing may do
		w.err = nil
		return false
	}
	line := bytes.TrimSpace(w.buf[i:end])
	next := w.skip(end)
	return len(line) > 1 && line[len(line)-1] == '}' && w.at(next) && w.buf[next] == '{'
}

func bomLength(b []byte) int {
	if bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
		return 3
	}
	return 0
}

// lines gives each line that is not blank.
func lines(w *window, yield func(part) error) error {
	start := bomLength(w.buf)
	for {
		end := w.index(start, '\n')
		if w.err != nil {
			return w.err
		}
		from, to := start, end
		for from < to && isSpace(w.buf[from]) {
			from++
		}
		for to > from && isSpace(w.buf[to-1]) {
			to--
		}
		if from < to {
			if err := yield(w.cut(from, to)); err != nil {
				return err
			}
		}
		if end >= len(w.buf) {
			return nil
		}
		w.drop(end + 1)
		start = 0
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// rows gives each row of a table behind the table's header line.
func rows(w *window, yield func(part) error) error {
	end := rowEnd(w, 0)
	mark := bytes.TrimSpace(bytes.TrimPrefix(w.buf[:end], []byte("\ufeff")))
	if len(mark) == len("sep=;") && bytes.EqualFold(mark[:4], []byte("sep=")) {
		end = rowEnd(w, end) // spreadsheets put the separator before the header
	}
	if w.err != nil {
		return w.err
	}
	head := bytes.Clone(w.buf[:end])
	w.drop(end)
	for len(w.buf) > 0 || w.more() {
		end := rowEnd(w, 0)
		if w.err != nil {
			return w.err
		}
		if len(bytes.Trim(w.buf[:end], " \t\r\n,;")) > 0 {
			p := w.cut(0, end)
			p.body, p.head = slices.Concat(head, p.body), len(head)
			if err := yield(p); err != nil {
				return err
			}
		}
		w.drop(end)
	}
	return w.err
}

// rowEnd gives the index after the row that begins at i; line breaks between
// quotes are part of a cell.
func rowEnd(w *window, i int) int {
	quoted := false
	for ; w.at(i); i++ {
		switch c := w.buf[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			return i + 1
		case c == '\r' && !quoted && (!w.at(i+1) || w.buf[i+1] != '\n'):
			return i + 1 // lines of old spreadsheets end so
		}
	}
	return len(w.buf)
}

// lineEnd gives the index after the line that begins at i, which LF, CRLF or CR ends.
func lineEnd(w *window, i int) int {
	for ; w.at(i); i++ {
		if c := w.buf[i]; c == '\n' || c == '\r' && (!w.at(i+1) || w.buf[i+1] != '\n') {
			return i + 1
		}
	}
	return len(w.buf)
}

// blocks gives the records of a tagged text, each of which begins with a line
// of its own: "PMID-" or "TY  -".
func blocks(begins string) framing {
	return func(w *window, yield func(part) error) error {
		start := -1
		for i := bomLength(w.buf); ; {
			w.fill(i + len(begins))
			if bytes.HasPrefix(w.buf[min(i, len(w.buf)):], []byte(begins)) {
				if start >= 0 {
					if err := yield(w.cut(start, i)); err != nil {
						return err
					}
				}
				w.drop(i)
				start, i = 0, 0
			}
			i = lineEnd(w, i)
			if w.err != nil {
				return w.err
			}
			if !w.at(i) {
				if start >= 0 {
					return yield(w.cut(start, len(w.buf)))
				}
				return nil
			}
		}
	}
}
