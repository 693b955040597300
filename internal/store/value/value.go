// Package value writes Go values as columns of the store hold them: what is absent is
// NULL, a list is JSON, a time is text in UTC that sorts. It knows no tables.
package value

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Null stores an absent text as NULL.
func Null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Marked stores what a source says or is silent about: 1, or NULL.
func Marked(yes bool) any {
	if yes {
		return int64(1)
	}
	return nil
}

// NonZero stores a number whose zero means that the source does not say it.
func NonZero(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// Int stores an absent number as NULL.
func Int(n *int) any {
	if n == nil {
		return nil
	}
	return int64(*n)
}

// Float stores an absent number as NULL.
func Float(f *float64) any {
	if f == nil {
		return nil
	}
	return *f
}

const hexDigits = "0123456789abcdef"

// AppendText appends s as a JSON string. What is not UTF-8 becomes U+FFFD, as
// JSON cannot hold it; the payload keeps the bytes.
func AppendText(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, w := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && w == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\ufffd"...)
				start = i + 1
			}
			i += w
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// List is a JSON array of texts, NULL when there are none.
func List(ss []string) any {
	if len(ss) == 0 {
		return nil
	}
	return Array(ss)
}

// Array is a JSON array of texts.
func Array(ss []string) string {
	b := []byte{'['}
	for i, s := range ss {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendText(b, s)
	}
	return string(append(b, ']'))
}

// ErrCorrupt is wrapped where a column holds what none of ours does.
var ErrCorrupt = errors.New("database is damaged")

// timeLayout has a fixed width, so that times sort as text.
const timeLayout = "2006-01-02T15:04:05.000Z"

// TimeOrNull writes a time, the zero time as NULL.
func TimeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return Time(t)
}

// Time writes a time.
func Time(t time.Time) string { return t.UTC().Format(timeLayout) }

// Moment reads a time that stamp wrote.
func Moment(v any) (time.Time, error) {
	s := Text(v)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("stored time %q cannot be read: %w", s, ErrCorrupt)
	}
	return t.UTC(), nil
}

// Text reads a text column, NULL as "".
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}
