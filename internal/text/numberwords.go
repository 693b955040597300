package text

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// numberWords are the numbers that time frames write out. Tens and ones are
// joined by [joinTens].
var numberWords = map[string]float64{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
	"nineteen": 19,
	"twenty":   20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

// joinTens makes one number of tens and ones ("twenty-four", "fifty two"), so
// that the ones alone are never taken for the time.
func joinTens(before []timeToken, ones timeToken) ([]timeToken, bool) {
	n := len(before)
	if ones.num >= 10 || n == 0 {
		return nil, false
	}
	tens := n - 1
	if before[tens].text == "-" && n > 1 {
		tens--
	}
	t := &before[tens]
	if x, word := numberWords[t.text]; !word || x < 20 || t.num != x {
		return nil, false
	}
	t.num, t.to = t.num+ones.num, ones.to
	return before[:tens+1], true
}

// NumberWord reads a number written as one word ("six", "twenty").
func NumberWord(word string) (float64, bool) {
	x, ok := numberWords[strings.ToLower(word)]
	return x, ok
}

// NumberWords lists the words that NumberWord reads, longest first.
func NumberWords() []string {
	words := slices.Collect(maps.Keys(numberWords))
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	return words
}

// spelled finds what may be an English number of several words.
var spelled = regexp.MustCompile(`(?i)\b(?:half\s+a\s+dozen|a\s+dozen|(?:a\s+hundred|` + spelledWord + `)(?:(?:\s+and\s+|\s+|-)(?:` +
	spelledWord + `))*)\b`)

const spelledWord = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|" +
	"seventeen|eighteen|nineteen|" +
	"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|point"

// Spelled is a number written in several words, with its place in the text.
type Spelled struct {
	From, To int
	Digits   string
}

// SpelledNumbers finds English numbers of several words: "two hundred and
// forty-two", "eighty-seven", "zero point nine one", "a dozen". Numbers of one word
// are NumberWord's; words that make no number are left out.
func SpelledNumbers(s string) []Spelled {
	var out []Spelled
	for _, m := range spelled.FindAllStringIndex(s, -1) {
		phrase := strings.ToLower(s[m[0]:m[1]])
		if _, single := NumberWord(phrase); single || phrase == "point" {
			continue
		}
		if d, ok := spelledDigits(phrase); ok {
			out = append(out, Spelled{m[0], m[1], d})
		}
	}
	return out
}

func spelledDigits(s string) (string, bool) {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || unicode.IsSpace(r) })
	if words[len(words)-1] == "dozen" {
		return map[bool]string{true: "6", false: "12"}[words[0] == "half"], true
	}
	total, group, last := 0, 0, 1000 // last is the size of the word before
	for i, w := range words {
		switch {
		case w == "point":
			frac, ok := spelledFraction(words[i+1:])
			return strconv.Itoa(total+group) + "." + frac, ok && i > 0
		case w == "and":
			continue
		case w == "a":
			group, last = 1, 1
		case w == "hundred" && group > 0 && group < 100:
			group, last = group*100, 100
		case w == "thousand" && group > 0 && total == 0:
			total, group, last = group*1000, 0, 1000
		default:
			x, ok := NumberWord(w)
			n := int(x)
			size := map[bool]int{true: 10, false: 1}[n >= 20]
			if !ok && w != "zero" || size >= last || n >= 10 && last < 100 {
				return "", false
			}
			group, last = group+n, size
		}
	}
	return strconv.Itoa(total + group), true
}

// spelledFraction reads the digits after the word "point".
func spelledFraction(words []string) (digits string, ok bool) {
	for _, d := range words {
		x, ok := NumberWord(d)
		if !ok && d != "zero" || x > 9 {
			return "", false
		}
		digits += strconv.Itoa(int(x))
	}
	return digits, digits != ""
}
