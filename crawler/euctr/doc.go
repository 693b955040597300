// Package euctr reads trials from the EU Clinical Trials Register: the count of
// a search from its page, and the protocols from the register's text
// downloads, twenty trials a page.
//
// A trial has one protocol for each country, and each is a record of its own
// here (2012-003632-23-GB); they share the EudraCT number, which is among the
// record's secondary ids. The register takes no new trials since 2023, has no
// question for changes, and is asked whole. Results, which it publishes as
// archives of XML, are recognised and not read.
package euctr
