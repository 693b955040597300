package vocab

// scoreWords are the cues of an outcome title that stand outside the names of
// instruments ("Change" in "Clinical Global Impression of Change" is a name).
type scoreWords map[string]bool

func (r *reading) scoreWords() scoreWords {
	w := scoreWords{}
	for _, c := range r.cues {
		if len(c.id) > 6 && c.id[:6] == "score-" && !r.inInstrument(c) {
			w[c.id[6:]] = true
		}
	}
	return w
}

// inInstrument reports whether a match lies within the name of an instrument.
func (r *reading) inInstrument(f found) bool {
	for _, h := range r.hits {
		if h.kind == patInstrument && h.first <= f.first && h.last >= f.last {
			return true
		}
	}
	return false
}

// kind reads which kind of score is announced for an instrument.
func (w scoreWords) kind(in *Instrument, subscale bool) ScoreKind {
	switch {
	case w["time"] && (w["remission"] || w["response"] || w["relapse"]):
		return ScoreEventTime
	case w["relapse"]:
		return ScoreRelapse
	case w["remission"]:
		return ScoreRemission
	case w["response"]:
		return ScoreResponder
	case w["people"] || w["threshold"]:
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
