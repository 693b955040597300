package chart

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"past/reports/internal/show"
)

// widths of printable ASCII in thousandths of the font size, for the
// Helvetica-like faces that the style sheet names for figures.
var widths = [95]uint16{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}

// Width estimates how wide text is at a font size. Wide scripts and emoji
// count a full square, marks and joiners nothing.
func Width(s string, size float64) float64 {
	t := 0
	for _, r := range s {
		t += advance(r)
	}
	return float64(t) * size / 1000
}

func advance(r rune) int {
	switch {
	case r >= 0x20 && r < 0x7f:
		return int(widths[r-0x20])
	case r == '\u2212':
		return 584
	case r == '\u202f' || r == '\u2009':
		return 200
	case r == '\u00a0':
		return 278
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r):
		return 0
	case r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f000):
		return 1050
	case r < 0x250:
		return 600
	}
	return 700
}

// Fit cuts text so that it is at most w wide, with an ellipsis.
func Fit(s string, w, size float64) string {
	s = show.Clip(s, 400)
	if Width(s, size) <= w {
		return s
	}
	room := w - size // the ellipsis
	t := 0.0
	end := 0
	for i, r := range s {
		t += float64(advance(r)) * size / 1000
		if t > room {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	if end > len(s) {
		end = len(s)
	}
	return strings.TrimRight(s[:end], " \u200d") + "…"
}

// Wrap breaks text into at most n lines of width w; the last is cut with an
// ellipsis where needed. A word wider than a line is broken.
func Wrap(s string, w, size float64, n int) []string {
	s = show.Clip(s, 1000)
	var lines []string
	line := ""
	words := strings.Fields(s)
	for i := 0; i < len(words); i++ {
		word := words[i]
		try := word
		if line != "" {
			try = line + " " + word
		}
		if Width(try, size) <= w {
			line = try
			continue
		}
		if line == "" { // one long word: break it
			cut := breakAt(word, w, size)
			line = word[:cut]
			words[i] = word[cut:]
		}
		i--
		if len(lines) == n-1 {
			return append(lines, Fit(strings.TrimSpace(line+" "+strings.Join(words[i+1:], " ")), w, size))
		}
		lines = append(lines, line)
		line = ""
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// breakAt gives the byte length of the longest start of word that fits, at
// least one character.
func breakAt(word string, w, size float64) int {
	t := 0.0
	for i, r := range word {
		t += float64(advance(r)) * size / 1000
		if t > w && i > 0 {
			return i
		}
	}
	return len(word)
}
