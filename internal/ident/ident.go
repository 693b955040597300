// Package ident reads identifiers of trials and papers, as registers, papers
// and people write them, and gives their canonical form. It knows the forms
// alone: whether a register holds such a number, and what a mention of it
// means, is for others to say.
package ident

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Scheme is who gives out an identifier.
type Scheme string

// The schemes of trials that code distinguishes. The others are named in forms.
const (
	NCT     Scheme = "nct"     // ClinicalTrials.gov
	ISRCTN  Scheme = "isrctn"  // ISRCTN registry
	ACTRN   Scheme = "actrn"   // ANZCTR
	EUCT    Scheme = "euct"    // EU CTIS: 2022-501142-30, with the submission behind it -00
	EudraCT Scheme = "eudract" // 2012-003632-23, with the country of a record behind it -GB
	UTN     Scheme = "utn"     // the WHO's Universal Trial Number, shared by all registers of a trial
)

// ID is an identifier of a trial or of a register's record of one.
type ID struct {
	Scheme Scheme
	Value  string // canonical form
}

// Stem is what all records of one trial share: a EudraCT number without its
// country, an EU CT number without its submission. Others are their own stem.
func (id ID) Stem() string {
	switch {
	case id.Scheme == EUCT && len(id.Value) > len("2022-501142-30"):
		return id.Value[:len("2022-501142-30")]
	case id.Scheme == EudraCT && len(id.Value) > len("2012-003632-23"):
		return id.Value[:len("2012-003632-23")]
	}
	return id.Value
}

// Found is an identifier in a text.
type Found struct {
	ID
	At, End int // bytes of the text
}

// Parse reads a text that is one identifier and nothing else, as a register's
// own field gives it.
func Parse(s string) (ID, bool) {
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"'.,;()[]`, r) })
	if len(s) > 60 || !strings.ContainsAny(s, "0123456789") {
		return ID{}, false
	}
	for i := range forms {
		f := &forms[i]
		if m := f.re.FindStringSubmatchIndex(s); m != nil && m[0] == 0 && m[1] == len(s) {
			return f.id(s, m)
		}
	}
	return ID{}, false
}

// Canonical is the canonical form of an identifier of a trial, and the text
// itself, less the space around it, where it is none.
func Canonical(s string) string {
	if id, ok := Parse(s); ok {
		return id.Value
	}
	return strings.TrimSpace(s)
}

// Stem is [ID.Stem] of a text; what is no identifier is its own stem.
func Stem(s string) string {
	if id, ok := Parse(s); ok {
		return id.Stem()
	}
	return s
}

// FindAll gives every identifier in a text in the order of their places. One
// that runs on into a letter or digit is none: NCT035370145 names no trial.
func FindAll(text string) []Found {
	if !strings.ContainsAny(text, "0123456789") {
		return nil
	}
	low := strings.ToLower(text)
	var out []Found
	for i := range forms {
		f := &forms[i]
		if f.loose || !strings.Contains(low, f.hint) {
			continue
		}
		for _, m := range f.re.FindAllStringSubmatchIndex(text, -1) {
			if !bounded(text, m[0], m[1], f.hint == "") {
				continue
			}
			if id, ok := f.id(text, m); ok {
				out = append(out, Found{id, m[0], m[1]})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Found) int { return a.At - b.At })
	return out
}

// Find gives the identifiers in a text, each once, in the order in which they
// come.
func Find(text string) []ID {
	var out []ID
	seen := map[string]bool{}
	for _, f := range FindAll(text) {
		if !seen[f.Value] {
			seen[f.Value] = true
			out = append(out, f.ID)
		}
	}
	return out
}

// One gives the identifier of a text that holds exactly one.
func One(text string) (ID, bool) {
	if id, ok := Parse(text); ok {
		return id, true
	}
	if ids := Find(text); len(ids) == 1 {
		return ids[0], true
	}
	return ID{}, false
}

// Rank orders registers by how commonly papers cite their numbers; what is no
// identifier of a trial comes last.
func Rank(id string) int {
	p, ok := Parse(id)
	if !ok {
		return len(forms)
	}
	return slices.IndexFunc(forms, func(f form) bool { return f.scheme == p.Scheme })
}

// bounded reports whether text[at:end] ends where words end. A number without
// a prefix must not be part of a longer one either.
func bounded(text string, at, end int, bare bool) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, n := utf8.DecodeRuneInString(text[end:])
	if at > 0 && wordly(before) || end < len(text) && wordly(after) {
		return false
	}
	if !bare {
		return true
	}
	next, _ := utf8.DecodeRuneInString(text[end+n:])
	if end < len(text) && dashed(after) && unicode.IsDigit(next) {
		return false
	}
	prev, _ := utf8.DecodeLastRuneInString(text[:max(0, at-utf8.RuneLen(max(before, 0)))])
	return at == 0 || !dashed(before) || !unicode.IsDigit(prev)
}

func wordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func dashed(r rune) bool { return r == '-' || r >= '\u2010' && r <= '\u2015' || r == '\u2212' }

// Of gives the canonical form of a text that is one identifier of a scheme.
func Of(scheme Scheme, s string) (string, bool) {
	id, ok := Parse(s)
	if !ok || id.Scheme != scheme {
		return "", false
	}
	return id.Value, true
}
