package euctr

import (
	"os"
	"testing"

	"past/crawler/sourcetest"
)

// TestHostile feeds Parse what no register should send.
func TestHostile(t *testing.T) {
	t.Run("protocols.txt", func(t *testing.T) {
		body, err := os.ReadFile("testdata/protocols.txt")
		if err != nil {
			t.Fatal(err)
		}
		sourcetest.Hostile(t, Parse, body)
	})
	t.Run("results.xml", func(t *testing.T) {
		body, err := os.ReadFile("testdata/results.xml")
		if err != nil {
			t.Fatal(err)
		}
		sourcetest.Hostile(t, Parse, body)
	})
}
