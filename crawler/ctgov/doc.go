// Package ctgov speaks the ClinicalTrials.gov API v2 and reads its studies.
//
// Reading is pure and needs no network: [Parse] takes a stored payload
// of any shape the register or its exports have (one study, a list, a search
// page, one study a line, a history document) and [ParseStudy] one study. Raw
// strings stay as posted, numbers included; every value that can become a
// number carries the RFC 6901 pointer of its place; keys that are not in the
// register's published field list (fields.txt) are counted by their path.
//
// Requests are in source.go, pages and known records in past/crawler/frame;
// [History] asks for the register's own older versions, from an undocumented
// address.
//
// The package knows no store and draws no conclusions: what a number means is
// decided at extraction.
package ctgov
