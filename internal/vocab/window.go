package vocab

import "sort"

// longestName is the number of tokens beyond which no term of the vocabulary
// runs; it bounds how far back a covering match can start.
const longestName = 32

// window returns the matches of a list, ordered by first token, that start at
// one of the tokens from..to. Searching in windows keeps reading linear in the
// length of a text, however often a word is repeated.
func window(list []found, from, to int) []found {
	lo := sort.Search(len(list), func(i int) bool { return list[i].first >= from })
	hi := lo + sort.Search(len(list)-lo, func(i int) bool { return list[lo+i].first > to })
	return list[lo:hi]
}

// covering returns a match of the list that covers f and is longer, or nil.
func covering(list []found, f found) *found {
	w := window(list, f.first-longestName, f.first)
	for i := range w {
		if m := &w[i]; m.last >= f.last && m.last-m.first > f.last-f.first {
			return m
		}
	}
	return nil
}
