// Package text is the one reader of text that people wrote: its points in time
// and what they are counted from, its numbers, its tokens and the files that
// are typed by hand.
//
//   - [Moments], [Single], [Times]: points in time in weeks, with their origin.
//   - [Place]: a cycle, session or visit that a text names without a time.
//
// What does not live here: words of the field (vocab), what a number means
// (extract), identifiers (ident), registers.
package text
