package ctgov

import (
	"fmt"
	"strconv"
	"strings"

	"past/crawler/jsontree"
)

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
