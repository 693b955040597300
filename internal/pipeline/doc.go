// Package pipeline is the one place where the stages meet the store: link →
// extract → analyse → publish, each reading what the stage before it stored and
// replacing its own rows in one transaction, so that each can be run again at
// any time with the same result. Crawling is the crawler's own affair; Import
// and Rebuild are here.
package pipeline
