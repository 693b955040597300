//go:build race

package store

// raceOn makes long tests shorter: the race detector slows SQLite, which has
// no races to find, by a factor of twenty.
const raceOn = true
