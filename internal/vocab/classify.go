package vocab

import (
	"sort"
	"strings"
)

// Classify says what a study is about, apart from what its text mentions.
func (v *Vocabulary) Classify(title, abstract string) Classification {
	if strings.TrimSpace(title) == "" {
		return v.ClassifyText(abstract)
	}
	text := title + "\n" + abstract
	return v.read(text, len(title)).classify()
}

// ClassifyText is Classify for a text whose first line is the title. A text of
// one line is read as a title when it is short, else as an abstract without one.
func (v *Vocabulary) ClassifyText(text string) Classification {
	return v.read(text, titleEnd(text)).classify()
}

func (r *reading) classify() Classification {
	c := Classification{
		Substances:  r.aboutSubstances(),
		Conditions:  r.aboutConditions(),
		Topics:      r.aboutTopics(),
		Instruments: r.instrumentIDs(),
		StudyType:   r.studyType(),
	}
	return c
}

func round2(x float64) float64 { return float64(int(x*100+0.5)) / 100 }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func sortedInts[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	return keys
}

func sortSubjects(list []Subject) {
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Score != list[j].Score {
			return list[i].Score > list[j].Score
		}
		return list[i].ID < list[j].ID
	})
}
