// Package store keeps everything the tracker knows in one SQLite file: the
// answers of the registers byte for byte, every version of every record, and
// the rows that are derived from them. It is the only package that speaks SQL.
//
// # What is kept for ever
//
// payload (each distinct body, by SHA-256), arrival (each time a body came),
// file (each file that was imported and cut into payloads), fetch (each request), tombstone, hit, problem, run, edition, change, decision.
// Rows are added, never edited away.
//
// # What is derived
//
// record, record_version and the raw rows below them (arms, outcomes,
// measurements, …) come from payloads alone: [Store.Rebuild] recreates them.
// Studies, links, arm results, contrasts, effects and findings are written by
// the pipeline and can be recreated from the rows above them. A record whole is
// its payload, parsed again ([Store.Records]); the rows are what is queried.
//
// # Writers and readers
//
// One process at a time opens a store for writing; a second one is refused with
// a [*LockedError] that names the first. Any number may read at the same time.
// Times are kept as RFC 3339 text in UTC with milliseconds.
package store
