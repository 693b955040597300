package posted

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/text"
	"past/internal/vocab"
)

// instrument names what was measured: by the title and description of the
// outcome, narrowed by a class or category that names a subscale.
func (x *outcome) instrument(a *evidence.ArmResult) {
	m, known := x.match, x.known
	for _, t := range []string{a.ClassTitle, a.CategoryTitle} {
		row := x.read.row(t)
		rest := row.words
		if rest == "" || row.answer != "" || row.kind != "" {
			continue
		}
		m, known = x.narrow(m, known, a, t, rest)
	}
	if known {
		a.Instrument, a.Domain, a.Subscale = InstrumentID(m), m.Domain, m.Subscale
		if !m.Certain {
			a.Flags = append(a.Flags, reason.Say(reason.Instrument, m.Reason))
		}
	}
	x.cur = m
	a.Adjusted = KindOfParam(x.o.ParamType) == ParamLSMean || KindOfParam(x.o.ParamType) == paramGeoLSMean || x.adjusted
	a.Baseline = x.read.row(a.ClassTitle).base || x.read.row(a.CategoryTitle).base || onlyBaseline(x.o.TimeFrame)
	a.ScoreType = x.scoreType(m, known, a)
	if a.ClassTitle != "" && x.negatedSibling(a) {
		a.Flags = append(a.Flags, reason.Say(reason.Row,
			fmt.Sprintf("%q and its negation stand in row blocks of their own: whether they share their people is not stated", a.ClassTitle)))
	}
}

// narrow takes what one title of a row says of the instrument: another scale, a
// part of the outcome's own, or words that are neither, which is a doubt. rest
// are the title's words beside times and sizes.
func (x *outcome) narrow(m vocab.InstrumentMatch, known bool, a *evidence.ArmResult, title, rest string) (vocab.InstrumentMatch, bool) {
	sub, ok := x.matchOnce(title)
	switch {
	case ok && sub.Domain == "vitals" && x.people() && aboutEvents.MatchString(x.o.Title):
		return m, known // "Blood pressure increased" is an event that people had, no measurement
	case ok && sub.Certain && sub.Field == "title" && (!known || sub.ID != m.ID || sub.Subscale != ""):
		return withLimit(sub, m, known), true
	case !known:
		return m, false
	case !ok && namesSigns(m) || m.Field == "description" && !unnamedRow(rest):
		return vocab.InstrumentMatch{}, false // the row is another of the signs, or says what the description does not
	}
	return x.part(m, a, title, rest), true
}

// namesSigns reports whether a title names several vital signs.
func namesSigns(m vocab.InstrumentMatch) bool { return m.Domain == "vitals" && len(m.Others) > 0 }

// part narrows the outcome's instrument to the part that a row names.
func (x *outcome) part(m vocab.InstrumentMatch, a *evidence.ArmResult, title, rest string) vocab.InstrumentMatch {
	sub, same := x.matchPart(m, rest)
	switch {
	case same && sub.Subscale != "":
		return sub
	case partOfScale.MatchString(rest) && m.Subscale == "":
		m.Subscale, m.IsTotal, m.Range = rest, false, nil // a part that the catalogue does not know
	case !(same && sub.Certain && sub.IsTotal && namesScale(title, sub)):
		a.Flags = append(a.Flags, reason.Say(reason.Row, fmt.Sprintf("the row %q is a part, a subgroup or a level of the outcome", title)))
		m.Range = nil // of the whole
	}
	return m
}

// aboutEvents finds titles of tables of events.
var aboutEvents = regexp.MustCompile(`(?i)\badverse|\bside[\s-]effects?\b|\btoxicit|\bT?E?S?AEs?\b|\bdiscontinu|\bwithdr[ae]w`)

// withLimit keeps that the outcome counts people beyond a limit, whatever the
// row measures.
func withLimit(sub, m vocab.InstrumentMatch, known bool) vocab.InstrumentMatch {
	if known && m.ScoreKind == vocab.ScoreThreshold && sub.Event == "" && sub.ScoreKind != vocab.ScoreResponder {
		sub.ScoreKind = m.ScoreKind
	}
	return sub
}

// matchPart reads what a row's words say beside the name of the outcome's
// instrument, else beside its title, which may name several parts; same is set
// where that is the instrument itself.
func (x *outcome) matchPart(m vocab.InstrumentMatch, rest string) (sub vocab.InstrumentMatch, same bool) {
	sub, ok := x.matchOnce(m.Term + ": " + rest)
	if !ok || sub.ID != m.ID || sub.Subscale == "" {
		sub, ok = x.matchOnce(x.o.Title + ": " + rest)
	}
	return sub, ok && sub.ID == m.ID
}

// negatedSibling reports whether another row block of the outcome is named as
// the negation of a cell's block ("Responded", "Did not respond").
func (x *outcome) negatedSibling(a *evidence.ArmResult) bool {
	kind := x.read.row(a.ClassTitle).kind
	no := x.v.Negated(kind)
	return kind != "" && no != "" && slices.ContainsFunc(x.o.Classes, func(c evidence.Class) bool { return x.read.row(c.Title).kind == no })
}

// unnamedRow finds rows that are levels, thresholds or groups of people, which
// say nothing of what was measured.
func unnamedRow(rest string) bool { return !rowOfScale.MatchString(rest) }

