// Package publish is the one place where an edition comes to be: [NewDraft] says
// which edition a document would be and what it changes, [Draft.Keep] puts it
// into the store, [Write] and [Show] put its folder before readers, whole or not
// at all, with feeds; [Refuse] puts the page of a refusal there. What is written
// into the folder is drawn by package reports; whether it may be published is
// decided by edition/gate, and when by package run.
package publish
