package export

import (
	"sort"

	"past/internal/evidence"
)

// natural is an effect on the scale of RevMan's display: ratios as ratios.
func natural(measure string, x float64) string {
	x = evidence.Natural(measure, x)
	return plainNumber(&x)
}

// PRISMA holds the counts for a PRISMA 2020 flow diagram. They are counted from
// the records and from the exclusions that each question names, never typed.
type PRISMA struct {
	Edition string `json:"edition"`
	Date    string `json:"date"`
	// Identified are records per source as stored; Gone are those that their
	// register no longer has.
	Identified map[string]int64 `json:"records_identified"`
	Gone       map[string]int64 `json:"records_gone"`
	Total      int64            `json:"records_identified_total"`
	Studies    int              `json:"studies"`
	Questions  []PRISMAQuestion `json:"questions"`
}

// PRISMAQuestion counts one question. Assessed rows are Included plus Excluded.
type PRISMAQuestion struct {
	Finding         string         `json:"finding"`
	Assessed        int            `json:"effects_assessed"`
	Excluded        map[string]int `json:"effects_excluded_by_reason"`
	ExcludedTotal   int            `json:"effects_excluded"`
	Included        int            `json:"effects_included"`
	IncludedStudies int            `json:"studies_included"`
	Participants    int            `json:"participants"`
	Missing         map[string]int `json:"registered_without_usable_result"`
	Measured        int            `json:"measured_without_numbers"`
}

// CountPRISMA counts the questions of the findings.
func CountPRISMA(findings []evidence.Finding) []PRISMAQuestion {
	out := []PRISMAQuestion{}
	for _, f := range findings {
		q := PRISMAQuestion{Finding: f.ID, Excluded: map[string]int{}, Missing: map[string]int{}, Included: len(f.Effects),
			Participants: int(f.Primary.N), Measured: len(f.Measured)}
		for _, x := range f.Excluded {
			q.Excluded[x.Code]++
			q.ExcludedTotal++
		}
		q.Assessed = q.Included + q.ExcludedTotal
		studies := map[string]bool{}
		for _, e := range f.Effects {
			studies[e.StudyID] = true
		}
		q.IncludedStudies = len(studies)
		for _, m := range f.Missing {
			q.Missing[m.Why]++
		}
		out = append(out, q)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Finding < out[j].Finding })
	return out
}
