// Package check reads teaching texts and holds what they cite and claim against
// an edition: citation keys and permalinks of ours, DOIs, PMIDs, register ids,
// and sentences that are bound to a finding by a marker.
//
// Steps: read a file into text with line numbers ([Read]), find references and
// bound sentences ([Document]), judge each against what is known ([Known]),
// and, where asked, put our own keys and numbers right ([Fix]). An author's
// prose is never rewritten.
//
// # Markers
//
// A sentence is bound to a finding by <!-- past: mdma-ptsd-severity --> before
// and <!-- /past --> after it; in Word and plain text [[past: mdma-ptsd-severity]]
// and [[/past]] do the same. With @EDITION the marker says which edition the
// sentence was written from.
//
// # Hostile documents
//
// Sizes, the unpacked size of a Word file and the number of its parts are
// limited; a file beyond a limit is reported, not read. Bytes that are no UTF-8
// are replaced and reported. All patterns run in linear time.
package check
