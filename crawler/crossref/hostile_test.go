package crossref

import (
	"os"
	"testing"

	"past/crawler/sourcetest"
)

// TestHostile feeds Parse what no register should send.
func TestHostile(t *testing.T) {
	body, err := os.ReadFile("testdata/works.json")
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Hostile(t, New().Parse, body)
}
