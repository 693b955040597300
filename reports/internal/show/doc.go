// Package show decides how values read on a page: numbers with true minus
// signs and no more digits than they bear, intervals, p-values, dates, hostile
// or odd text made harmless to layout, links that may be followed, file names
// for ids. It formats; it works nothing out but the back-transformation of
// logarithms.
package show
