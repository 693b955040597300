package ictrp

import (
	"os"
	"testing"

	"past/crawler/sourcetest"
)

// TestHostile feeds Parse what no register should send.
func TestHostile(t *testing.T) {
	t.Run("export.csv", func(t *testing.T) {
		body, err := os.ReadFile("testdata/export.csv")
		if err != nil {
			t.Fatal(err)
		}
		sourcetest.Hostile(t, Parse, body)
	})
	t.Run("export.xml", func(t *testing.T) {
		body, err := os.ReadFile("testdata/export.xml")
		if err != nil {
			t.Fatal(err)
		}
		sourcetest.Hostile(t, Parse, body)
	})
}
