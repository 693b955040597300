// Package starter holds the embedded starter set: facts of real trials
// (identifiers, substances, conditions, designs, arms, papers) and the numbers
// that reviews extracted from their papers, each with its source. It retells
// the trial facts over HTTP on loopback in the wire format of the register
// they belong to, so that a demonstration runs the real collectors.
//
// What is not known from a source is left out: the loopback register posts no
// results, no statuses and no enrolments. Results of papers come as an
// extraction table, through the same door as a person's own extractions.
//
// Data are in data/, their sources and licences in data/SOURCES.md.
package starter
