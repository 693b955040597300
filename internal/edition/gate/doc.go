// Package gate decides whether an edition may be published without a person: it
// compares the snapshot of a candidate with that of the edition before and lists
// the reasons to refuse it. It reads only its arguments, except for acceptances,
// which the store keeps. Publishing is in edition/publish.
package gate
