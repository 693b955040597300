package jsontree

import (
	"fmt"
	"strconv"
	"strings"
)

// Lookup gives the bytes of the value that an RFC 6901 pointer names; the
// empty pointer is the whole value.
func Lookup(body []byte, pointer string) ([]byte, error) {
	start := space(body, 0)
	end, err := Skip(body, start)
	if err != nil {
		return nil, err
	}
	if pointer == "" {
		return body[start:end], nil
	}
	if pointer[0] != '/' {
		return nil, fmt.Errorf("json pointer %q does not begin with /", pointer)
	}
	for _, token := range strings.Split(pointer[1:], "/") {
		m, err := member(body[start:end], unescapeToken(token))
		if err != nil {
			return nil, fmt.Errorf("json pointer %q: %w", pointer, err)
		}
		start, end = start+m.Start, start+m.End
	}
	return body[start:end], nil
}

func member(b []byte, token string) (Member, error) {
	if len(b) == 0 {
		return Member{}, fmt.Errorf("nothing where %q is looked for", token)
	}
	switch b[0] {
	case '{':
		ms, _, err := Members(b, 0)
		for i := len(ms) - 1; i >= 0; i-- {
			if ms[i].Key == token && ms[i].End >= 0 {
				return ms[i], nil
			}
		}
		return Member{}, firstError(err, fmt.Errorf("no member %q", token))
	case '[':
		n, err := strconv.ParseUint(token, 10, 31)
		if err != nil || token != strconv.FormatUint(n, 10) {
			return Member{}, fmt.Errorf("%q is no index of a list", token)
		}
		es, _, err := Elements(b, 0)
		if int(n) < len(es) && es[n].End >= 0 {
			return es[n], nil
		}
		return Member{}, firstError(err, fmt.Errorf("the list has %d elements, not %d", len(es), n+1))
	}
	return Member{}, fmt.Errorf("the value at %q has no members", token)
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// Token writes a key as a reference token of a pointer: ~ and / are escaped.
func Token(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

func unescapeToken(t string) string {
	if !strings.Contains(t, "~") {
		return t
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(t)
}
