package review

import (
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/vocab"
)

// PopulationClasses are the legal words of population_class and of a question's
// population.
var PopulationClasses = []string{"diagnosis", "other-illness"}

// otherDose is the comparator class of another dose of the same substance; it is
// no class of control arm and so not in the vocabulary.
const otherDose = "other-dose"

// WordMistake says that word is no legal word of a kind of the vocabulary, with
// the nearest legal ones; "" where it is one, or where it is empty.
func WordMistake(v *vocab.Vocabulary, kind, word string) string {
	if word == "" || slices.ContainsFunc(v.Words(kind), func(w vocab.Word) bool { return w.ID == word }) || kind == "comparators" &&
		word == otherDose {
		return ""
	}
	near := v.Nearest(kind, word)
	if len(near) == 0 {
		return fmt.Sprintf("%q is none of the %s; past vocab list %s has them all", word, kind, kind)
	}
	return fmt.Sprintf("%q is none of the %s; the nearest: %s", word, kind, strings.Join(near, ", "))
}

// CheckWords sets aside the extraction rows of which a word is not legal: the
// program compares these words with those of questions, so that a misspelt one
// would leave the row out of every answer in silence.
func (f *Folder) CheckWords(v *vocab.Vocabulary) {
	legal := func(x Extracted) bool {
		errs := wordMistakes(v, x.Extraction)
		if len(errs) > 0 {
			f.Problems = append(f.Problems, evidence.Problem{Source: "review", RecordID: x.ID, Kind: "bad-row",
				Where:   fmt.Sprintf("%s line %d", x.File, x.Line),
				Message: strings.Join(errs, "; "), SHA256: x.Prov.PayloadSHA256, Retry: "past review check"})
		}
		return len(errs) == 0
	}
	f.Extracted = slices.DeleteFunc(f.Extracted, func(x Extracted) bool { return !legal(x) })
	for _, x := range f.bad {
		legal(x)
	}
	wrong := func(file string, line int, column, kind, word, sha string) bool {
		m := WordMistake(v, kind, word)
		if m != "" {
			f.Problems = append(f.Problems, evidence.Problem{Source: "review", Kind: "bad-row",
				Where: fmt.Sprintf("%s line %d, column %s", file, line, column), Message: m, SHA256: sha, Retry: "past review check"})
		}
		return m != ""
	}
	f.Harms = slices.DeleteFunc(f.Harms, func(x Harm) bool {
		return wrong(x.File, x.Line, "substance", "substances", x.Substance, x.Prov.PayloadSHA256)
	})
	f.Measured = slices.DeleteFunc(f.Measured, func(x MeasuredRow) bool {
		return wrong(x.File, x.Line, "substance", "substances", x.Substance, x.Prov.PayloadSHA256) ||
			wrong(x.File, x.Line, "domain", "domains", x.Domain, x.Prov.PayloadSHA256)
	})
}

func wordMistakes(v *vocab.Vocabulary, x Extraction) []string {
	var errs []string
	for _, c := range []struct{ column, kind, word string }{{"substance", "substances", x.Substance},
		{"condition", "conditions", x.Condition}, {"domain", "domains", x.Domain},
		{"design", "designs", x.Design}, {"comparator_class", "comparators", x.ComparatorClass}} {
		if m := WordMistake(v, c.kind, c.word); m != "" {
			errs = append(errs, "column "+c.column+": "+m)
		}
	}
	if x.PopulationClass != "" && !slices.Contains(PopulationClasses, x.PopulationClass) {
		errs = append(errs, fmt.Sprintf("column population_class: %q is none of %s", x.PopulationClass, strings.Join(PopulationClasses, ", ")))
	}
	if _, known := v.CalledInstrument(x.Instrument); x.Instrument != "" && !known && x.HigherBetter == evidence.NotStated {
		m := fmt.Sprintf("column instrument: %q is not in the catalogue", x.Instrument)
		if near := v.Nearest("instruments", x.Instrument); len(near) > 0 {
			m += "; the nearest: " + strings.Join(near, ", ")
		}
		errs = append(errs, m+"; for an instrument of your own, fill in higher_better (1 or 0) or add it to vocabulary.yaml")
	}
	return errs
}
