package extract

import (
	"math"
	"strings"
)

// settle joins what names the same point twice or bounds a span, and drops the
// weak where there is better.
func (r *timeReader) settle(s string) []moment {
	hits := r.hits
	for i := 1; i < len(hits); i++ { // by place
		for j := i; j > 0 && hits[j].from < hits[j-1].from; j-- {
			hits[j], hits[j-1] = hits[j-1], hits[j]
		}
	}
	strong := false
	for _, h := range hits {
		strong = strong || !h.weak && h.unit != 'b'
	}
	var out []moment
	for _, h := range hits {
		if h.weak && strong {
			continue
		}
		if n := len(out); n > 0 {
			between := strings.Join(strings.Fields(s[min(out[n-1].to, h.from):h.from]), " ")
			prev := out[n-1]
			switch {
			case prev.unit == 'b' && opensParen(between) && h.unit != 'b':
				out[n-1].to = h.to // "Baseline (Day 1)"
				continue
			case samePoint(prev, h, between):
				if h.unit == 'w' {
					out[n-1].weeks, out[n-1].unit = h.weeks, 'w'
				}
				out[n-1].to = h.to
				continue
			case prev.unit != 'b' && (isSpanWord(between) || between == "-" && prev.unit == h.unit):
				h.from = prev.from
				out[n-1] = h
				continue
			}
		}
		out = append(out, h)
	}
	return out
}

// opensParen tells that a bracket opens and does not close in what lies
// between two times.
func opensParen(between string) bool {
	return strings.HasPrefix(between, "(") && !strings.Contains(between, ")")
}

// samePoint tells that the second time is another name of the first: it stands
// in brackets, behind a slash or a dash, and lies within a week or a tenth.
func samePoint(a, b moment, between string) bool {
	if a.unit == b.unit || a.unit == 'b' || b.unit == 'b' {
		return false
	}
	if !opensParen(between) && between != "/" && between != "," && between != "-" && between != "or" && between != "=" && between != "" {
		return false
	}
	return math.Abs(a.weeks-b.weeks) <= math.Max(0.1*math.Max(a.weeks, b.weeks), math.Min(1, 0.5*math.Max(a.weeks, b.weeks)))
}

// isSpanWord tells that the words between two times make them the ends of one
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
