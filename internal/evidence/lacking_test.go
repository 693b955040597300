package evidence

import (
	"strings"
	"testing"
)

func TestLackingSaysEachTrialOnce(t *testing.T) {
	m := func(id, why string, elsewhere ...string) MissingTrial {
		return MissingTrial{StudyID: "S" + id, RecordID: id, Why: why, PooledIn: elsewhere}
	}
	for want, list := range map[string][]MissingTrial{
		"No registered trial that fits this question lacks a result here. Trials that were never registered " +
			"cannot be seen.": nil,
		"1 registered trial fits this question and has no result here " +
			"(running).": {m("a", "running")},
		"1 registered trial fits this question and has no result here (status " +
			"unknown).": {m("a", "unknown")},
		"1 registered trial fits this question and has no result here (running). It is pooled for another question.": {m("a", "running", "f")},
		"4 registered trials fit this question and have no result here: 2 running; 1 overdue; 1 withdrawn. 1 of them is pooled " +
			"for another question.": {m("a", "running"), m("b", "overdue", "f"), m("c", "withdrawn"), m("d", "running")},
		"2 registered trials fit this question and have no result here (reported, not pooled). 2 of them are pooled for other " +
			"questions.": {m("a", "reported, not pooled", "f"), m("b", "reported, not pooled", "g")},
	} {
		f := Finding{Missing: list, Coverage: Coverage{Asked: true}}
		l := f.Lacking()
		sum := 0
		for _, k := range l.Kinds {
			sum += k.N
		}
		if got := l.Sentence(); got != want || l.Trials != len(list) || sum != len(list) {
			t.Errorf("got  %s\nwant %s (%+v)", got, want, l)
		}
	}
	if got := new(Finding).Lacking().Sentence(); !strings.HasPrefix(got, "No search of a register for this question is on record here") {
		t.Errorf("nothing was searched, and it says: %s", got)
	}
	may := Finding{Unplaced: []string{"a", "b"}, Coverage: Coverage{Asked: true}, Asked: Asked{Population: "people with the diagnosis"}}
	if got, want := may.Lacking().Sentence(), "No registered trial that is known to fit this question lacks a result here. 2 further "+
		"registered trials of the substance may fit: their records do not say whether they are of people with the diagnosis."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	union := MissingOf([]Finding{{Missing: []MissingTrial{m("a", "running"), m("b", "overdue")}},
		{Missing: []MissingTrial{m("a", "reported, not pooled"), m("c", "unknown")}}, {Missing: []MissingTrial{m("a",
			"results posted, not pooled")}}})
	var got []string
	for _, x := range union {
		got = append(got, x.RecordID+" "+x.Why)
	}
	if s := strings.Join(got, "; "); s != "a reported, not pooled; b overdue; c unknown" {
		t.Error(s)
	}
}
