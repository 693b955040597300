package vocab

import (
	"strings"
	"unicode/utf8"
)

// scoreWords are the cues of an outcome title that stand outside the names of
// instruments ("Change" in "Clinical Global Impression of Change" is a name).
type scoreWords map[string]bool

func (r *reading) scoreWords() scoreWords {
	w := scoreWords{}
	r.comparisons(w)
	for _, c := range r.cues {
		if len(c.id) > 6 && c.id[:6] == "score-" && !r.inInstrument(c) && !(c.id == "score-total" && r.inPart(c)) {
			w[c.id[6:]] = true
		}
	}
	if r.percentSignOfChange() {
		w["percent"] = true
	}
	return w
}

// percentSignOfChange finds "% change"; "50% reduction" is a limit, not a
// score in percent.
func (r *reading) percentSignOfChange() bool {
	for _, t := range r.tokens {
		if !improving[t.Text] && !rising[t.Text] {
			continue
		}
		before, sign := strings.CutSuffix(strings.TrimRight(r.text[:t.Start], " "), "%")
		if before = strings.TrimRight(before, " "); sign && (before == "" || before[len(before)-1] < '0' || before[len(before)-1] > '9') {
			return true
		}
	}
	return false
}

// inPart reports whether a cue shares words with the longer name of a part
// ("sexual summary score").
func (r *reading) inPart(f found) bool {
	for _, h := range window(r.hits, f.first-longestName, f.last+1) {
		if h.kind == patPart && h.part != "" && h.length > 1 && h.first < f.first && h.last >= f.first {
			return true
		}
	}
	return false
}

// inInstrument reports whether a match is within the longer name of an
// instrument.
func (r *reading) inInstrument(f found) bool {
	for _, h := range window(r.hits, f.first-longestName, f.first) {
		if h.kind == patInstrument && h.first <= f.first && h.last >= f.last && h.length > f.length && !r.v.byInstrument[h.id].unnamed() {
			return true
		}
	}
	return false
}

// kind reads which kind of score is announced for an instrument; event is the
// kind of outcome that the text names.
func (w scoreWords) kind(in *Instrument, subscale bool, event string) ScoreKind {
	if k, ok := scoreOfKind[event]; ok && (k != ScoreEventTime || in.Kind != "duration") {
		return k
	}
	switch {
	case w.responds(in) && event == "":
		return ScoreResponder
	case w["rise"] || w["people"] || w["threshold"] || event != "" && scoreOfKind[event] == "":
		return ScoreThreshold
	case in.Kind == "event-count":
		return ScoreCount
	case in.Kind == "duration" || in.Kind == "device" || in.Kind == kindPhysiology:
		return ScoreValue
	case subscale:
		return ScoreSubscale
	}
	return ScoreTotal
}

// comparisons reads what a title compares with a number: a share of improvement
// ("≥50% improvement", "at least a 30 percent reduction") makes responders, a
// bare number ("score ≤7", "higher than 125 bpm") a threshold.
func (r *reading) comparisons(w scoreWords) {
	for i, t := range r.tokens {
		if !t.Number() || r.sentences[r.sentenceOf[i]].section == secExclusion {
			continue
		}
		before := strings.TrimRight(r.text[:t.Start], " ")
		after := strings.TrimLeft(r.text[t.End:], " ")
		percent := strings.HasPrefix(after, "%") || i+1 < len(r.tokens) && strings.HasPrefix(r.tokens[i+1].Text, "percent")
		last, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(before, "="))
		symbol := strings.ContainsRune("≥≤<>", last)
		words := i > 0 && comparing[r.tokens[i-1].Text] || i > 1 && comparing[r.tokens[i-2].Text]
		limit := percent && (symbol || words || w["people"] || strings.HasPrefix(after, "% or "))
		if kind := r.kindOfLimit(i, limit, last == '<' || last == '≤'); kind != "" {
			w[kind] = true
		} else if symbol || words {
			w["threshold"] = true
		}
	}
}

// kindOfLimit is what a share of change at token i makes: a response or a rise,
// or a threshold where people changed by less; "" for another number.
func (r *reading) kindOfLimit(i int, limit, less bool) string {
	switch {
	case !limit:
		return ""
	case r.nearWord(i, 6, improving):
		if less {
			return "threshold"
		}
		return "response"
	case r.nearWord(i, 6, rising):
		return "rise"
	}
	return ""
}

// comparing are the words before a number that make it a limit.
var comparing = map[string]bool{"least": true, "than": true, "below": true, "above": true, "exceeding": true, "equal": true}

// improving are the words that a share of improvement goes with.
var improving = map[string]bool{
	"reduction": true, "reductions": true, "improvement": true, "decrease": true, "reduced": true,
	"improved": true, "decreased": true, "change": true,
}

// rising are words of a share that is a response where more is better.
var rising = map[string]bool{"increase": true, "increases": true, "increased": true, "rise": true, "gain": true}

// responds reports whether a share of change makes responders on an instrument.
func (w scoreWords) responds(in *Instrument) bool {
	return w["response"] || w["rise"] && in.Direction == HigherBetter
}

// nearWord reports whether one of the words is within reach of a token.
func (r *reading) nearWord(i, reach int, words map[string]bool) bool {
	for j := max(0, i-reach); j <= min(len(r.tokens)-1, i+reach); j++ {
		if words[r.tokens[j].Text] {
			return true
		}
	}
	return false
}
