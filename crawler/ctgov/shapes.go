package ctgov

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/jsontree"
)

// piece is one study cut out of a payload, or what replaces one.
type piece struct {
	base    string // pointer of the study in the payload
	body    []byte
	version string // the register's version label, in history documents
	err     error  // why there is no study here
}

// shape is a payload cut into its studies.
type shape struct {
	pieces []piece
	// The envelope of a search page.
	page    bool
	next    string
	total   *int
	unknown []string // keys beside those of an envelope
	cut     error    // the payload ends too early
}

// cutPayload finds the studies of a payload without reading them. The error,
// an *crawler.AnswerError, means that there is nothing like a study.
func cutPayload(body []byte) (shape, error) {
	var s shape
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	rest := bytes.TrimLeft(body, " \t\r\n")
	if len(rest) == 0 {
		return s, &crawler.AnswerError{Kind: crawler.KindEmpty, Message: "the answer is empty"}
	}
	switch rest[0] {
	case '{', '[':
	case '<':
		return s, &crawler.AnswerError{Kind: crawler.KindHTML, Message: "HTML instead of data" + titleOf(rest)}
	default:
		return s, &crawler.AnswerError{Kind: crawler.KindBadJSON, Message: "no JSON: it begins with " + strconv.Quote(start(rest))}
	}
	if lines := jsonLines(body); lines != nil {
		for i, line := range lines {
			if end := s.value("/"+strconv.Itoa(i), line, 0, 0); end < len(line) {
				s.fault("/"+strconv.Itoa(i), crawler.KindBadJSON, fmt.Sprintf("the line goes on after its value, from byte %d", end))
			}
		}
		return s, s.verdict()
	}
	i := len(body) - len(rest)
	for n := 0; ; n++ {
		// The base of the first value is mended when others follow.
		first := len(s.pieces)
		base := ""
		if n > 0 {
			base = "/" + strconv.Itoa(n)
		}
		end := s.value(base, body, i, 0)
		i = end + len(body[end:]) - len(bytes.TrimLeft(body[end:], " \t\r\n"))
		more := i < len(body) && end > 0
		if more && n == 0 {
			for k := first; k < len(s.pieces); k++ {
				s.pieces[k].base = "/0" + s.pieces[k].base
			}
		}
		if !more {
			return s, s.verdict()
		}
	}
}

// verdict makes an error of a payload that holds nothing but faults.
func (s *shape) verdict() error {
	if len(s.pieces) == 1 && s.pieces[0].err != nil && !s.page {
		return s.pieces[0].err
	}
	return nil
}

// jsonLines cuts a text with one value a line; nil when it is none. The first
// line shows: it begins and ends with a brace, and others follow.
func jsonLines(body []byte) [][]byte {
	first, rest, found := bytes.Cut(bytes.TrimLeft(body, " \t\r\n"), []byte("\n"))
	first = bytes.TrimSpace(first)
	if !found || len(first) < 2 || first[0] != '{' || first[len(first)-1] != '}' {
		return nil
	}
	lines := [][]byte{first}
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	if len(lines) == 1 {
		return nil
	}
	return lines
}

// value takes the JSON value that begins at i: a study, a page, a history
// document, a list. It gives the index after it, the end of b when the value
// does not end.
func (s *shape) value(base string, b []byte, i, depth int) (end int) {
	switch {
	case b[i] == '[' && depth > 1:
		s.fault(base, crawler.KindWrongShape, "a list inside a list of lists is no list of studies")
		return skipAll(b, i)
	case b[i] == '[':
		return s.list(base, b, i, depth+1)
	case b[i] == '{' && nextStudy(b, i) == i:
		end, err := jsontree.Skip(b, i)
		if err != nil {
			end = len(b)
		}
		s.pieces = append(s.pieces, piece{base: base, body: b[i:end]})
		return end
	case b[i] == '{':
		return s.object(base, b, i)
	}
	end = skipAll(b, i)
	s.fault(base, crawler.KindWrongShape, "a study is an object, not "+strconv.Quote(start(b[i:end])))
	return max(end, i+1)
}

func skipAll(b []byte, i int) int {
	end, err := jsontree.Skip(b, i)
	if err != nil {
		return len(b)
	}
	return end
}

