// Package link says which records and papers are one study. It joins by
// identifiers that both sides name, keeps the reason and strength of every
// link, and joins nothing by title. Decisions of people come in as data; the
// package reads no file and no database.
package link
