package extract

import (
	"regexp"
	"strings"

	"past/internal/evidence"
)

// The designs that records state, as vocabulary ids.
const (
	designParallel      = "parallel-rct"
	designCrossover     = "crossover-rct"
	designRandomised    = "randomized" // layout not stated
	designOpen          = "open-label" // or a single arm
	designExtension     = "extension"
	designObservational = "observational"
)

var (
	extensionTitle = regexp.MustCompile(`(?i)\b(?:open[\s-]label|long[\s-]term|safety) (?:\w+ )?extension\b|\bextension ` +
		`(?:study|trial|phase of)|\blong[\s-]term (?:safety |efficacy |and |open[\s-]label )*follow[\s-]?up ` +
		`(?:study|of)\b|\broll[\s-]?over (?:study|protocol)`)
	notRandomised  = regexp.MustCompile(`(?i)\bnon[\s_-]?random|\bnot random|randomi[sz]ed:\s*no\b|\ballocation:\s*(?:n/?a|non)`)
	randomised     = regexp.MustCompile(`(?i)\brandomi[sz]ed\b|\brandomi[sz]ation\b|\brandomly (?:assigned|allocated)|^random\b|\brct\b`)
	crossoverWords = regexp.MustCompile(`(?i)\bcross[\s-]?over\b|\bwithin[\s-]subjects?\b`)
	parallelWords  = regexp.MustCompile(`(?i)\bparallel\b|\bfactorial\b|\bsequential\b`)
	answeredNo     = regexp.MustCompile(`(?i)[\pL -]+:\s*no\b`) // "Cross over: no"
	singleWords    = regexp.MustCompile(`(?i)\bsingle[\s_-]?(?:group|arm)\b|\bone[\s-]arm\b|\buncontrolled\b|\bbefore[\s-]after\b`)
)

// Refines reports whether a stated design says more than the one known so far: any
// does where none is known, a layout does where only randomisation is.
func Refines(known, stated string) bool {
	return known == "" && stated != "" || known == designRandomised && (stated == designParallel || stated == designCrossover)
}

// StatedDesign reads the study's design and blinding from the fields in which a
// register states them, and from the title where a field is empty. "" is not
// stated. how says in words what was read.
func StatedDesign(r *evidence.Record) (design, blinding, how string) {
	var said []string
	say := func(name, value string) {
		if value != "" {
			said = append(said, name+" "+strings.Join(strings.Fields(value), " "))
		}
	}
	say("study type", r.StudyType)
	say("allocation", r.Allocation)
	say("intervention model", r.InterventionModel)
	say("masking", r.Masking)
	design = designOf(r)
	blinding = blindingOf(r.Masking)
	title := r.Title + "\n" + r.OfficialTitle
	model := answeredNo.ReplaceAllString(r.InterventionModel, " ")
	if blinding == "" && !strings.EqualFold(r.StudyType, "OBSERVATIONAL") {
		if blinding = blindingOf(blindTitle.FindString(model)); blinding == "" {
			if blinding = blindingOf(blindTitle.FindString(title)); blinding != "" {
				say("title", r.OfficialTitle)
			}
		}
	}
	return design, blinding, strings.Join(said, "; ")
}

func designOf(r *evidence.Record) string {
	title := r.Title + "\n" + r.OfficialTitle
	kind := strings.ToUpper(strings.TrimSpace(r.StudyType))
	random := isRandomised(r, title)
	layout := r.InterventionModel
	if layout == "" {
		layout = title
	}
	switch {
	case strings.Contains(kind, "OBSERVATIONAL"):
		return designObservational
	case random == evidence.Yes && crosses(layout):
		return designCrossover
	case random == evidence.Yes && isParallel(r.InterventionModel, title):
		return designParallel
	case random == evidence.Yes:
		return designRandomised
	case extensionTitle.MatchString(title):
		return designExtension
	case random == evidence.No || singleWords.MatchString(layout) || len(r.Arms) == 1:
		return designOpen
	case strings.Contains(kind, "INTERVENTIONAL") && crosses(layout):
		return designCrossover
	}
	return ""
}

// isRandomised reads the allocation; the title where the field says nothing.
func isRandomised(r *evidence.Record, title string) evidence.Tri {
	for _, text := range []string{r.Allocation, r.InterventionModel, title} {
		switch {
		case text == "" || strings.EqualFold(text, "NA") || strings.EqualFold(text, "N/A"):
		case notRandomised.MatchString(text):
			return evidence.No
		case randomised.MatchString(text) || strings.EqualFold(text, "RANDOMIZED"):
			return evidence.Yes
		}
	}
	return evidence.NotStated
}

func crosses(text string) bool {
	return crossoverWords.MatchString(answeredNo.ReplaceAllString(text, " "))
}

// isParallel reports a layout of groups side by side; a title that is the only
// source must say so itself.
func isParallel(model, title string) bool {
	if model == "" {
		model = title
	}
	return parallelWords.MatchString(answeredNo.ReplaceAllString(model, " "))
}

var (
	blindTitle = regexp.MustCompile(`(?i)\b(?:double|triple|quadruple|single)[\s-]?(?:blind|mask)\w*|\bopen[\s-]label\b|masking:\s*[\w ()]+`)
	blindWords = []struct {
		word string
		re   *regexp.Regexp
	}{
		{"open-label", regexp.MustCompile(`(?i)^none\b|\bopen\b|masking:\s*(?:none|no\b)|not ` +
			`(?:blinded|masked)|unblinded|unmasked|\bno (?:blinding|masking)`)},
		{"double-blind", regexp.MustCompile(`(?i)\b(?:double|triple|quadruple)`)},
		{"single-blind", regexp.MustCompile(`(?i)\bsingle|\b(?:assessor|rater|participant|patient|subject|observer)s?[\s-]*(?:blind|mask)`)},
		{"double-blind", regexp.MustCompile(`(?i)\b(?:participant|patient|subject)s?\b.*\b(?:investigator|care provider|assessor)`)},
	}
)

// blindingOf gives a register's masking in the words that extraction tables
// use: double-blind, single-blind or open-label.
func blindingOf(masking string) string {
	for _, b := range blindWords {
		if b.re.MatchString(masking) {
			return b.word
		}
	}
	return ""
}
