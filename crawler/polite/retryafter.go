package polite

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxAsked bounds what a Retry-After header can mean: a register that asks for
// more is down, and the number must not overflow.
const maxAsked = 30 * 24 * time.Hour

// RetryAfter reads how long an answer asks to wait, in either form that the
// header may have: seconds or a date. A date counts from the answer's own Date
// where it has one, so that a wrong clock on our side does no harm. ok is
// false without a readable header; a time that has passed is no wait at all.
func RetryAfter(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	s := strings.TrimSpace(h.Get("Retry-After"))
	if s == "" {
		return 0, false
	}
	if digits(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n > int64(maxAsked/time.Second) {
			return maxAsked, true
		}
		return time.Duration(n) * time.Second, true
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), maxAsked), true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
