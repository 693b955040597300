package crawler

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"past/internal/evidence"
)

var (
	// ErrPermanent is wrapped by errors that the same request will meet again.
	ErrPermanent = errors.New("permanent")
	// ErrCursorExpired is wrapped by Source.Page when the register no longer
	// accepts a cursor; the Collector begins the query again.
	ErrCursorExpired = errors.New("page token expired")
)

// Kinds of problem that the crawler and its sources give. They are stable:
// stored rows and documents name them.
const (
	KindHalfJSON    = "half-json"            // the text ends inside a value
	KindBadJSON     = "bad-json"             // not JSON at some place
	KindHTML        = "html-instead-of-json" // HTML instead of data
	KindWrongType   = "wrong-media-type"     // some other kind of answer
	KindEmpty       = "empty-answer"         // nothing, or {} where a record was asked for
	KindWrongShape  = "wrong-shape"          // JSON or XML, but not this register's
	KindBadUTF8     = "invalid-utf8"         // bytes that are no text
	KindBadValue    = "bad-value"            // a value of the wrong type or form; its raw text is kept
	KindNoID        = "no-id"                // a record without its id
	KindDrift       = "schema-drift"         // keys that the parser does not know, by path and count
	KindTooLarge    = "too-large"            // over the body cap
	KindTokenLoop   = "token-loop"           // a page token that came before
	KindExpired     = "token-expired"        // a page token that the register dropped
	KindTotal       = "total-changed"        // the register's own count changed mid-way
	KindDuplicate   = "duplicate-hits"       // an id on more than one page of a query
	KindMissing     = "missing-hits"         // fewer ids than the register counted
	KindNotFound    = "words-not-found"      // words of a query that the source does not know
	KindMerged      = "merged-id"            // the register answers with another id
	KindClockSkew   = "clock-skew"           // our clock and the register's differ
	KindFetchFailed = "fetch-failed"         // no usable answer after all attempts
)

// AnswerError is an answer that arrived whole and yet cannot be used: an error
// page with status 200, half a JSON text, another register's shape. The
// Collector keeps the payload aside with the reason. Parse methods return it
// when nothing in a payload could be read; Payload is then unset.
type AnswerError struct {
	Kind    string // one of the kinds above
	Where   string // URL, pointer, or byte offset
	Message string
	Payload *evidence.Payload // the answer, where there is one
}

func (e *AnswerError) Error() string {
	if e.Where == "" {
		return e.Kind + ": " + e.Message
	}
	return fmt.Sprintf("%s: %s (at %s)", e.Kind, e.Message, e.Where)
}

// StatusError is an answer whose HTTP status is not a success.
type StatusError struct {
	URL        string
	Status     int
	RetryAfter time.Duration // as asked by the register; 0 if it did not
	Body       []byte        // the first part of the answer, for the message
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s answered status %d", e.URL, e.Status)
	if text := strings.Join(strings.Fields(string(e.Body)), " "); text != "" && text[0] != '<' && utf8.ValidString(text) {
		if len(text) > 200 {
			text = strings.ToValidUTF8(text[:200], "") + "…"
		}
		s += ": " + strconv.Quote(text)
	}
	if e.RetryAfter > 0 {
		s += fmt.Sprintf(" (asks to wait %s)", e.RetryAfter)
	}
	return s
}
