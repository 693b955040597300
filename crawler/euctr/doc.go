// Package euctr reads trials from the EU Clinical Trials Register: the count of
// a search from its page, and the protocols from the register's text
// downloads, twenty trials a page.
//
// A trial has one protocol for each country, and each is a record of its own
// here (2012-003632-23-GB); they share the EudraCT number, which is among the
// record's secondary ids. The register takes no new trials since 2023, has no
// question for changes, and is asked whole.
//
// Results are published for the trial as a whole, as an archive of XML; they
// are a record too, whose id is the EudraCT number alone (2012-003632-23). The
// XML is the payload, and its tables, analyses, flow and adverse events go into
// the types that hold the results of other registers, in the same words.
package euctr
