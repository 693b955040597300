// Package starter holds the embedded starter set: facts of real trials
// (identifiers, substances, conditions, designs, arms, papers) and the numbers
// that reviews extracted from their papers, each with its source. It retells
// those facts over HTTP on loopback, for every source in the wire format of
// the register they belong to, so that a demonstration runs the real
// collectors: one handler for each register in a file of its name, all of them
// side by side in [Registers]. A search is evaluated against the facts.
//
// What is not known from a source is left out: the registers post no results,
// and hardly a status or an enrolment. Results of papers come as an extraction
// table, through the same door as a person's own extractions.
//
// Data are in data/, their sources and licences in data/SOURCES.md.
package starter
