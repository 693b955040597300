// Package crossref reads what Crossref knows of publications whose DOIs are
// known already: bibliographic data, references, and the notices that correct
// or retract a paper, in both directions.
//
// Crossref's search ranks by likeness and has no boolean questions, so this
// source asks for DOIs alone; they are named by other sources. A DOI that
// Crossref does not know belongs to another agency, such as DataCite, and is no
// fault. Questions are in source.go, their order in past/crawler/frame; parse.go turns a work into an
// [evidence.Record] with the id doi:10.….
package crossref
