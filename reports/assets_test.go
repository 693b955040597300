package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// TestChartLibraryIsTheReviewedOne holds what the pages load against the hash
// of the file that was reviewed.
func TestChartLibraryIsTheReviewedOne(t *testing.T) {
	b, err := os.ReadFile("assets/echarts.sha256")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(chartLibrary()))
	if want, _, _ := strings.Cut(string(b), " "); hex.EncodeToString(sum[:]) != want {
		t.Errorf("the chart library has hash %x, reviewed was %s", sum, want)
	}
	if strings.Contains(chartLibrary(), "</script") {
		t.Error("the chart library can not be put inside a page")
	}
}
