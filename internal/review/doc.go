// Package review reads and writes the human side of the evidence: extractions
// from papers, decisions on inclusion, corrections, risk of bias, certainty.
// They are plain files, one row a decision, that open in a spreadsheet and
// diff in version control; the database only holds a copy, and a rebuild reads
// them again.
//
// The package decides nothing and computes no statistics: what a row means for
// an effect size is extract's business, what it means for a finding synthesis'.
package review
