// Package link says which records and papers are one study. Records join by
// identifiers of the trial alone; a paper joins the one trial whose report it
// is, and what reviews, pools or is shared by several trials joins none. It
// keeps the reason and strength of every link and joins nothing by title.
// Decisions of people come in as data; the package reads no file and no
// database.
package link