// object takes an object that does not begin as a study does.
func (s *shape) object(base string, b []byte, i int) int {
	var ms []jsontree.Member
	page := false
	end, err := jsontree.Walk(b, i, func(key string, from int) (int, error) {
		m := jsontree.Member{Key: key, Start: from, End: -1}
		var err error
		if key == "studies" && from < len(b) && b[from] == '[' && !page {
			page = true
			if m.End = s.list(base+"/studies", b, from, 1); s.cut != nil {
				err = s.cut
			}
		} else if m.End, err = jsontree.Skip(b, from); err != nil {
			m.End = -1
		}
		ms = append(ms, m)
		return m.End, err
	})
	if err != nil {
		end = len(b)
	}
	at := func(key string) int {
		return slices.IndexFunc(ms, func(m jsontree.Member) bool { return m.Key == key })
	}
	switch {
	case page:
		s.page = true
		s.envelope(b, ms, err)
	case at("protocolSection") >= 0:
		s.pieces = append(s.pieces, piece{base: base, body: b[i:end]})
	case at("study") >= 0:
		m := ms[at("study")]
		if m.End < 0 {
			m.End = end
		}
		s.pieces = append(s.pieces, piece{base: base + "/study", body: b[m.Start:m.End], version: versionLabel(b, ms)})
	case err != nil:
		s.pieces = append(s.pieces, piece{base: base, err: answer.JSONFault(err, base)})
	case len(ms) == 0:
		s.fault(base, crawler.KindEmpty, "an empty object")
	default:
		s.fault(base, crawler.KindWrongShape,
			"neither a study nor a list of studies (several stand in a list, one a line, or below \"studies\"): its keys are "+keysOf(ms))
	}
	return end
}

func keysOf(ms []jsontree.Member) string {
	keys := make([]string, 0, len(ms))
	for _, m := range ms {
		keys = append(keys, strconv.Quote(m.Key))
	}
	if len(keys) > 8 {
		keys = append(keys[:8], "…")
	}
	return strings.Join(keys, ", ")
}

func (s *shape) fault(base, kind, msg string) {
	s.pieces = append(s.pieces, piece{base: base, err: &crawler.AnswerError{Kind: kind, Where: base, Message: msg}})
}

// envelope reads what surrounds the studies of a search page.
func (s *shape) envelope(b []byte, ms []jsontree.Member, err error) {
	if err != nil && s.cut == nil {
		s.cut = answer.JSONFault(err, "")
	}
	for _, m := range ms {
		if m.End < 0 || m.Key == "studies" {
			continue
		}
		n, err := jsontree.Parse(b[m.Start:m.End])
		switch {
		case m.Key != "nextPageToken" && m.Key != "totalCount":
			if !slices.Contains(s.unknown, m.Key) {
				s.unknown = append(s.unknown, m.Key)
			}
		case err != nil:
			s.cut = answer.JSONFault(err, "/"+m.Key)
		case m.Key == "nextPageToken":
			s.next = n.Scalar()
		default:
			if v, err := strconv.Atoi(n.Scalar()); err == nil && v >= 0 {
				s.total = &v
			}
		}
	}
}

// versionLabel gives the version of the study in a history document: stated
// beside it, or the last of its list of changes.
func versionLabel(b []byte, ms []jsontree.Member) string {
	for _, m := range ms {
		if m.End < 0 {
			continue
		}
		switch m.Key {
		case "studyVersion", "version":
			if n, err := jsontree.Parse(b[m.Start:m.End]); err == nil && n.Scalar() != "" {
				return n.Scalar()
			}
		case "history":
			n, err := jsontree.Parse(b[m.Start:m.End])
			if err != nil {
				continue
			}
			if changes := n.Get("changes").Items(); len(changes) > 0 {
				return str(&changes[len(changes)-1], "version")
			}
		}
	}
	return ""
}

func start(b []byte) string {
	if len(b) > 40 {
		return string(bytes.ToValidUTF8(b[:40], []byte("?"))) + "…"
	}
	return string(b)
}

// titleOf gives the title of an HTML page for the message.
func titleOf(b []byte) string {
	low := bytes.ToLower(b[:min(len(b), 4096)])
	i := bytes.Index(low, []byte("<title>"))
	if i < 0 {
		return ""
	}
	i += len("<title>")
	j := bytes.Index(low[i:], []byte("</title>"))
	if j < 0 {
		return ""
	}
	return ": " + strconv.Quote(strings.TrimSpace(string(b[i:i+min(j, 200)])))
}

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
			s.cut = answer.JSONFault(&jsontree.SyntaxError{Offset: i, Msg: "the list of studies ends early", Cut: true}, base)
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
	return answer.JSONFault(err, at)
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

// lookup gives the bytes that a pointer made by this package names in JSON of
// API v2. In a payload of one value a line the first token is the number of
// the line, from 0, empty lines not counted.
func lookup(body []byte, pointer string) ([]byte, error) {
	lines := jsonLines(body)
	if lines == nil {
		return jsontree.Lookup(body, pointer)
	}
	if pointer == "" {
		return body, nil
	}
	token, rest, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	n, err := strconv.Atoi(token)
	if err != nil || n < 0 || n >= len(lines) {
		return nil, fmt.Errorf("json pointer %q: the payload has %d lines", pointer, len(lines))
	}
	if rest == "" {
		return lines[n], nil
	}
	return jsontree.Lookup(lines[n], "/"+rest)
}
