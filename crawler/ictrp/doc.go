// Package ictrp reads export files of the WHO International Clinical Trials
// Registry Platform: the XML that its search page exports and the CSV that it
// exports or publishes in bulk.
//
// The platform is never crawled: it has no free interface for programs, and its
// page does not say that automated use is allowed. [Source.Plan] gives the text
// to paste into its search page; what a user exports there is imported.
// read.go turns a file into rows of fields, trial.go a row into an
// [evidence.Record].
package ictrp
