// Package pubmed reads publications from PubMed through the E-utilities:
// esearch keeps a query's result on the server, efetch gives its articles in
// batches as XML, einfo reports whether the database was built again.
//
// Query, paging and known records are in query.go, source.go and refresh.go;
// article.go and book.go turn one article into an [evidence.Record]. What a
// paper found is not read here: only what its record says.
package pubmed
