// Package sourcetest is the suite that every source passes: over real HTTP on
// loopback, against a small register that speaks the source's wire format.
//
// A source's own test describes itself in a [Subject] and calls [Run]. The
// suite checks that paging ends, a crawl killed at any commit goes on to the
// same content, ids and content hashes are stable, nothing new costs one
// question, increments bring what changed, vanished records become tombstones,
// faults of the wire heal or are reported, and Parse is pure.
//
// [MemorySink] is a crawler.Sink in memory, [Crawl] a crawl of one source against
// a handler, and [Recorded] finds recorded payloads, for tests of any package.
package sourcetest
