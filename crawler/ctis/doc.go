// Package ctis reads trials from the public part of the EU's Clinical Trials
// Information System: a search by POST that lists overviews, and one request
// for each trial.
//
// The interface is not documented by its owner (EMA); the shape kept to here is
// that observed in 2026, and the shape from before 17 June 2024 is still read,
// since files in it are about. Requests are in source.go, pages and known records in
// past/crawler/frame, and trial.go turns a trial into an [evidence.Record]. The
// recruitment status is the public status code, never the status of the
// application, which has the same name in part of the answers.
package ctis
