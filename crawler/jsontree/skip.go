package jsontree

import "bytes"

// Skip gives the index after the value that begins at or after i, without
// reading it: it counts brackets outside strings. The value may still be no
// JSON; Parse finds out. The error is a *SyntaxError for a text that ends first.
func Skip(b []byte, i int) (int, error) {
	i = space(b, i)
	if i >= len(b) {
		return i, &SyntaxError{Offset: i, Msg: "the text ends where a value should be", Cut: true}
	}
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			end, ok := skipString(b, i)
			if !ok {
				return len(b), &SyntaxError{Offset: len(b), Msg: "the text ends inside a string", Cut: true}
			}
			i = end
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 { // the end of what surrounds a scalar
				return i, nil
			}
			depth--
			i++
		case ',', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return i, nil
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i, nil
		}
	}
	if depth > 0 {
		return i, &SyntaxError{Offset: i, Msg: "the text ends inside an object or list", Cut: true}
	}
	return i, nil
}

// skipString gives the index after the string whose opening quote is at i.
func skipString(b []byte, i int) (int, bool) {
	i++
	for {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return len(b), false
		}
		j += i
		// A quote is escaped by an odd number of backslashes before it.
		k := j
		for k > i && b[k-1] == '\\' {
			k--
		}
		if (j-k)%2 == 0 {
			return j + 1, true
		}
		i = j + 1
	}
}

// Member is a member of an object found by [Members], or an element of a list
// found by [Elements] (Key is then empty).
type Member struct {
	Key        string
	Start, End int // of the value
}

// Members lists the members of the object that begins at or after i without
// reading their values. With an error it gives those found before it, the last
// one with End -1 when the text ends inside it.
func Members(b []byte, i int) (ms []Member, end int, err error) {
	end, err = Walk(b, i, func(key string, start int) (int, error) {
		m := Member{Key: key, Start: start}
		var err error
		if m.End, err = Skip(b, start); err != nil {
			m.End = -1
		}
		ms = append(ms, m)
		return m.End, err
	})
	return ms, end, err
}

// Walk goes through the members of the object that begins at or after i. visit
// gets the key and where its value begins, and gives where the value ends.
func Walk(b []byte, i int, visit func(key string, start int) (end int, err error)) (end int, err error) {
	i = space(b, i)
	if i, err = expect(b, i, '{'); err != nil {
		return i, err
	}
	p := Parser{body: b}
	for i = space(b, i); i >= len(b) || b[i] != '}'; {
		var key string
		if key, i, err = p.key(i); err != nil {
			return i, err
		}
		if i, err = visit(key, space(b, i)); err != nil {
			return len(b), err
		}
		var done bool
		if i, done, err = separator(b, i, '}'); err != nil || done {
			return i, err
		}
	}
	return i + 1, nil
}

// key reads a key and passes its colon.
func (p *Parser) key(i int) (string, int, error) {
	i, err := expect(p.body, i, '"')
	if err != nil {
		return "", i, err
	}
	end, ok := skipString(p.body, i-1)
	if !ok {
		return "", end, &SyntaxError{Offset: end, Msg: "the text ends inside a key", Cut: true}
	}
	q := Parser{body: p.body[i-1 : end], src: string(p.body[i-1 : end])}
	key, _, _, err := q.str(0)
	if err != nil {
		return "", i, err
	}
	i, err = expect(p.body, space(p.body, end), ':')
	return key, i, err
}

// Elements lists the elements of the list that begins at or after i without
// reading them. With an error it gives those found before it, the last one
// with End -1 when the text ends inside it.
func Elements(b []byte, i int) (es []Member, end int, err error) {
	i = space(b, i)
	if i, err = expect(b, i, '['); err != nil {
		return nil, i, err
	}
	for i = space(b, i); i >= len(b) || b[i] != ']'; {
		m := Member{Start: space(b, i)}
		if m.End, err = Skip(b, i); err != nil {
			m.End = -1
			return append(es, m), len(b), err
		}
		es = append(es, m)
		var done bool
		if i, done, err = separator(b, m.End, ']'); err != nil || done {
			return es, i, err
		}
	}
	return es, i + 1, nil
}
