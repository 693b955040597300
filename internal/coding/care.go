package coding

import (
	"fmt"
	"regexp"
	"strings"

	"past/internal/evidence"
)

// Stances of the codes of care and of blinding.
const (
	Described = "described"
	Planned   = "planned"
)

var sentenceEnd = regexp.MustCompile(`[.;!?]\s+|\n+`)

// sentences splits a text; a short text is one sentence.
func sentences(text string) []string {
	var out []string
	for _, s := range sentenceEnd.Split(text, -1) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// readCare codes what the protocol describes beside the drug.
func readCare(r *evidence.Record, add func(evidence.Coded)) {
	codes := Codes()
	read := func(field, pointer, text string) {
		for _, s := range sentences(text) {
			lower := strings.ToLower(s)
			for i := range codes {
				c := &codes[i]
				if c.Group != Care || !c.hinted(lower) {
					continue
				}
				at, ok := c.find(s)
				if !ok || negatedBefore.MatchString(clause(s[:at[0]])) {
					continue
				}
				add(evidence.Coded{Group: Care, Code: c.ID, Stance: Described, Quote: s, Field: field, Pointer: pointer})
			}
		}
	}
	for i, a := range r.Arms {
		read(fmt.Sprintf("arm %d", i+1), a.Pointer, a.Label+". "+a.Description)
	}
	for i, x := range r.Interventions {
		read(fmt.Sprintf("intervention %d", i+1), "", x.Name+". "+x.Description)
	}
	read("title", "", r.OfficialTitle)
	read("title", "", r.Title)
	read("summary", "", r.Summary)
}

// negatedBefore voids words that the same clause denies.
var negatedBefore = regexp.MustCompile(`(?i)\b(no|without|not|neither|instead of|rather than)\s+(\w+\s+){0,3}$`)

// readBlinding codes planned outcomes that ask who guessed the treatment, or what
// was expected of it.
func readBlinding(r *evidence.Record, add func(evidence.Coded)) {
	codes := Codes()
	for n, p := range r.Planned {
		text := p.Measure
		if p.Description != "" {
			text += ". " + p.Description
		}
		lower := strings.ToLower(text)
		for i := range codes {
			c := &codes[i]
			if c.Group != Blinding || !c.hinted(lower) {
				continue
			}
			if _, ok := c.find(text); ok {
				add(evidence.Coded{Group: Blinding, Code: c.ID, Stance: Planned, Quote: p.Measure, Field: fmt.Sprintf("planned outcome %d", n+1),
					Pointer: p.Pointer})
			}
		}
	}
}
