package extract

import (
	"math"
	"strings"
	"testing"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/review"
	"past/internal/vocab"
)

func TestReportedEffects(t *testing.T) {
	const head = "id,study,substance,domain,score_type,instrument,n1,n2,measure,estimate,se,ci_lb,ci_ub,p,adjusted\n"
	for name, c := range map[string]struct {
		row      string
		measure  string
		est, se  float64 // analysis scale; NaN for none
		verdict  evidence.Verdict
		adjusted bool
	}{
		"standardised with interval": {"a,A 2018,mdma,anxiety,change,LSAS,8,4,SMD,-1.4,,-2.874,0.074,0.037,", "SMD", -1.4,
			2.948 / (2 * 1.959964), evidence.Usable, false},
		"points with standard error": {"a,A 2023,lsd,anxiety,change,STAI-G,,,MD,-16.2,5.8,-27.8,-4.5,,1", "MD", -16.2, 5.8, evidence.Usable,
			true},
		"exact p-value": {"a,A,lsd,anxiety,change,HAM-A,100,100,MD,-5,,,,0.05,", "MD", -5, 5 / 1.959964, evidence.Usable, false},
		"odds ratio": {"a,A,lsd,depression,response,MADRS,50,50,OR,2,,1,4,,", "OR", math.Log(2), math.Log(4) / (2 * 1.959964),
			evidence.Usable, false},
		"no precision": {"a,A,lsd,anxiety,change,HAM-A,40,39,MD,-7.7,,,,,", "MD", math.NaN(), math.NaN(), evidence.Unusable,
			false},
		"a ratio below zero": {"a,A,lsd,depression,response,MADRS,50,50,RR,-2,0.1,,,,", "RR", math.NaN(), math.NaN(),
			evidence.Unusable, false},
		"estimate outside its limits": {"a,A,lsd,anxiety,change,HAM-A,40,39,MD,-7,,-6,-2,,", "MD", -7, 4 / (2 * 1.9913), evidence.NeedsReview,
			false},
		"a p-value that does not fit": {"a,A,lsd,anxiety,change,HAM-A,400,390,MD,-5,1,,,0.9,", "MD", -5, 1, evidence.NeedsReview, false},
	} {
		rows, problems, err := review.ReadExtractions("x.csv", []byte(head+c.row+"\n"), "sha")
		if err != nil || len(problems) > 0 || len(rows) != 1 {
			t.Errorf("%s: %v %v", name, problems, err)
			continue
		}
		e := PaperEffects(rows, func(review.Extraction) string { return "s" }, effect.Metafor, vocab.Default())[0]
		if e.Measure != c.measure || e.Verdict != c.verdict || e.Adjusted != c.adjusted || (e.Estimate == nil) != math.IsNaN(c.est) {
			t.Errorf("%s: %s %v %s, %s", name, e.Measure, evidence.Value(e.Estimate), e.Verdict, e.Reason)
			continue
		}
		if sized := !strings.Contains(c.row, ",,,MD"); sized != (e.N1 != nil && e.N2 != nil) {
			t.Errorf("%s: sizes %v and %v", name, evidence.Value(e.N1), evidence.Value(e.N2))
		}
		if e.Estimate != nil && (math.Abs(*e.Estimate-c.est) > 1e-9 || math.Abs(*e.SE-c.se) > 1e-3) {
			t.Errorf("%s: %v, SE %v; want %v, %v", name, *e.Estimate, *e.SE, c.est, c.se)
		}
	}
	for _, bad := range []string{"a,A,lsd,anxiety,change,HAM-A,4,4,,-5,1,,,,", "a,A,lsd,anxiety,change,HAM-A,4,4,WMD,-5,1,,,,",
		"a,A,lsd,anxiety,change,HAM-A,4,4,MD,,1,,,,"} {
		if rows, problems, err := review.ReadExtractions("x.csv", []byte(head+bad+"\n"), "sha"); err != nil || len(rows) != 0 ||
			len(problems) != 1 {
			t.Errorf("%q was accepted: %v %v", bad, problems, err)
		}
	}
}

// A difference in points, its standard error and the sizes give back the
// standardised difference of the numbers that they came from.
func TestStandardiseGoesBackToTheArms(t *testing.T) {
	n1, n2, sd, diff := 40.0, 36.0, 9.0, -4.5
	var md evidence.Effect
	md.N1, md.N2 = &n1, &n2
	md.SetEffect("MD", "metafor", diff, sd*sd*(1/n1+1/n2))
	s, ok := standardise(md, effect.Metafor)
	if want := diff / sd * effect.J(n1+n2-2); !ok || math.Abs(*s.Estimate-want) > 1e-12 || s.Measure != "SMD" {
		t.Errorf("%v %v, want %v", ok, evidence.Value(s.Estimate), want)
	}
}

// Where everybody had the event, the ratio is 1 whatever the treatments do; its
// standard error (0.01 for 86 people a group) would rule a pool.
func TestEverybodyHadTheEvent(t *testing.T) {
	const head = "id,study,substance,domain,score_type,instrument,events1,total1,events2,total2\n"
	for row, want := range map[string]evidence.Verdict{"86,86,86,86": evidence.Unusable, "86,86,85,86": evidence.Usable,
		"0,86,2,86": evidence.Usable} {
		rows, _, err := review.ReadExtractions("x.csv", []byte(head+"a,A,lsd,depression,response,MADRS,"+row+"\n"), "sha")
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: %v", row, err)
		}
		e := PaperEffects(rows, func(review.Extraction) string { return "s" }, effect.Metafor, vocab.Default())[0]
		if e.Verdict != want || (want == evidence.Unusable) != strings.Contains(e.Reason, "everybody in both groups had the event") {
			t.Errorf("%s: %s, %s", row, e.Verdict, e.Reason)
		}
	}
}

// A reported effect whose limits are reversed or equal, or that is not finite, is no
// effect; the others of the table stay.
func TestReportedEffectsThatCannotBe(t *testing.T) {
	head := "id,study,substance,domain,score_type,measure,estimate,se,ci_lb,ci_ub\n"
	rows, problems, err := review.ReadExtractions("x.csv", []byte(head+"a,A,mdma,ptsd,endpoint,MD,-6.5,,-0.9,-12.1\n"+
		"b,B,mdma,ptsd,endpoint,MD,-6.5,,-6.5,-6.5\nc,C,mdma,ptsd,endpoint,MD,-6.5,1e300,,\n"+
		"d,D,mdma,ptsd,response,RR,1.2,1e200,,\ne,E,mdma,ptsd,endpoint,MD,-6.5,,-12.1,-0.9\n"), "")
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	for _, e := range PaperEffects(rows, func(x review.Extraction) string { return x.Study }, effect.Metafor, vocab.Default()) {
		if fine := e.ID == "e"; fine != (e.Verdict == evidence.Usable) || fine != (e.Estimate != nil) {
			if e.ID != "e/smd" {
				t.Errorf("%s: %s, %v, %s", e.ID, e.Verdict, e.Estimate, e.Reason)
			}
		}
	}
}
