package review

import (
	"strings"
	"testing"
)

// TestMeaningsCoverColumns: each column that a person may fill in says what to
// write into it.
func TestMeaningsCoverColumns(t *testing.T) {
	// The words of these come from the vocabulary or from lists of this package.
	listed := map[string]bool{"substance": true, "condition": true, "population_class": true, "design": true, "comparator_class": true,
		"instrument": true, "domain": true, "score_type": true, "time_origin": true, "measure": true, "rob": true, "topic": true,
		"d1": true, "d2": true, "d3": true, "d4": true, "d5": true}
	check := func(kind Kind, columns []string) {
		t.Helper()
		for _, c := range columns {
			if Meanings[c] == "" && len(Legal(kind, c)) == 0 && !listed[c] {
				t.Errorf("%s: column %s has no meaning", kind, c)
			}
		}
	}
	check("", ExtractionColumns)
	for _, k := range Kinds() {
		check(k, Columns[k])
	}
}

// TestExtractionWords: a misspelt judgement or clock would count as not judged and
// not stated in silence.
func TestExtractionWords(t *testing.T) {
	const head = "id,study,substance,domain,score_type,rob,d1,time_origin,sessions\n"
	check := func(row, want string) {
		t.Helper()
		got, problems, err := ReadExtractions("extractions.csv", []byte(head+row+"\n"), "")
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case want == "" && (len(got) != 1 || len(problems) != 0):
			t.Errorf("%s: %d rows, problems %v", row, len(got), problems)
		case want != "" && (len(got) != 0 || len(problems) != 1 || !strings.Contains(problems[0].Message, want)):
			t.Errorf("%s: %d rows, problems %v, want %q", row, len(got), problems, want)
		}
	}
	check("a,S,mdma,ptsd,endpoint,Some Concerns,LOW,Last dose,3", "")
	check("a,S,mdma,ptsd,endpoint,,,session 3,", "")
	check("a,S,mdma,ptsd,endpoint,hgh,,,", `column rob: "hgh" is none of low, some concerns, high; is it "high"?`)
	check("a,S,mdma,ptsd,endpoint,low,unclear,,", `column d1: "unclear" is none of low, some concerns, high`)
	check("a,S,mdma,ptsd,endpoint,,,last dosis,", `is it "last dose"?`)
	check("a,S,mdma,ptsd,endpoint,,,session three,", `column time_origin: "session three" is none of`)
	check("a,S,mdma,ptsd,endpoint,,,,2.5", `column sessions: "2.5" is no whole number`)
}
