// Package crawler collects public trial records. The Collector walks each
// Source's queries page by page through a polite transport and commits every
// page, with its cursor, to a Sink in one step, so that a crawl killed at any
// moment goes on where it stood.
//
// One crawl of one source goes so:
//
//  1. plan: the question set becomes the register's own queries;
//  2. probe: one small question; the same stamp as after the last complete
//     crawl of the same plan means that nothing is new, and that is all;
//  3. walk: each query page by page, from its stored cursor if a crawl of the
//     same day was cut short; pages are checked against the register's count
//     for duplicates, gaps and loops;
//  4. refresh: known records that no query found are asked for by id; what the
//     register no longer has becomes a tombstone;
//  5. mark: the crawl is complete as of its start.
//
// What cannot be used is kept aside as a problem with its payload, and the rest
// goes on. Sources run side by side, each in its own lane; one that asks about
// what others brought goes after them.
//
// A register's own protocol lives in a package of its own below this one
// (ctgov, pubmed, …); policy of the wire (rate, retry, caps, address guard) in
// polite; the suite that every source passes in sourcetest. The package knows
// no store and no statistics.
package crawler
