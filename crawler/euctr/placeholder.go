package euctr

import (
	"fmt"
	"regexp"
	"strings"
)

// EudraCT's form demands a number even where there is none, and sponsors write
// 9999 or 99999 then, explained in a text or not. Read as a value it would be
// the worst of numbers. A number of four nines or more is never taken for one;
// three are believed unless the end point's own texts speak of them.

var (
	manyNines  = regexp.MustCompile(`^[+-]?9{4,}(?:\.(?:9+|0+))?$`)
	threeNines = regexp.MustCompile(`^[+-]?999(?:\.(?:9+|0+))?$`)
	ninesIn    = regexp.MustCompile(`(?:^|[^\d.,])(999(?:\.\d+)?)(?:$|[^\d.,]|[.,](?:$|\D))`)
)

// placeholders finds the values of one end point that stand for none.
type placeholders struct {
	three bool // the texts speak of 999
	count int
	first string // pointer
	raw   string
}

// look reads the texts around the values.
func (p *placeholders) look(texts ...string) {
	for _, t := range texts {
		p.three = p.three || strings.Contains(t, "999") && ninesIn.MatchString(t)
	}
}

// value gives a posted value, or for a placeholder a text that is no number and
// keeps what was posted.
func (p *placeholders) value(raw, at string) string {
	if !manyNines.MatchString(raw) && !(p.three && threeNines.MatchString(raw)) {
		return raw
	}
	if p.count == 0 {
		p.first, p.raw = at, raw
	}
	p.count++
	return "NA (posted as " + raw + ")"
}

// tell keeps the placeholders of an end point aside as one problem.
func (r *resultReader) tell(p *placeholders) {
	if p.count > 0 {
		r.note(p.first, fmt.Sprintf("%d values are written as %s, which stands for none in this register; they are not read as numbers",
			p.count, p.raw))
	}
}
