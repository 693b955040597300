// Package cite makes citations: of a finding in an edition, of the studies
// behind it, of the edition as a dataset and of the program, as BibTeX, RIS,
// CSL-JSON and text; and it shows a finding then and now.
//
// What lives here: the citable [Item], the shelf of works a database knows
// ([NewShelf]), the writers, and [Compare]. What does not: reading documents
// (internal/check) and any arithmetic.
//
// # Identifiers
//
// A finding's key is its id (mdma-ptsd-severity): the concept, which stays. The
// version is the permalink f/mdma-ptsd-severity@e-0123456789ab: that finding in
// one edition. Every format carries both. A paper's key is made of its first
// author, its year and four hex digits of its DOI's hash, so that it does not
// change when another paper joins.
//
// # Reproducibility
//
// The date of access is an argument. The same edition, shelf and date give the
// same bytes.
package cite
