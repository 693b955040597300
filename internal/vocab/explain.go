package vocab

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Explanation is everything the vocabulary makes of a text, with reasons, for
// "vocab test".
type Explanation struct {
	Text           string           `json:"text"`
	Classification Classification   `json:"classification"`
	Matches        Result           `json:"matches"`
	Instrument     *InstrumentMatch `json:"instrument,omitempty"`
	Given          *Given           `json:"given,omitempty"`
}

// Explain reads a text as a study's title and abstract, as an outcome title and
// as an arm, and keeps what each reading gives.
func (v *Vocabulary) Explain(text string) Explanation {
	r := v.read(text, titleEnd(text))
	e := Explanation{Text: text, Classification: r.classify()}
	e.Matches = r.result(e.Classification)
	if m, ok := v.MatchInstrument(text, ""); ok {
		e.Instrument = &m
	}
	if len(r.tokens) <= armWords {
		if g := v.Given(text); len(g.Drugs) > 0 || len(g.Words) > 0 {
			e.Given = &g
		}
	}
	return e
}

// armWords is the length in words up to which a text may be an arm's label.
const armWords = 40

// String writes the explanation for a terminal: what the text is about, what it
// mentions, and what only looks like a term.
func (e Explanation) String() string {
	var b strings.Builder
	writeSubjects(&b, "substances", e.Classification.Substances)
	writeSubjects(&b, "conditions", e.Classification.Conditions)
	writeSubjects(&b, "topics", e.Classification.Topics)
	writeHits(&b, "instruments", e.Matches.Instruments)
	if len(e.Classification.StudyType) > 0 {
		fmt.Fprintf(&b, "study type\n  %s\n", strings.Join(e.Classification.StudyType, ", "))
	}
	if m := e.Instrument; m != nil {
		fmt.Fprintf(&b, "as an outcome title\n  %s\n", m.Reason)
	}
	if g := e.Given; g != nil {
		fmt.Fprintf(&b, "as an arm\n  gives %s\n", g)
	}
	writeHits(&b, "not counted", e.Matches.Rejected)
	if b.Len() == 0 {
		return "nothing the vocabulary knows\n"
	}
	return b.String()
}

// String names the drugs with their doses and the words of a comparator.
func (g *Given) String() string {
	parts := slices.Clone(g.Drugs)
	for _, d := range g.Doses {
		parts = append(parts, strings.TrimSpace(d.Text+" "+d.Route))
	}
	for _, c := range slices.Sorted(maps.Keys(g.Words)) {
		parts = append(parts, fmt.Sprintf("%s (%q)", c, g.Words[c]))
	}
	return strings.Join(parts, ", ")
}

func writeSubjects(b *strings.Builder, title string, list []Subject) {
	if len(list) == 0 {
		return
	}
	b.WriteString(title + "\n")
	for _, s := range list {
		mark := "mentions"
		if s.About {
			mark = "about   "
		}
		fmt.Fprintf(b, "  %s %s\n", mark, s.ID)
		for _, r := range s.Reasons {
			fmt.Fprintf(b, "             %s\n", r)
		}
	}
}

func writeHits(b *strings.Builder, title string, list []Hit) {
	if len(list) == 0 {
		return
	}
	b.WriteString(title + "\n")
	for _, h := range list {
		fmt.Fprintf(b, "  %-16s %q at %d: %s\n", h.ID, h.Term, h.Start, h.Reason)
	}
}
