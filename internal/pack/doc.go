// Package pack writes teaching material for the six curriculum domains from an
// edition: fact cards, slides, a handout, quiz items in GIFT, a reading list and
// sentences that past check can compare with later editions.
//
// What lives here: which finding belongs to which domain ([Build]), the words
// around the numbers, the pages and the quiz. What does not: statistics, and
// prose about the subject: every statement and every right answer comes from a
// finding or a verdict. Pages work offline and carry a content policy that lets
// nothing be loaded or run.
//
// # Reproducibility
//
// The same edition and the same included texts give the same bytes (PDFs, which
// a browser prints, excepted).
package pack
