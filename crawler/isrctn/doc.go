// Package isrctn reads trials from the ISRCTN registry through its query API,
// which answers in XML.
//
// The registry publishes no recruitment status: it is derived from dates and
// overrides, as of the day the answer was fetched, and labelled derived. It
// publishes no results as numbers, only links to outputs. Requests are in source.go,
// and trial.go turns a trial with its sponsor and funder, which are beside it, into an
// [evidence.Record].
package isrctn
