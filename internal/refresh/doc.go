// Package refresh runs one whole cycle over a database — crawl, link, extract,
// analyse, gate, publish — and keeps a schedule. It holds the gate before an
// edition, the publication itself (complete or not at all), the feeds, and the
// notifications. It draws no pages and computes no statistics.
package refresh