// rowOfScale finds rows that name a scale or a thing measured.
var rowOfScale = regexp.MustCompile(`(?i)\b(?:inventory|questionnaire|index|promis|survey|health|quality|pain|sleep|fatigue)\b`)

var adjustedWords = regexp.MustCompile(`(?i)\badjusted\b`)

// adjustedMean finds the words by which a mean turns out to be a model's.
var adjustedMean = regexp.MustCompile(`\badjusted (?:mean|change|difference|percent|proportion|value)|least[\s-]*squares?\b|` +
	`\bls[\s-]?means?\b|\bmodel(?:l?ed|[\s-](?:based|adjusted))\b|\bestimated marginal|\bmeans? (?:\w+ ){0,4}adjusted for\b`)

// modelledShare finds shares that come from a survival curve.
var modelledShare = regexp.MustCompile(`\bactuarial\b|\bkaplan|\blife[\s-]table|\bcumulative ` +
	`incidence|\b(?:event|disease|progression|relapse|recurrence|distant)[\s-]+(?:\w+[\s-]+)?free survival|\boverall ` +
	`survival|\bprobability of survival|\bsurvival (?:probability|estimate|rate|function)`)

// partOfScale finds the words with which a row is called a part of a scale.
var partOfScale = regexp.MustCompile(`(?i)\b(?:sub-?scales?|sub-?scores?|sub-?domains?|domains?|items?|factors?|components?|` +
	`clusters?|dimensions?|questions?|criterion|criteria|q\d+|part)\b`)

// namesScale reports whether the title names the scale itself, so that the row is
// its total.
func namesScale(title string, m vocab.InstrumentMatch) bool {
	return m.Term != "" && strings.Contains(strings.ToLower(title), strings.ToLower(m.Term))
}

// RowFiller are words that say when or how a row was measured, not of what.
var RowFiller = text.WordSet(`
	absolute after all and assessment assessments at average baseline before bl case cases cycle cycles session sessions
	data predose postdose change changes day days difference dose dosing
	eight end endpoint eop eos eot final five follow for four from hour hours hr hrs in intervention itt last locf
	mean measurement measurements mid min mins minute minutes mmrm month months n nd nine observed of on one onset overall
	participants patients period phase point post pre primary raw rd result results scale score scores session seven six study subjects ten the
	task three time to total treatment twelve two up value values visit week weeks wk year years`)

var rowSizes = regexp.MustCompile(`(?i)[(\[]?\bn\s*=\s*[\d,;:/&\s]*[)\]]?`)

// withoutSizes is a row's title less the sizes of its groups.
func withoutSizes(title string) string {
	title = plainSizes(title)
	if !strings.ContainsRune(title, '=') {
		return title
	}
	rest := rowSizes.ReplaceAllString(titleSizes.ReplaceAllString(title, " "), " ")
	return strings.TrimRight(emptyBrackets.ReplaceAllString(rest, " "), " ,;:-–")
}

var emptyBrackets = regexp.MustCompile(`[(\[][\s,;]*[)\]]`)

// RowWords are the words of a row's title that are left when times, sizes and
// words of change are taken away: a subscale, a subgroup, a level, or nothing.
func RowWords(title string) string {
	if title == "" {
		return ""
	}
	rest := withoutSizes(title)
	if !slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(rest), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("<>≤≥%", r)
	}), saysWhat) {
		return ""
	}
	words := strings.Join(strings.Fields(strings.Trim(strings.ToLower(rest), " -–:;,.")), " ")
	if !containsAny(words, "week", "day", "month", "visit") {
		return strings.Trim(words, " -–:;,.(")
	}
	return strings.Trim(trailingTime.ReplaceAllString(words, ""), " -–:;,.(")
}

// saysWhat recognises a word that is neither filler nor a number ("4", "4th").
func saysWhat(word string) bool {
	digits := strings.TrimLeft(word, "0123456789")
	if digits != word && len(digits) == 1 && strings.Contains("mwdhy", digits) {
		return false // "6m", "24h"
	}
	return !RowFiller[word] && digits != "" && !(digits != word && (digits == "st" || digits == "nd" || digits == "rd" || digits == "th"))
}

var (
	trailingTime = regexp.MustCompile(`[\s,:;(-]*(?:at\s+)?(?:week|day|month|visit)s?\s*\d+\s*(?:change(?: from baseline)?)?\)?$`)
)

// InstrumentID is the catalogue id under which scores may stand beside each
// other: the version's where its scores differ (GDS-15 and GDS), which its id
// shows by carrying the instrument's, else the instrument's.
func InstrumentID(m vocab.InstrumentMatch) string {
	if strings.Contains(m.Version, m.ID) {
		return m.Version
	}
	return m.ID
}

// matchOnce keeps what a text matched, since the rows of an outcome repeat.
func (x *outcome) matchOnce(text string) (vocab.InstrumentMatch, bool) {
	got := once(&x.read.kept, x.read.match, text, func(text string) (s seenMatch) {
		s.m, s.ok = x.v.MatchInstrument(text, "")
		return s
	})
	return got.m, got.ok
}

type seenMatch struct {
	m  vocab.InstrumentMatch
	ok bool
}
