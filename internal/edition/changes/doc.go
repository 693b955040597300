// Package changes says what an edition changed against the one before it:
// trials that were registered, started, stopped, posted or went overdue, papers
// corrected or retracted, findings and claims that moved, each with before,
// after and cause. [Take] makes the snapshot that is kept with an edition;
// [Compare] is a pure function of two of them. Whether an edition may be
// published is decided elsewhere.
package changes
