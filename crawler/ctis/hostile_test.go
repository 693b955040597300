package ctis

import (
	"os"
	"testing"

	"past/crawler/sourcetest"
)

// TestHostile feeds Parse what no register should send.
func TestHostile(t *testing.T) {
	body, err := os.ReadFile("testdata/trial.json")
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Hostile(t, Parse, body)
}
