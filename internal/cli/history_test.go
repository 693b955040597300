package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// synthetic study in the register's shape
func studyJSON(enrollment int, primary string) string {
	return fmt.Sprintf(`{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","briefTitle":"Synthetic"},`+
		`"statusModule":{"overallStatus":"COMPLETED","lastUpdatePostDateStruct":{"date":"2024-01-0%d"}},`+
		`"designModule":{"enrollmentInfo":{"count":%d,"type":"ACTUAL"}},"outcomesModule":{"primaryOutcomes":[{"measure":%q,`+
		`"timeFrame":"18 weeks"}]}},"hasResults":false}`, enrollment%9+1, enrollment, primary)
}

func TestHistoryOfSnapshotsAndRegister(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := filepath.Join(dir, "a.db")
	for i, s := range []string{studyJSON(100, "CAPS-5"), studyJSON(60, "Female Sexual Function Index")} {
		p := filepath.Join(dir, fmt.Sprintf("%d.json", i))
		if err := os.WriteFile(p, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		want(t, past(t, "import", p, "--db", db), 0)
	}
	want(t, past(t, "history", "NCT00000001", "--db", db), 0, "version 2", "enrollment changed: 100 (actual) → 60 (actual)",
		"primary outcome dropped: CAPS-5 [18 weeks]", "primary outcome added: (nothing) → Female Sexual Function Index [18 weeks]")
	unknown := past(t, "history", "NCT99999999", "--db", db)
	want(t, unknown, 1, "NCT99999999")
	if n := strings.Count(unknown.stderr, "NCT99999999"); n != 1 {
		t.Errorf("the record is named %d times: %s", n, unknown.stderr)
	}

	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/history/0"), strings.HasSuffix(r.URL.Path, "/history/1"):
			n := 200
			if strings.HasSuffix(r.URL.Path, "1") {
				n = 150
			}
			fmt.Fprintf(w, `{"studyVersion":%d,"study":%s}`, n%2, studyJSON(n, "CAPS-IV"))
		default:
			fmt.Fprintf(w, `{"study":%s,"history":{"changes":[{"version":0,"date":"2019-01-01","status":"RECRUITING",`+
				`"moduleLabels":["x"]},{"version":1,"date":"2020-01-01","status":"COMPLETED","moduleLabels":["Enrollment"]}]}}`, studyJSON(60,
				"Female Sexual Function Index"))
		}
	}))
	defer srv.Close()
	want(t, past(t, "history", "NCT00000001", "--fetch", "--endpoint", "ctgov="+srv.URL+"/api/v2", "--db", db), 0, "register version",
		"enrollment changed: 200 (actual) → 150 (actual)")
}
