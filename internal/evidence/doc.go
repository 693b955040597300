// Package evidence holds the types that every room of the tracker speaks: what
// a register answered (Payload, Fetch), what it holds (Record and its
// Results), what is synthesised (Study, ArmResult, Contrast, Effect), and what
// is published (Finding), each with its Provenance.
//
// The way a number takes is forward only:
//
//	payload → record → study → arm result → effect → synthesis → finding
//
// The package holds data and its parsing of single values (numbers, dates,
// p-values); it knows no SQL, no network, no statistics.
package evidence
