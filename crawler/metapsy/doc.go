// Package metapsy takes in releases of datasets in the Metapsy data standard: a
// table of comparisons that people extracted from papers, usually separated by
// semicolons and with decimal commas.
//
// A release is named by its address or file, tag and licence. Its bytes are
// kept as they are; its record is of the kind dataset. Effect sizes that
// a dataset brings along are kept and never used.
package metapsy
