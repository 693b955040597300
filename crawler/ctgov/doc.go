// Package ctgov speaks the ClinicalTrials.gov API v2 and reads its studies.
//
// Reading is pure and needs no network: [Source.Parse] takes a stored payload
// of any shape the register or its exports have (one study, a list, a search
// page, one study a line, a history document) and [ParseStudy] one study. Raw
// strings stay as posted, numbers included; every value that can become a
// number carries the RFC 6901 pointer of its place; keys that are not in the
// register's published field list (fields.txt) are counted by their path.
//
// Asking is done by [Source.Plan] and [Source.Page] (search), [Source.Probe]
// (has anything changed), [Source.Check] and [Source.Refresh] (known records)
// and [History] (the register's own older versions, from an undocumented
// address).
//
// The package knows no store and draws no conclusions: what a number means is
// decided at extraction.
package ctgov
