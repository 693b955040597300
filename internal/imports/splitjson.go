package imports

import (
	"bytes"
	"slices"
)

// lists are the members under which answers keep their records: a page of
// studies, the former API, Europe PMC, Crossref.
var lists = [][]string{
	{"studies"}, {"FullStudiesResponse", "FullStudies"}, {"resultList", "result"}, {"message", "items"}, {"results"},
}

// jsonValues gives the records of JSON: the elements of a list or of the list
// in an answer, or each value where several follow each other.
func jsonValues(w *window, yield func(part) error) error {
	i := bomLength(w.buf)
	for {
		i = w.skip(i)
		for w.at(i) && w.buf[i] == ',' {
			i = w.skip(i + 1)
		}
		w.drop(min(i, len(w.buf)))
		if len(w.buf) == 0 {
			return w.err
		}
		s := jsonSplit{w: w, yield: yield}
		end, err := s.top()
		if err != nil {
			return err
		}
		i = end
	}
}

type jsonSplit struct {
	w     *window
	yield func(part) error
	found bool // a list of records
}

// top takes the value at the beginning of the window and gives the index
// after it.
func (s *jsonSplit) top() (int, error) {
	switch s.w.buf[0] {
	case '[':
		return s.elements(0)
	case '{':
		end, err := s.object(0, lists)
		if err != nil || s.found {
			return end, err
		}
		return end, s.yield(s.w.cut(0, end))
	}
	end, err := s.value(0)
	if err != nil {
		return end, err
	}
	return end, s.yield(s.w.cut(0, end))
}

// object walks the members of the object at i, looking for the lists of
// records; paths are those that can still be met.
func (s *jsonSplit) object(i int, paths [][]string) (int, error) {
	w := s.w
	for i++; ; {
		i = w.skip(i)
		if !w.at(i) {
			return len(w.buf), w.err
		}
		switch w.buf[i] {
		case '}':
			return i + 1, nil
		case ',', ':':
			i++
			continue
		case '"':
		default: // no JSON: what is left is one faulty part
			return s.rest()
		}
		end, err := s.str(i)
		if err != nil {
			return end, err
		}
		key := string(bytes.Trim(w.buf[i:end], `"`))
		i = w.skip(end)
		if !w.at(i) || w.buf[i] != ':' {
			return s.rest()
		}
		i = w.skip(i + 1)
		if i, err = s.member(key, i, paths); err != nil {
			return i, err
		}
	}
}

// member takes the value at i of a key.
func (s *jsonSplit) member(key string, i int, paths [][]string) (int, error) {
	w := s.w
	var deeper [][]string
	for _, p := range paths {
		if p[0] == key {
			deeper = append(deeper, p[1:])
		}
	}
	switch {
	case len(deeper) == 0 || !w.at(i):
	case w.buf[i] == '[' && slices.ContainsFunc(deeper, func(p []string) bool { return len(p) == 0 }):
		s.found = true
		return s.elements(i)
	case w.buf[i] == '{':
		if deeper = slices.DeleteFunc(deeper, func(p []string) bool { return len(p) == 0 }); len(deeper) > 0 {
			return s.object(i, deeper)
		}
	}
	return s.value(i)
}

// rest gives up on structure: all that follows.
func (s *jsonSplit) rest() (int, error) {
	for s.w.more() {
	}
	return len(s.w.buf), s.w.err
}

// elements gives each element of the list at i. What was before it is dropped.
func (s *jsonSplit) elements(i int) (int, error) {
	w := s.w
	w.drop(i + 1)
	for {
		i := w.skip(0)
		if !w.at(i) {
			return len(w.buf), w.err
		}
		switch w.buf[i] {
		case ']':
			return i + 1, nil
		case ',':
			w.drop(i + 1)
			continue
		}
		end, err := s.value(i)
		if err != nil {
			return end, err
		}
		if end == i { // a stray bracket: not JSON
			end++
		}
		if err := s.yield(w.cut(i, end)); err != nil {
			return end, err
		}
		w.drop(end)
	}
}

// studyBegins is how a study of API v2 begins: where it appears inside another
// element, that one was cut off.
var studyBegins = []byte(`{"protocolSection"`)

// value gives the index after the value at i. A value that does not end takes
// all that is left, or what is before the next study.
func (s *jsonSplit) value(i int) (int, error) {
	w := s.w
	start, depth := i, 0
	for w.at(i) {
		switch c := w.buf[i]; {
		case c == '"':
			end, err := s.str(i)
			if err != nil || depth == 0 {
				return end, err
			}
			if w.fill(end + len(studyBegins)); i > start && bytes.HasPrefix(w.buf[max(0, end-2):], studyBegins) {
				return end - 2, nil // the string never ended
			}
			i = end
			continue
		case c == '{' || c == '[':
			if i > start && c == '{' {
				if w.fill(i + len(studyBegins)); bytes.HasPrefix(w.buf[i:], studyBegins) {
					return i, nil
				}
			}
			if depth++; depth > maxDepth {
				return i, errTooDeep
			}
		case c == '}' || c == ']':
			if depth == 0 {
				return i, nil
			}
			if depth--; depth == 0 {
				return i + 1, nil
			}
		case depth == 0 && i > start && (c == ',' || isSpace(c)):
			return i, nil
		}
		i++
	}
	return len(w.buf), w.err
}

// str gives the index after the string at i.
func (s *jsonSplit) str(i int) (int, error) {
	w := s.w
	for k := i + 1; ; {
		k = w.index(k, '"')
		if k >= len(w.buf) {
			return k, w.err
		}
		slashes := 0
		for k-1-slashes > i && w.buf[k-1-slashes] == '\\' {
			slashes++
		}
		k++
		if slashes%2 == 0 {
			return k, nil
		}
	}
}
