package answer

import (
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/ident"
)

// Mentions appends the trial numbers in a text to mentions, unless the same
// number is there from the same kind of place.
func Mentions(mentions []evidence.TrialMention, text, where, pointer string) []evidence.TrialMention {
	there := map[string]bool{}
	for _, m := range mentions {
		if m.Where == where {
			there[m.ID] = true
		}
	}
	for _, id := range ident.Find(text) { // each is in the text's list once
		if !there[id.Value] {
			mentions = append(mentions, evidence.TrialMention{ID: id.Value, Where: where, Pointer: pointer})
		}
	}
	return mentions
}

// Registrations appends what a paper's list of registrations says: the numbers in
// it, and its own text where it names a register whose numbers are not known.
func Registrations(mentions []evidence.TrialMention, raw, pointer string) []evidence.TrialMention {
	if len(ident.Find(raw)) > 0 {
		return Mentions(mentions, raw, "databank", pointer)
	}
	id := strings.TrimSpace(raw)
	if id == "" || slices.ContainsFunc(mentions, func(m evidence.TrialMention) bool { return m.ID == id && m.Where == "databank" }) {
		return mentions
	}
	return append(mentions, evidence.TrialMention{ID: id, Where: "databank", Pointer: pointer})
}

// OneID is the canonical form of the trial number in a field, and the field's
// own text where it holds none or several.
func OneID(text string) string {
	if id, ok := ident.One(text); ok {
		return id.Value
	}
	return text
}
