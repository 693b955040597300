// Package sorted orders the positions of rows kept in several slices.
package sorted

import "slices"

// Order is 0 to n-1 in the order of a comparison of positions; equal ones keep theirs.
func Order(n int, compare func(i, j int) int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, compare)
	return order
}
