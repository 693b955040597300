package text

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// numberWords are the numbers that time frames write out. Tens and ones are
// joined by [joinTens].
var numberWords = map[string]float64{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
	"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

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
