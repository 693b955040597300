package review_test

import (
	"slices"
	"strings"
	"testing"

	"past/internal/review"
)

const topicsHead = "target,topic,decision,who,when,why\n"

func topics(t *testing.T, more string, rows ...string) (act, stale []review.Decision, conflicts []review.Conflict) {
	t.Helper()
	ds, problems, err := review.ReadDecisions(review.TopicChoice, "topics.csv", []byte(topicsHead+strings.Join(rows, "\n")+"\n"), "")
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	if more != "" {
		rs, problems, err := review.ReadDecisions(review.Resolution, "resolution.csv", []byte("target,field,value,who,when,why\n"+more+"\n"), "")
		if err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		ds = append(ds, rs...)
	}
	return review.Topics(ds, func(id string) string { return map[string]string{"s1": "s1", "NCT1": "s1", "s2": "s2"}[id] })
}

func TestTopicDecisions(t *testing.T) {
	act, stale, conflicts := topics(t, "", "NCT1,intimacy,exclude,A,2026-01-01,eligibility only", "s2,lgbtq,include,A,2026-01-02,arm 2",
		"NCT9,lgbtq,include,A,2026-01-02,gone")
	if len(act) != 2 || len(conflicts) != 0 || len(stale) != 1 || !strings.Contains(stale[0].Stale, "NCT9") {
		t.Errorf("%+v %+v %+v", act, stale, conflicts)
	}
	// the later word of one person replaces the earlier
	act, _, conflicts = topics(t, "", "s1,intimacy,exclude,A,2026-02-01,read the protocol", "NCT1,intimacy,include,A,2026-01-01,title")
	if len(act) != 1 || act[0].Fields["decision"] != "exclude" || len(conflicts) != 0 {
		t.Errorf("%+v %+v", act, conflicts)
	}
	// two people differ: neither acts until a third decides
	differ := []string{"s1,intimacy,exclude,A,2026-01-01,x", "NCT1,intimacy,include,B,2026-01-02,y"}
	act, _, conflicts = topics(t, "", differ...)
	if len(act) != 0 || len(conflicts) != 1 || conflicts[0].Resolved != "" || strings.Join(conflicts[0].Values, " ") != "exclude include" {
		t.Errorf("%+v %+v", act, conflicts)
	}
	act, _, conflicts = topics(t, "NCT1,topic:intimacy,include,C,2026-01-03,third reader", differ...)
	if len(act) != 1 || act[0].Who != "C" || act[0].Fields["decision"] != "include" || conflicts[0].By != "C" {
		t.Errorf("%+v %+v", act, conflicts)
	}
}

func TestRowsThatWaitAreNoMistakes(t *testing.T) {
	ds, problems, err := review.ReadDecisions(review.TopicChoice, "topics.csv",
		[]byte(topicsHead+"s1,intimacy,,,,proposed\ns1,lgbtq,exclude,,,forgot my "+
			"name\ns1,kink,maybe,A,2026-01-01,x\n,kink,include,A,2026-01-01,x\n"), "")
	if err != nil || len(ds) != 0 || len(problems) != 3 {
		t.Fatalf("%v %v %v", ds, problems, err)
	}
	for i, want := range []string{"who and why", "maybe", "target is empty"} {
		if !strings.Contains(problems[i].Message, want) {
			t.Errorf("%q lacks %q", problems[i].Message, want)
		}
	}
	// a proposed certainty that no one signed is reported
	_, problems, _ = review.ReadDecisions(review.Certainty, "certainty.csv",
		[]byte("target,level,estimate,k,who,when,why\nf,low,1,2,,,proposed\n"), "")
	if len(problems) != 1 {
		t.Errorf("%v", problems)
	}
}

func FuzzDecisions(f *testing.F) {
	for _, k := range review.Kinds() {
		f.Add(string(k), []byte(strings.Join(review.Columns[k], ",")+"\n"+strings.Repeat("x,", len(review.Columns[k])-1)+"x\n"))
	}
	f.Fuzz(func(t *testing.T, kind string, b []byte) {
		k := review.Kind(kind)
		if !slices.Contains(review.Kinds(), k) {
			return
		}
		ds, _, err := review.ReadDecisions(k, "f.csv", b, "")
		if err != nil {
			return
		}
		for _, d := range ds {
			if d.Who == "" || d.Why == "" || d.Target == "" {
				t.Errorf("%+v acts unsigned", d)
			}
		}
		review.Topics(ds, func(s string) string { return s })
	})
}
