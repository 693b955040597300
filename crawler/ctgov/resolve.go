package ctgov

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"past/crawler/jsontree"
)

// Resolve gives the bytes that a pointer made by this package names in its
// payload. In a payload of one value a line the first token is the number of
// the line, from 0, empty lines not counted.
func Resolve(body []byte, pointer string) ([]byte, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
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
