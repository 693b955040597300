// Package export takes an edition elsewhere: tables as CSV with a Frictionless
// data package, as JSON and as Parquet; effects in the metapsy and RevMan
// layouts; one metafor script per pooled number; the included studies as RIS;
// PRISMA counts; and a copy of the database with its views described.
//
// What lives here: the data dictionary ([Dictionary]) and a writer per format.
// What does not: SQL (internal/store gives the rows) and any pooling: a script
// carries our number in and lets R compare it with its own.
//
// # Conventions of the CSV files
//
// UTF-8, comma, CRLF as RFC 4180 has it, an empty cell for what is absent. A
// text that a spreadsheet would run as a formula (it begins with = + - @, a tab
// or a carriage return and is no number) gets an apostrophe in front; a text
// that begins with apostrophes followed by such a character gets one more, so
// that [Unguard] gives every text back. Numbers are never touched.
//
// # Reproducibility
//
// The same rows give the same bytes: no clock, and order as the store gives it.
package export
