package pack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/text"
	"past/internal/vocab"
)

// Case is a reading exercise on one real trial, made from its public facts only. It
// describes a trial, never a person.
type Case struct {
	Title     string
	Facts     []string
	Questions []Answered
	Source    string
}

// Answered is a question with its answer.
type Answered struct{ Question, Answer string }

// caseOf takes the trial with most people among the answered findings of a domain.
func caseOf(v *vocab.Vocabulary, flats []edition.Flat, findings []evidence.Finding) *Case {
	var best *evidence.Effect
	var of *evidence.Finding
	for i := range findings {
		f := &findings[i]
		if !slices.ContainsFunc(flats, func(x edition.Flat) bool { return x.ID == f.ID && x.Estimate != nil }) {
			continue
		}
		for j := range f.Effects {
			e := &f.Effects[j]
			if e.N1 == nil || e.N2 == nil || e.RecordID == "" && e.DOI == "" {
				continue
			}
			if best == nil || *e.N1+*e.N2 > *best.N1+*best.N2 || *e.N1+*e.N2 == *best.N1+*best.N2 && e.ID < best.ID {
				best, of = e, f
			}
		}
	}
	if best == nil {
		return nil
	}
	e := best
	c := &Case{Title: e.StudyLabel, Source: cmp.Or(e.Source, doiAddress(e.DOI))}
	fact := func(name, value string) {
		if value != "" {
			c.Facts = append(c.Facts, name+": "+value)
		}
	}
	fact("Register", e.RecordID)
	fact("People", fmt.Sprintf("%.0f with the treatment and %.0f with the comparator in this comparison", *e.N1, *e.N2))
	fact("Population", e.Population)
	design, _ := v.Design(e.Design)
	fact("Design", cmp.Or(design.Name, e.Design, "not stated"))
	fact("Blinding", cmp.Or(e.Blinding, "not stated"))
	fact("Treatment", strings.TrimSpace(substanceName(v, cmp.Or(e.Drug, e.Substance))+" "+e.DoseTreat))
	fact("Dose", reason.DoseDoubt(e.Flags))
	known, _ := v.Comparator(e.ComparatorClass)
	class := cmp.Or(known.Name, strings.ReplaceAll(e.ComparatorClass, "-", " "))
	fact("Comparator", e.ControlGiven(e.Comparator, class))
	fact("Class of comparator", class)
	if e.Background != evidence.NoBackground {
		fact("Given to both groups besides", e.Background)
	}
	fact("Outcome", instrumentName(v, e.Instrument)+", "+cmp.Or(e.TimepointRaw, "time not stated"))
	c.Questions = append(c.Questions,
		Answered{"Could the people in this trial know what they received, and would that matter for this outcome?", blindingAnswer(e)},
		Answered{"This trial alone: what may be written?", "That it is one study of the finding \"" + of.Title +
			"\"; the number to cite is the finding's, " +
			"with its certainty, not the trial's own."},
	)
	if of.Primary.K > 1 {
		c.Questions = append(c.Questions, Answered{"How many other studies answer the same question in this edition?",
			fmt.Sprintf("%d; with this one they are %s with %s.", of.Primary.K-1, text.Count(of.Primary.K, "study"),
				of.Primary.N.Words("person", "people"))})
	}
	return c
}

func blindingAnswer(e *evidence.Effect) string {
	switch e.ComparatorClass {
	case "inactive-placebo":
		return "Probably: an inactive placebo has no noticeable effect, so most people can tell. It matters more where people " +
			"rate themselves than where a masked rater does."
	case "active-placebo-or-low-dose":
		return "Less than with an inactive placebo, since the comparator has some effect of its own; whether it hid the " +
			"allocation is known only where the trial asked people to guess."
	case "waitlist-or-delayed", "therapy-alone":
		return "Yes: people cannot be masked to waiting or to therapy alone, so expectation is part of the difference."
	}
	return "The record does not describe the comparator well enough to say."
}

func substanceName(v *vocab.Vocabulary, id string) string {
	if s, ok := v.Substance(id); ok {
		return s.Name
	}
	return id
}

func instrumentName(v *vocab.Vocabulary, id string) string {
	if i, ok := v.Instrument(id); ok {
		return i.Name
	}
	return cmp.Or(id, "outcome as the source names it")
}

func doiAddress(doi string) string {
	if doi == "" {
		return ""
	}
	return "https://doi.org/" + doi
}
