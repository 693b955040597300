package vocab

import (
	"regexp"
	"strings"
)

// splitName finds a name's abbreviation in brackets that the name goes on
// behind: "Beck Depression Inventory (BDI)-II", "Short Form (SF)-36", "Euro Qol
// (EQ) 5D".
var splitName = regexp.MustCompile(`\(([A-Za-z]{2,8})\)(-\s?(?:[IVX]{1,3}|\d+[A-Za-z]?)\b|\s?\d+D\b)`)

// promis finds the long name of the PROMIS item banks.
var promis = regexp.MustCompile(`(?i)\bpatient[\s-]reported outcomes? measurements? information systems?(?:\s*[([]PROMIS[)\]])?`)

// unbracket writes such a name without brackets and the item banks' long name
// short.
func unbracket(title string) string {
	if strings.Contains(title, "nformation") || strings.Contains(title, "NFORMATION") {
		title = promis.ReplaceAllString(title, "PROMIS")
	}
	title = deltas.Replace(title)
	if !strings.Contains(title, ")") {
		return title
	}
	return splitName.ReplaceAllString(title, " $1 $2")
}

// deltas part the sign of a change from the name behind it ("ΔMADRS").
var deltas = strings.NewReplacer("Δ", "Δ ", "∆", "Δ ")

// smallWords are left out of abbreviations.
var smallWords = map[string]bool{"of": true, "the": true, "and": true, "for": true, "in": true, "on": true, "a": true, "an": true,
	"to": true, "with": true, "s": true}

// otherName reports whether a match is an abbreviation in brackets that the
// words before it spell out as the name of something else: "Borg Dyspnea Index
// (BDI)" is not the Baseline Dyspnea Index.
func (r *reading) otherName(f found) bool {
	if f.kind != patInstrument || !r.bracketed(f) {
		return false
	}
	letters := ""
	for i := f.first; i <= f.last; i++ {
		if !r.tokens[i].Number() {
			letters += strings.ToLower(r.tokens[i].Raw)
		}
	}
	if len(letters) < 3 || len(letters) > 6 {
		return false
	}
	var words []string
	for i, at := f.first-1, len(letters)-1; at >= 0; i-- {
		if i < 0 || r.tokens[i].Gap >= gapHard && i < f.first-1 && at > 0 && r.tokens[i+1].Gap >= gapHard {
			return false
		}
		w := r.tokens[i].Text
		if smallWords[w] && w[0] != letters[at] {
			continue
		}
		if w[0] != letters[at] {
			return false
		}
		words = append(words, w)
		at--
	}
	return !r.v.byInstrument[f.id].calledBy(words)
}

// bracketed reports whether a match fills a pair of brackets.
func (r *reading) bracketed(f found) bool {
	start, end := r.tokens[f.first].Start, r.tokens[f.last].End
	before := strings.TrimRight(r.text[:start], " ")
	after := strings.TrimLeft(r.text[end:], " ")
	return strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")")
}

// calledBy reports whether one of the instrument's names has all of the words.
func (in *Instrument) calledBy(words []string) bool {
	for _, name := range append([]string{in.Name}, in.Any...) {
		have := map[string]bool{}
		for _, t := range fold(name) {
			have[t.Text] = true
		}
		all := true
		for _, w := range words {
			all = all && (have[w] || have[plural(token{Text: w})] || have[strings.TrimSuffix(w, "s")] || derived(have, w))
		}
		if all {
			return true
		}
	}
	return false
}

// derived reports whether a word of a name is another form of w ("dimensional"
// of "dimension").
func derived(have map[string]bool, w string) bool {
	if len(w) < 6 {
		return false
	}
	for h := range have {
		if strings.HasPrefix(h, w) || len(h) >= 6 && strings.HasPrefix(w, h) {
			return true
		}
	}
	return false
}

// anchor reports whether a global rating is the yardstick of a change in
// something else, not what is reported: "meaningful change in KCCQ (PGI-S)".
func (r *reading) anchor(f found) bool {
	in := r.v.byInstrument[f.id]
	if f.kind != patInstrument || in.Domain != "global" || f.first == 0 {
		return false
	}
	if !anchored.MatchString(r.text) {
		return false
	}
	return r.bracketed(f) || anchorBefore.MatchString(r.text[:r.tokens[f.first].Start]) ||
		anchorAfter.MatchString(r.text[r.tokens[f.last].End:])
}

var (
	anchored = regexp.MustCompile(`(?i)meaningful|threshold|within[\s-](?:participants?|patients?|subjects?|persons?)|` +
		`anchor|responder definition|important (?:change|difference)|MCID|MID\b`)
	anchorBefore = regexp.MustCompile(`(?i)(?:anchor\w*\s+(?:to|by|on|with|of)|based on|using|according to|defined ` +
		`by)\s+(?:the\s+|a\s+)?(?:[\w-]+\s+){0,2}$`)
	anchorAfter = regexp.MustCompile(`(?i)^\W*(?:as (?:an |the )?anchor|anchors?\b|anchored)`)
)

// topics are what titles without an instrument speak of, and the domains that
// their descriptions' instruments may have: a title on quality of life is not
// answered by a depression scale that its description names too.
var topics = []struct {
	re      *regexp.Regexp
	domains []string
}{
	{regexp.MustCompile(`(?i)\bquality of life\b|\bQoL\b|\bHRQoL\b`), []string{"quality-of-life", "wellbeing", "function"}},
	{regexp.MustCompile(`(?i)\bsleep\b|\binsomnia\b`), []string{"sleep"}},
	{regexp.MustCompile(`(?i)\bfatigue\b`), []string{"fatigue"}},
	{regexp.MustCompile(`(?i)\bcogniti(?:on|ve)\b|\bmemory\b`), []string{"cognition"}},
	{regexp.MustCompile(`(?i)\bsexual\b|\berecti\w+|\bejaculat\w+|\borgasm\w*`), []string{"sexual-", "erection", "ejaculation", "orgasm",
		"vitals"}},
	{regexp.MustCompile(`(?i)\bdisabilit\w+|\bfunctional (?:impairment|disability)`), []string{"function", "quality-of-life"}},
	{regexp.MustCompile(`(?i)\bdissociat\w+`), []string{"dissociation", "acute-effects"}},
	{regexp.MustCompile(`(?i)\bsuicid\w+`), []string{"suicidality", "depression", "hopelessness"}},
	{regexp.MustCompile(`(?i)\bcraving\b|\b(?:alcohol|substance|drug|tobacco|opioid|cocaine) use\b|\babstinen\w+`), []string{"substance-use"}},
	{regexp.MustCompile(`(?i)\bwalk(?:ing)?[\s-]+(?:test|distance)|\bexercise (?:test|capacity|tolerance|duration)` +
		`|\btreadmill\b`), []string{"physical", "function"}},
	{regexp.MustCompile(`(?i)\bpain\b`), []string{"pain", "sexual-pain", "quality-of-life"}},
}

// answersTopic reports whether an instrument that only the description names
// can answer what the title speaks of.
func answersTopic(title string, in *Instrument, m InstrumentMatch) bool {
	spoken := false
	for _, t := range topics {
		if !t.re.MatchString(title) {
			continue
		}
		spoken = true
		for _, d := range t.domains {
			if strings.HasPrefix(m.Domain, d) || strings.HasPrefix(in.Domain, d) {
				return true
			}
		}
	}
	return !spoken
}
