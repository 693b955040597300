package starter

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"past/crawler/ctgov"
	"past/internal/evidence"
)

// The trials that come as a file are read as the register's own, name their
// sources, and make no claim that their substance was searched for.
func TestPostedTrials(t *testing.T) {
	var trials []postedTrial
	if err := decode("data/posted.json", &trials); err != nil {
		t.Fatal(err)
	}
	files, err := ReviewFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range trials {
		if len(p.Sources) == 0 || !strings.Contains(string(files["SOURCES.md"]), p.ID) {
			t.Errorf("%s: where it was read is not said", p.ID)
		}
		parsed, err := ctgov.Parse(evidence.Payload{Source: "ctgov", RecordID: p.ID, MediaType: "application/json", Body: p.Study})
		if err != nil || len(parsed.Records) != 1 || parsed.Records[0].ID != p.ID {
			t.Fatalf("%s: %d records, %v", p.ID, len(parsed.Records), err)
		}
		r := parsed.Records[0]
		if !strings.HasSuffix(r.Title, "[retold facts]") || r.Results == nil || len(r.Results.Outcomes) == 0 {
			t.Errorf("%s: %q, results %v", p.ID, r.Title, r.Results != nil)
		}
	}
	if slices.Contains(Substances(), "ketamine") || slices.Contains(Substances(), "esketamine") {
		t.Error("a substance that comes as a file alone counts as searched")
	}
	b, err := PostedExport()
	var out struct{ Studies []json.RawMessage }
	if err != nil || json.Unmarshal(b, &out) != nil || len(out.Studies) != len(trials) || len(trials) < 6 {
		t.Errorf("an export of %d studies for %d trials, %v", len(out.Studies), len(trials), err)
	}
}
