package boolean

import (
	"slices"
	"testing"

	"past/crawler"
)

// TestAboutNamesWhatAPartHolds: each part of a question names the conditions
// whose words it holds and no others; all parts together name them all. A rare
// substance is asked of registers without any.
func TestAboutNamesWhatAPartHolds(t *testing.T) {
	q := crawler.QuestionSet{Substances: []crawler.Concept{{ID: "mdma", Terms: []string{"MDMA"}, Rare: true},
		{ID: "ketamine", Terms: []string{"ketamine"}}},
		Conditions: []crawler.Concept{{ID: "ptsd", Terms: []string{"PTSD", "posttraumatic stress disorder"}},
			{ID: "pain", Terms: []string{"vaginismus"}, Mesh: []string{"Dyspareunia"}}}}
	w := Writer{Term: Quoted, Max: 110, Trials: true, Mesh: func(h string) string { return h + "[mh]" }}
	all := map[string]bool{}
	for _, p := range w.Plan(q) {
		switch p.About.Substances[0] {
		case "mdma":
			if p.About.Conditions != nil || p.Text != `"MDMA"` {
				t.Errorf("rare: %+v", p)
			}
		default:
			if len(p.About.Conditions) == 0 {
				t.Errorf("%+v", p)
			}
			for _, c := range p.About.Conditions {
				all[c] = true
			}
		}
	}
	if len(all) != 2 || len(w.Plan(q)) < 3 {
		t.Errorf("%v in %d parts", all, len(w.Plan(q)))
	}
	w.Max = 1000
	if p := w.Plan(q)[1]; !slices.Equal(p.About.Conditions, []string{"ptsd", "pain"}) {
		t.Errorf("in one part: %+v", p)
	}
	want := []string{"post-traumatic stress disorder", "post traumatic stress disorder", "post-traumatic stress disorders",
		"post traumatic stress disorders"}
	if got := Forms(want[0]); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
