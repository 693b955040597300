// Package answer holds what sources do alike with an answer: they give it its
// hash, cut it into records so that a broken one loses no other, tell what
// could not be read with its place, and turn faults into the crawler's words.
// It knows no register.
package answer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"past/crawler"
	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

// Sum gives the lower-case hex SHA-256 of bytes.
func Sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// Hashed gives the payload with its hash, which imports may lack.
func Hashed(p evidence.Payload) evidence.Payload {
	if p.SHA256 == "" {
		p.SHA256 = Sum(p.Body)
	}
	return p
}

// Fault gives an *crawler.AnswerError about an answer, with the answer.
func Fault(res *crawler.Response, kind, format string, args ...any) error {
	return WithPayload(&crawler.AnswerError{Kind: kind, Message: fmt.Sprintf(format, args...)}, res)
}

// WithPayload gives an error about an answer the answer itself.
func WithPayload(err error, res *crawler.Response) error {
	var a *crawler.AnswerError
	if errors.As(err, &a) && res != nil {
		a.Payload = &res.Payload
		if a.Where == "" || a.Where[0] == '/' {
			a.Where = strings.TrimSuffix(res.URL+"#"+a.Where, "#")
		}
	}
	return err
}

// Refused marks a status that the same request will meet again; mid says that
// the request was one for a later page, whose cursor may have expired.
func Refused(err error, mid bool) error {
	var status *crawler.StatusError
	if !errors.As(err, &status) {
		return err
	}
	switch {
	case mid && (status.Status == http.StatusBadRequest || status.Status == http.StatusGone || status.Status == http.StatusNotFound):
		return fmt.Errorf("%w: %w", crawler.ErrCursorExpired, err)
	case status.Status/100 == 4 && status.Status != http.StatusTooManyRequests && status.Status != http.StatusRequestTimeout:
		return fmt.Errorf("the register refuses the query: %w: %w", crawler.ErrPermanent, err)
	}
	return err
}

// NotThere reports whether an error is the register's word that it has no such
// record.
func NotThere(err error) bool {
	var status *crawler.StatusError
	return errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusGone)
}

// Start shows the beginning of a text in a message.
func Start(b []byte) string {
	s := strings.Join(strings.Fields(string(b[:min(len(b), 80)])), " ")
	return fmt.Sprintf("%q", strings.ToValidUTF8(s, "?"))
}

// Promised is the problem of an answer that counts records and holds none; nothing when
// it counts none.
func Promised(count string, where string) []evidence.Problem {
	if n, err := strconv.Atoi(count); err != nil || n <= 0 {
		return nil
	}
	return []evidence.Problem{{Kind: crawler.KindMissing, Where: where, Message: "the answer counts " + count + " records and holds none"}}
}

// JSONFault puts a fault of a JSON text into the crawler's words.
func JSONFault(err error, where string) error {
	var se *jsontree.SyntaxError
	if !errors.As(err, &se) {
		return err
	}
	a := &crawler.AnswerError{Kind: crawler.KindBadJSON, Where: where, Message: se.Error()}
	if se.Cut {
		a.Kind = crawler.KindHalfJSON
	}
	return a
}

// XMLFault puts a fault of an XML text into the crawler's words.
func XMLFault(err error, where string) error {
	var se *xmltree.SyntaxError
	if !errors.As(err, &se) {
		return err
	}
	kind := KindBadXML
	if se.Cut {
		kind = KindHalfXML
	}
	return &crawler.AnswerError{Kind: kind, Where: where, Message: se.Error()}
}

// Unprintable reports whether a text has characters that no id has: controls,
// marks of direction, halves of characters.
func Unprintable(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || unicode.Is(unicode.C, r) })
}

// BadRequest reports whether an error is a status 400.
func BadRequest(err error) bool {
	var status *crawler.StatusError
	return errors.As(err, &status) && status.Status == http.StatusBadRequest
}
