package imports

import (
	"bytes"
	"slices"
)

// elements gives the record elements of an XML document, whatever they stand
// in. A record without an end tag ends where the next one begins. A document
// that declares another encoding than UTF-8 is one part: its declaration is
// needed to read it.
func elements(names []string) framing {
	return func(w *window, yield func(part) error) error {
		w.fill(1024)
		if foreign(w.buf[:min(len(w.buf), 1024)]) {
			return whole(w, yield)
		}
		x := xmlSplit{w: w, names: names, open: -1}
		found, err := x.run(yield)
		if err != nil || found {
			return err
		}
		return yield(part{body: x.seen}) // nothing to cut: let the parser say what it is
	}
}

// foreign reports whether a document declares an encoding that is not UTF-8.
func foreign(head []byte) bool {
	decl, _, ok := bytes.Cut(head, []byte("?>"))
	if !ok {
		return false
	}
	decl = bytes.ToLower(decl)
	return bytes.Contains(decl, []byte("encoding")) && !bytes.Contains(decl, []byte("utf-8")) && !bytes.Contains(decl, []byte("us-ascii"))
}

type xmlSplit struct {
	w     *window
	names []string
	open  int    // where the open record begins, -1 for none
	name  string // of the open record
	seen  []byte // the beginning of a document without records
}

// passed are the constructs whose content is no markup, with their ends.
var passed = []struct{ begin, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}}

func (x *xmlSplit) run(yield func(part) error) (found bool, err error) {
	w := x.w
	for i := 0; ; {
		i = w.index(i, '<')
		if w.err != nil {
			return found, w.err
		}
		if i >= len(w.buf) {
			if x.open >= 0 {
				return true, yield(w.cut(x.open, len(w.buf)))
			}
			x.keep()
			return found, nil
		}
		w.fill(i + 9)
		if end, ok := x.pass(i); ok {
			i = end
			continue
		}
		end := w.index(i, '>')
		if w.err != nil {
			return found, w.err
		}
		end = min(end+1, len(w.buf))
		name, closing, empty := tagName(w.buf[i:end])
		switch {
		case x.open >= 0 && closing && name == x.name, x.open < 0 && empty && slices.Contains(x.names, name):
			from := x.open
			if from < 0 {
				from = i
			}
			found, x.open = true, -1
			if err := yield(w.cut(from, end)); err != nil {
				return found, err
			}
			w.drop(end)
			end = 0
		case !closing && x.open >= 0 && name == x.name: // the record before it was cut off
			found = true
			if err := yield(w.cut(x.open, i)); err != nil {
				return found, err
			}
			w.drop(i)
			x.open, end = 0, end-i
		case !closing && x.open < 0 && slices.Contains(x.names, name):
			x.keep()
			w.drop(i)
			x.open, x.name, end = 0, name, end-i
		case x.open < 0 && end > 1<<20: // between records
			x.keep()
			w.drop(end)
			end = 0
		}
		i = end
	}
}

// keep remembers how a document begins.
func (x *xmlSplit) keep() {
	if room := 1<<20 - len(x.seen); room > 0 {
		x.seen = append(x.seen, x.w.buf[:min(room, len(x.w.buf))]...)
	}
}

// pass gives the index after the comment, CDATA section or instruction at i.
func (x *xmlSplit) pass(i int) (end int, ok bool) {
	w := x.w
	for _, p := range passed {
		if !bytes.HasPrefix(w.buf[i:], []byte(p.begin)) {
			continue
		}
		for k := i + len(p.begin); ; {
			k = w.index(k, '>')
			if k >= len(w.buf) {
				return len(w.buf), true
			}
			k++
			if bytes.HasSuffix(w.buf[i:k], []byte(p.end)) && k-i >= len(p.begin)+len(p.end) {
				return k, true
			}
		}
	}
	return i, false
}

// tagName gives the local name of a tag.
func tagName(tag []byte) (name string, closing, empty bool) {
	tag = bytes.Trim(tag, "<>")
	closing = bytes.HasPrefix(tag, []byte("/"))
	empty = bytes.HasSuffix(tag, []byte("/"))
	tag = bytes.TrimPrefix(tag, []byte("/"))
	if i := bytes.IndexAny(tag, " \t\r\n/"); i >= 0 {
		tag = tag[:i]
	}
	if i := bytes.LastIndexByte(tag, ':'); i >= 0 {
		tag = tag[i+1:]
	}
	return string(tag), closing, empty
}
