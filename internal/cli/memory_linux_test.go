package cli_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"past/crawler/sourcetest"
)

// largeStudy gives the recorded shape with its posted outcomes many times over.
func largeStudy(t *testing.T, size int) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "crawler", "ctgov", "testdata", "NCT99900001.json"))
	if err != nil {
		t.Fatal(err)
	}
	var study map[string]any
	if err := json.Unmarshal(text, &study); err != nil {
		t.Fatal(err)
	}
	results, _ := study["resultsSection"].(map[string]any)
	module, _ := results["outcomeMeasuresModule"].(map[string]any)
	outcomes, _ := module["outcomeMeasures"].([]any)
	if len(outcomes) == 0 {
		t.Fatal("the study of the test data has no posted outcomes")
	}
	for all := outcomes; ; all = append(all, outcomes...) {
		module["outcomeMeasures"] = all
		b, err := json.Marshal(study)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) >= size {
			return b
		}
	}
}

// TestCrawlMemoryIsFlat streams large studies to the real program, a gigabyte
// with PAST_STREAM_MB=1000, and looks at the most memory it ever held.
func TestCrawlMemoryIsFlat(t *testing.T) {
	megabytes := 200
	if v := os.Getenv("PAST_STREAM_MB"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			t.Fatalf("PAST_STREAM_MB=%q is no number", v)
		}
		megabytes = n
	}
	const size = 80 << 10
	register := &sourcetest.Stream{Studies: [][]byte{largeStudy(t, size)}, Count: megabytes << 20 / size / 4} // each of the four substances finds them all
	srv := httptest.NewServer(register)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "crawl", "ctgov", "--db", filepath.Join(t.TempDir(), "past.db"), "--endpoint", "ctgov="+srv.URL+"/api/v2")
	cmd.Env = append(os.Environ(), "PAST_CONTACT=test@example.org", "XDG_CONFIG_HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out[max(0, len(out)-2000):])
	}
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	most := usage.Maxrss / 1024 // Linux counts in kB
	t.Logf("%d studies, %d MB of answers, at most %d MB of memory", register.Count, register.Sent.Load()>>20, most)
	if register.Sent.Load()>>20 < int64(megabytes)*9/10 {
		t.Errorf("only %d MB were asked for", register.Sent.Load()>>20)
	}
	if most > 150 {
		t.Errorf("the process held %d MB, more than 150 MB", most)
	}
}
