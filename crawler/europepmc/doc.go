// Package europepmc reads publications, preprints among them, from the search
// of Europe PMC's RESTful service, page by page along its cursor.
//
// Questions and lists are in source.go, paging in past/crawler/frame, and parse.go
// turns a result into an [evidence.Record]. A publication that is in MEDLINE
// has the id pmid:N, like PubMed's own record of it; all others have the
// service's source and id, such as PPR:PPR123456 for a preprint.
package europepmc
