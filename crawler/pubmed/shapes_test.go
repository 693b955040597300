package pubmed

import (
	"os"
	"testing"

	"past/crawler/sourcetest"
)

// TestHostileShapes feeds Parse what no register should send.
func TestHostileShapes(t *testing.T) {
	body, err := os.ReadFile("testdata/articles.xml")
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Hostile(t, Parse, body)
}
