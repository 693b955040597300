// Package europepmc reads publications, preprints among them, from the search
// of Europe PMC's RESTful service, page by page along its cursor.
//
// Query and paging are in source.go, known records in refresh.go, and parse.go
// turns a result into an [evidence.Record]. A publication that is in MEDLINE
// has the id pmid:N, like PubMed's own record of it; all others have the
// service's source and id, such as PPR:PPR123456 for a preprint.
package europepmc
