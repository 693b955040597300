package evidence_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"past/internal/evidence"
)

// A number of participants that is not stated is never printed as 0.
func TestPeopleNotStated(t *testing.T) {
	for n, want := range map[evidence.People][3]string{0: {"null", "not stated", "number of people not stated"}, 1: {"1", "1", "1 person"},
		242: {"242", "242", "242 people"}} {
		b, err := json.Marshal(n)
		if err != nil || string(b) != want[0] || fmt.Sprint(n) != want[1] || n.Words("person", "people") != want[2] {
			t.Errorf("%d: %s, %s, %s, %v", int(n), b, n, n.Words("person", "people"), err)
		}
		var back evidence.People
		if err := json.Unmarshal(b, &back); err != nil || back != n {
			t.Errorf("%s read as %d, %v", b, int(back), err)
		}
	}
}
