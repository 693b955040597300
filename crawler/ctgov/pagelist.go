package ctgov

import (
	"bytes"
	"fmt"
	"strconv"

	"past/crawler"
	"past/crawler/jsontree"
)

// list cuts the list of studies that begins at i and gives the index after it.
// When an element is broken so badly that its end cannot be found, it goes on
// at the next study.
func (s *shape) list(base string, b []byte, i, depth int) int {
	i++ // the bracket
	broken := 0
	for n := 0; ; n++ {
		for i < len(b) && (b[i] <= ' ' || b[i] == ',') {
			i++
		}
		if i >= len(b) {
			s.cut = syntaxError(&jsontree.SyntaxError{Offset: i, Msg: "the list of studies ends early", Cut: true}, base)
			return len(b)
		}
		if b[i] == ']' {
			return i + 1
		}
		at := base + "/" + strconv.Itoa(n)
		end, err := jsontree.Skip(b, i)
		next := -1
		if err == nil && nextStudy(b[:end], i) == i { // a study holds no other study
			next = nextStudy(b[:end], i+1)
		}
		if err == nil && next < 0 && endsElement(b, end) {
			i = s.value(at, b[:end], i, depth)
			continue
		}
		// Each search for the next whole study may look at all that is left:
		// a text with thousands of faults is not worth that.
		if broken++; broken > maxBroken {
			s.cut = &crawler.AnswerError{Kind: crawler.KindBadJSON, Where: at,
				Message: fmt.Sprintf("more than %d broken studies; the rest of the list was not read", maxBroken)}
			return len(b)
		}
		if next = nextStudy(b, i+1); next < 0 {
			next = len(b)
		}
		s.pieces = append(s.pieces, piece{base: at, body: b[i:next], err: brokenStudy(b[i:next], at)})
		i = next
	}
}

const maxBroken = 100

func brokenStudy(b []byte, at string) error {
	_, err := jsontree.Parse(bytes.TrimRight(b, " \t\r\n,"))
	if err == nil {
		err = &jsontree.SyntaxError{Offset: len(b), Msg: "no comma or bracket follows"}
	}
	return syntaxError(err, at)
}

func endsElement(b []byte, i int) bool {
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	return i < len(b) && (b[i] == ',' || b[i] == ']')
}

var studyKey = []byte(`"protocolSection"`)

// nextStudy finds the next object at or after i whose first key is
// protocolSection. Inside a string the quotes would be escaped, so what it
// finds is the beginning of a study.
func nextStudy(b []byte, i int) int {
	for from := i; from < len(b); {
		k := bytes.Index(b[from:], studyKey)
		if k < 0 {
			return -1
		}
		k += from
		j := k - 1
		for j >= i && b[j] <= ' ' {
			j--
		}
		if j >= i && b[j] == '{' {
			return j
		}
		from = k + len(studyKey)
	}
	return -1
}
