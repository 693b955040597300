package text

// Distance counts the letters to insert, remove, replace or exchange with their
// neighbour to turn a into b (optimal string alignment; Damerau 1964).
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		next := make([]int, len(y)+1)
		next[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}

// Nearest is the word nearest to one in spelling, at most so many letters away
// (see [Distance]); the first of several as near, "" where none is.
func Nearest(word string, words []string, most int) string {
	best := ""
	for _, w := range words {
		if d := Distance(word, w); d <= most {
			best, most = w, d-1
		}
	}
	return best
}
