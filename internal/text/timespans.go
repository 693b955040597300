package text

import (
	"math"
	"strings"
)

// settle joins what names the same point twice or bounds a span, and drops the
// weak where there is better.
func (r *timeReader) settle(s string) []Moment {
	hits := r.hits
	for i := 1; i < len(hits); i++ { // by place
		for j := i; j > 0 && hits[j].From < hits[j-1].From; j-- {
			hits[j], hits[j-1] = hits[j-1], hits[j]
		}
	}
	strong := false
	for _, h := range hits {
		strong = strong || !h.Weak && h.Unit != 'b'
	}
	var out []Moment
	for _, h := range hits {
		h.named = h.To
		if h.Weak && strong {
			continue
		}
		if n := len(out); n > 0 {
			between := strings.Join(strings.Fields(s[min(out[n-1].To, h.From):h.From]), " ")
			if joinMoments(&out[n-1], h, between) {
				continue
			}
		}
		out = append(out, h)
	}
	return out
}

// joinMoments makes one of a time and the next where they are two names of one
// point or the ends of one span; it reports whether they are.
func joinMoments(prev *Moment, h Moment, between string) bool {
	switch {
	case prev.Unit == 'b' && opensParen(between) && h.Unit != 'b':
		prev.To = h.To // "Baseline (Day 1)"
	case samePoint(*prev, h, between):
		switch {
		case h.Unit == 'w':
			prev.Weeks, prev.Unit = h.Weeks, 'w'
		case prev.Unit == 'd' && (h.Unit == 'h' || h.Unit == 'n'): // days are numbered from 1, hours are not
			prev.Weeks, prev.Unit, prev.named = h.Weeks, h.Unit, h.named
		}
		prev.To = h.To
	case prev.Unit != 'b' && (isSpanWord(between) || between == "-" && prev.Unit == h.Unit):
		h.From = prev.From
		*prev = h
	default:
		return false
	}
	return true
}

// opensParen reports whether a bracket opens and does not close in what is
// between two times.
func opensParen(between string) bool {
	return strings.HasPrefix(between, "(") && !strings.Contains(between, ")")
}

// endsInParen reports whether the second time is in brackets behind words that
// belong to the first ("24 hours post first dose (Day 2)").
func endsInParen(between string) bool {
	return strings.HasSuffix(between, "(") && !strings.ContainsAny(between, ",;)")
}

// samePoint reports whether the second time is another name of the first: it is
// in brackets, behind a slash or a dash, and is within a week or a tenth.
func samePoint(a, b Moment, between string) bool {
	if a.Unit == b.Unit || a.Unit == 'b' || b.Unit == 'b' {
		return false
	}
	if !opensParen(between) && !endsInParen(between) && between != "/" && between != "," && between != "-" && between != "or" &&
		between != "=" && between != "" {
		return false
	}
	return math.Abs(a.Weeks-b.Weeks) <= math.Max(0.1*math.Max(a.Weeks, b.Weeks), math.Min(1, 0.5*math.Max(a.Weeks, b.Weeks)))
}

// isSpanWord reports whether the words between two times make them the ends of one
// span ("Day 1 of treatment to end of Week 24").
func isSpanWord(between string) bool {
	if strings.ContainsAny(between, ",;") || strings.Contains(between, " and ") {
		return false
	}
	b := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(between, " approximately"), " of"), " end")
	b = " " + strings.TrimSuffix(b, " the")
	for _, w := range []string{" to", " through", " until", " up to", " till", " thru"} {
		if strings.HasSuffix(b, w) {
			return true
		}
	}
	return false
}
