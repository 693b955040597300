// Package metafile is the stand-alone side of the statistics: it reads a
// person's own table (CSV) or a case (JSON with a name, a request and an input),
// runs what was asked for, and writes the answer.
//
// A case's request is a tree of named blocks ("escalc", "rma", "sensitivity",
// ...). Each block is computed by one function, kept in the file named after it
// and listed in blocks.go; the answer is a tree with the same keys. Blocks do not
// see each other: what they share (the primary effect sizes, the rows used) is in
// the Case.
//
// The package knows file formats and which analysis package answers which
// question. It computes nothing itself.
package metafile
