package ctgov

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"past/internal/evidence"
)

func TestHistory(t *testing.T) {
	doc := func(version int, changes string) string {
		return fmt.Sprintf(`{"study":%s,"topics":{}%s}`, study(t, 1, version, time.Time{}), changes)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api/int/studies/NCT99900001":
			fmt.Fprint(w, doc(2, `,"history":{"changes":[{"version":0,"date":"2020-01-01","status":"RECRUITING","moduleLabels":[]},
				{"version":1,"date":"2021-01-01","status":"COMPLETED","moduleLabels":["Study `+
				`Status"]},{"version":2,"date":"2022-01-01","status":"COMPLETED"}]}`))
		case "/api/int/studies/NCT99900001/history/0", "/api/int/studies/NCT99900001/history/2":
			fmt.Fprint(w, doc(int(r.URL.Path[len(r.URL.Path)-1]-'0'), ""))
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	f, src := fetcher(t, s.URL+"/api/v2")
	h, err := History(t.Context(), f, src.Policy().BaseURL, "nct99900001", nil)
	if err != nil || len(h.Changes) != 3 || len(h.Versions) != 2 || len(h.Problems) != 1 || h.Changes[1].Modules[0] != "Study Status" {
		t.Fatalf("%+v, %v", h, err)
	}
	if h.Versions[0].Version != "0" || h.Versions[1].Version != "2" || h.Versions[0].ContentHash == h.Versions[1].ContentHash {
		t.Errorf("versions %q %q", h.Versions[0].Version, h.Versions[1].Version)
	}
	// A rebuild reads the version from the stored payload alone.
	again, err := Parse(h.Payloads[1])
	if err != nil || again.Records[0].Version != "2" {
		t.Errorf("%+v, %v", again.Records, err)
	}
	if _, err := History(t.Context(), f, src.Policy().BaseURL, "NCT99900009", nil); err == nil {
		t.Error("an unknown study has a history")
	}
}

func TestRecordedHistories(t *testing.T) {
	for _, file := range payloads(t, "ctgov-history/*.json") {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := ParseHistory(body)
		if err != nil || len(changes) < 2 || changes[0].Version != 0 || changes[0].Date == "" {
			t.Errorf("%s: %+v, %v", file, changes, err)
			continue
		}
		p, err := Parse(evidence.Payload{Body: body})
		if last := strconv.Itoa(changes[len(changes)-1].Version); err != nil || p.Records[0].Version != last {
			t.Errorf("%s: version %q, want %s", file, p.Records[0].Version, last)
		}
	}
}
