// Package crawler collects public trial records. The Collector walks each
// Source's queries page by page through a polite transport and commits every
// page, with its cursor, to a Sink in one step, so that a crawl killed at any
// moment goes on where it stood.
//
// A register's own protocol lives in a package of its own below this one
// (ctgov, pubmed, …); policy of the wire (rate, retry, caps, address guard) in
// polite. The package knows no store and no statistics.
package crawler
