package review

import (
	"strings"
	"testing"

	"past/internal/evidence"
)

func TestReadNotices(t *testing.T) {
	const head = "kind,date,doi,pmid,trial_id,substance,condition,said,by,source,read\n"
	rows, problems, err := ReadNotices("notices.csv", []byte(head+
		"retraction,2024-08-10,https://doi.org/10.1007/S1,,,,,said,journal,https://example.org,notice\n"+
		"regulator-decision,2024-08,,,,mdma,ptsd,said,regulator,https://example.org,news report\n"), "abc")
	if err != nil || len(problems) != 0 || len(rows) != 2 {
		t.Fatalf("%v %v %v", rows, problems, err)
	}
	if rows[0].DOI != "10.1007/s1" || rows[0].Prov.Pointer != "row=1" || rows[1].Date.Raw != "2024-08" {
		t.Errorf("got %+v", rows)
	}
	for row, want := range map[string]string{
		"retracted,2024,10.1/x,,,,,s,b,u,r\n":    "not one of retraction",
		"retraction,soon,10.1/x,,,,,s,b,u,r\n":   "not a date",
		"retraction,2024,,,,,,s,b,u,r\n":         "what the notice is about",
		"retraction,2024,10.1/x,,,,,,b,u,r\n":    "said must be filled in",
		"retraction,2024,10.1/x,,,,,said,b,,r\n": "source must be filled in",
	} {
		rows, problems, err := ReadNotices("notices.csv", []byte(head+row), "abc")
		if err != nil || len(rows) != 0 || len(problems) == 0 || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%q: rows %v, problems %v, error %v; want a problem with %q", row, rows, problems, err, want)
		}
	}
	if _, _, err := ReadNotices("notices.csv", []byte("kind,date\nretraction,2024\n"), ""); err == nil ||
		!strings.Contains(err.Error(), `"said" is missing`) {
		t.Errorf("missing column: %v", err)
	}
}

func TestNoticeConcerns(t *testing.T) {
	trials, papers := map[string]bool{"NCT1": true}, map[string]bool{"doi:10.1/x": true}
	for _, c := range []struct {
		n    evidence.Notice
		want bool
	}{
		{evidence.Notice{DOI: "10.1/x"}, true},
		{evidence.Notice{DOI: "10.1/y", Substance: "mdma"}, false},
		{evidence.Notice{DOI: "10.1/y", Covers: []string{"NCT0", "NCT1"}}, true},
		{evidence.Notice{TrialID: "NCT1"}, true},
		{evidence.Notice{TrialID: "NCT2"}, false},
		{evidence.Notice{Substance: "mdma", Condition: "ptsd"}, true},
		{evidence.Notice{Substance: "mdma"}, true},
		{evidence.Notice{Substance: "mdma", Condition: "anxiety"}, false},
		{evidence.Notice{Substance: "psilocybin"}, false},
		{evidence.Notice{}, false},
	} {
		if got := c.n.Concerns("mdma", "ptsd", trials, papers); got != c.want {
			t.Errorf("%+v concerns: %v", c.n, got)
		}
	}
}

func TestReadOtherAndGuesses(t *testing.T) {
	other, problems, err := ReadOther("other-evidence.csv",
		[]byte("reference;year;design;n;topic;limits;source;read\nA 2020;2020;survey;;intimacy;self-selected;https://x;"+
			"abstract\nB;2021;survey;many;intimacy;l;s;abstract\nC;;rct;3;intimacy;l;s;abstract\n"), "h")
	if err != nil || len(other) != 1 || other[0].N != nil || other[0].Year != 2020 || len(problems) != 2 {
		t.Fatalf("other %+v, problems %v, error %v", other, problems, err)
	}
	guesses, problems, err := ReadGuesses("guesses.csv", []byte("trial_id,arm,role,asked,n,guessed_right,percent,source\n"+
		"nct1,drug,treatment,participant,20,19,,s\nnct1,placebo,control,participant,,,75,s\nnct1,drug,treatment,participant,20,21,"+
		",s\nnct1,drug,treatment,rater,,,,s\n"), "h")
	if err != nil || len(guesses) != 2 || len(problems) != 2 {
		t.Fatalf("guesses %+v, problems %v, error %v", guesses, problems, err)
	}
	if s, ok := guesses[0].Share(); !ok || s != 0.95 || guesses[0].TrialID != "NCT1" {
		t.Errorf("share %v %v", s, ok)
	}
	if s, ok := guesses[1].Share(); !ok || s != 0.75 {
		t.Errorf("share %v %v", s, ok)
	}
}

func TestEveryOtherDesignSaysWhatItCannotShow(t *testing.T) {
	for _, d := range evidence.OtherDesigns {
		if name, risk := evidence.OtherDesign(d.ID); name == "" || risk == "" {
			t.Errorf("design %s has no name or no risk words", d.ID)
		}
	}
}
