// Package pubmed reads publications from PubMed through the E-utilities:
// esearch lists the numbers of articles, efetch gives the articles in batches as
// XML, einfo reports whether the database was built again.
//
// Requests are in source.go, pages and known records in past/crawler/frame;
// article.go and book.go turn one article into an [evidence.Record]. What a paper
// found is not read here: only what its record says.
package pubmed
