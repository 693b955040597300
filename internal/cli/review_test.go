package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// flatFinding is what these tests read of `past analyse --json`.
type flatFinding struct {
	ID        string
	K         int
	Estimate  *float64
	Certainty string
	Signed    bool `json:"certainty_signed"`
}

func analyse(t *testing.T, db, review, id string) flatFinding {
	t.Helper()
	r := past(t, "analyse", "--db", db, "--review", review, "--json")
	want(t, r, 0)
	var doc struct{ Findings []flatFinding }
	if err := json.Unmarshal([]byte(r.stdout), &doc); err != nil {
		t.Fatal(err)
	}
	for _, f := range doc.Findings {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("no finding %s", id)
	return flatFinding{}
}

func TestDecisionsActAndGoStale(t *testing.T) {
	t.Parallel()
	dir := demonstration(t)
	db, rev := filepath.Join(dir, "past.db"), filepath.Join(dir, "review")
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(rev, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("certainty.csv",
		"target,level,estimate,k,who,when,why\nmdma-ptsd-severity,low,-0.7119,6,reviewer A,2026-11-20,functional unblinding\n")
	if f := analyse(t, db, rev, "mdma-ptsd-severity"); !f.Signed || f.Certainty != "low" || f.K != 6 {
		t.Errorf("the signed certainty does not show: %+v", f)
	}
	write("inclusion.csv", "target,decision,who,when,why\nptsd-mdmactr:47,exclude,reviewer A,2026-11-20,a test of the door\n")
	want(t, past(t, "extract", "--db", db, "--review", rev), 0)
	f := analyse(t, db, rev, "mdma-ptsd-severity")
	if f.K != 5 || f.Signed {
		t.Errorf("after the exclusion k must be 5 and the signature stale: %+v", f)
	}
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 3, "certainty.csv:2: stale",
		"it was signed for the estimate -0.7119 with k = 6",
		"dose-doubt: von Rotz 2023: the table gives 25 mg", "dose-doubt: Griffiths 2016")
	write("correction.csv",
		"target,field,old,new,who,when,why\nptsd-mdmactr:42,mean1,50.8,60.8,reviewer B,2026-11-21,a "+
			"test\nptsd-mdmactr:42,sd1,1,2,reviewer B,2026-11-21,wrong old value\n")
	want(t, past(t, "extract", "--db", db, "--review", rev), 0)
	g := analyse(t, db, rev, "mdma-ptsd-severity")
	if *g.Estimate == *f.Estimate {
		t.Error("the correction did not act")
	}
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 3, "correction.csv:3: stale", "not what stands there now")
	// decisions outlive a rebuild
	want(t, past(t, "rebuild", "--db", db, "--review", rev), 0)
	if h := analyse(t, db, rev, "mdma-ptsd-severity"); *h.Estimate != *g.Estimate {
		t.Error("a rebuild lost a decision")
	}
	want(t, past(t, "explain", "ptsd-mdmactr:42", "--db", db), 0, "60.8", "correct")
	write("notes.csv", "target,who,when\n")
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 1, `"why" is missing`)
}

func TestTwoExtractors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, rev := filepath.Join(dir, "a.db"), filepath.Join(dir, "review")
	if err := os.Mkdir(rev, 0o700); err != nil {
		t.Fatal(err)
	}
	sheet := func(name, mean string) {
		text := "id,study,substance,domain,score_type,n1,mean1,sd1,n2,mean2,sd2\nx:1,A 2020,mdma,ptsd,endpoint,10," + mean + ",5,10,30,5\n"
		if err := os.WriteFile(filepath.Join(rev, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sheet("extractions-a.csv", "20.0")
	sheet("extractions-b.csv", "21.0")
	seed := filepath.Join(dir, "s.json")
	if err := os.WriteFile(seed, []byte(`{"protocolSection":{"identificationModule":{"nctId":"NCT00000001"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "import", seed, "--db", db), 0)
	want(t, past(t, "link", "--db", db, "--review", rev), 3, "20.0 and 21.0")
	want(t, past(t, "extract", "--db", db, "--review", rev), 3, "0 effects")
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 3, "mean1 of x:1", "20.0 and 21.0")
	if err := os.WriteFile(filepath.Join(rev, "resolution.csv"),
		[]byte("target,field,value,who,when,why\nx:1,mean1,21.0,third reader,2026-11-22,table 2 of the paper\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "link", "--db", db, "--review", rev), 0)
	want(t, past(t, "extract", "--db", db, "--review", rev), 0, "1 effect")
	r := past(t, "review", "check", "--db", db, "--review", rev)
	want(t, r, 0, "resolved to 21.0")
	if strings.Contains(r.stdout, "conflict:") {
		t.Errorf("a resolved conflict is still open: %s", r.stdout)
	}
}
