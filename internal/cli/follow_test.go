package cli_test

import (
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"past/internal/starter"
)

// TestCrossrefIsAskedForWhatTheOthersBrought: in one crawl of an empty database
// Crossref gets the DOIs that PubMed's articles name.
func TestCrossrefIsAskedForWhatTheOthersBrought(t *testing.T) {
	t.Parallel()
	h, err := starter.Registers()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	at := starter.Endpoints(srv.URL)
	db := filepath.Join(t.TempDir(), "a.db")
	args := []string{"crawl", "crossref", "pubmed", "--db", db, "--json", "--endpoint", "pubmed=" + at["pubmed"], "--endpoint", "crossref=" +
		at["crossref"]}
	for _, want := range []func(n int) bool{func(n int) bool { return n > 5 }, func(n int) bool { return n == 0 }} {
		r := past(t, args...)
		var sum struct {
			Sources []struct {
				Source   string
				New      int
				Complete bool
			}
		}
		if err := json.Unmarshal([]byte(r.stdout), &sum); err != nil || r.code != 0 || len(sum.Sources) != 2 {
			t.Fatalf("exit %d, %v\n%s%s", r.code, err, r.stdout, r.stderr)
		}
		for _, s := range sum.Sources {
			if !want(s.New) || !s.Complete {
				t.Errorf("%+v", s)
			}
		}
	}
}

// TestDemonstrationIsNotMixedWithRegisters: the demonstration's database takes
// no records from a register outside of this machine.
func TestDemonstrationIsNotMixedWithRegisters(t *testing.T) {
	t.Parallel()
	dir := demonstration(t)
	db := filepath.Join(dir, "past.db")
	before := fingerprint(t, db)
	want(t, past(t, "crawl", "ctgov", "--db", db), 1, "retold facts", "--db")
	want(t, past(t, "refresh", "--source", "ctgov", "--db", db, "--out", t.TempDir()), 1, "retold facts", "--db")
	for table, sum := range fingerprint(t, db) {
		if before[table] != sum {
			t.Errorf("table %s changed", table)
		}
	}
}
