// Package vocab knows the words of the field: substances, conditions, topics,
// curriculum domains, claims, comparator classes, designs and instruments, all
// shipped as embedded YAML, and it finds them in text.
//
// Most callers need [Default] and one of:
//
//   - [Vocabulary.Match]: every term that occurs in a text, with its place.
//   - [Vocabulary.Classify]: what a study is about, apart from what it mentions.
//   - [Vocabulary.MatchInstrument]: the instrument behind an outcome title.
//   - [Vocabulary.ComparatorClass]: what an arm is compared with.
//   - [Vocabulary.QueryTerms]: synonyms for asking a register.
//   - [Vocabulary.Explain] and [MatchNDJSON]: the same for people and for files.
//
// A text goes this way: fold (case, Unicode look-alikes, Greek, dashes, markup)
// into tokens, one pass over a token trie, longest match wins, look-alikes and
// guards removed with a reason, then scoring of what the study is about from
// where a term is (title, aim, population, conclusion, registered
// condition) and how it is used (treated, measured, listed, excluded).
//
// # Signatures
//
//	func Default() *Vocabulary                       // embedded data, loaded once
//	func Load() (*Vocabulary, error)
//	func (v *Vocabulary) Match(text string) Result
//	func (v *Vocabulary) Classify(title, abstract string) Classification
//	func (v *Vocabulary) ClassifyText(text string) Classification // title is the first line
//	func (v *Vocabulary) Instrument(id string) (Instrument, bool)
//	func (v *Vocabulary) MatchInstrument(title, description string) (InstrumentMatch, bool)
//	func (v *Vocabulary) Given(text string) Given
//	func (v *Vocabulary) QueryTerms(substances, conditions []string) (subst, cond []string)
//	func (v *Vocabulary) Explain(text string) Explanation   // has String()
//	func MatchNDJSON(r io.Reader, w io.Writer) (MatchCounts, error)
//	also Substances, Conditions, Topics, Claims, Domains, Comparators, Designs,
//	Instruments, OutcomeDomains, Sources: copies, in file order.
//
// # What does not live here
//
// No register formats, no arithmetic on results, no store, no network. The
// package reads nothing but its embedded files and the text it is given.
//
// # Reproducibility
//
// Matching is a pure function of the embedded data and the text. Hits are
// ordered by place, then by identifier.
package vocab
