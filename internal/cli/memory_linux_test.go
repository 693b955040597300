package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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
	t.Parallel()
	megabytes := 200
	if v := os.Getenv("PAST_STREAM_MB"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			t.Fatalf("PAST_STREAM_MB=%q is no number", v)
		}
		megabytes = n
	}
	const size = 80 << 10
	register := &sourcetest.Stream{Studies: [][]byte{largeStudy(t, size)},
		Count: megabytes << 20 / size / 4} // each of the four substances finds them all
	srv := httptest.NewServer(register)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(), "crawl", "ctgov", "--db", filepath.Join(t.TempDir(), "past.db"), "--endpoint",
		"ctgov="+srv.URL+"/api/v2")
	cmd.Env = append(os.Environ(), "PAST_CONTACT=test@example.org", "XDG_CONFIG_HOME="+t.TempDir())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	most := peakMemory(cmd.Process.Pid)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes()[max(0, out.Len()-2000):])
	}
	if most == 0 {
		t.Fatal("the memory of the process was never read")
	}
	t.Logf("%d studies, %d MB of answers, at most %d MB of memory", register.Count, register.Sent.Load()>>20, most)
	if register.Sent.Load()>>20 < int64(megabytes)*9/10 {
		t.Errorf("only %d MB were asked for", register.Sent.Load()>>20)
	}
	if most > 150 {
		t.Errorf("the process held %d MB, more than 150 MB", most)
	}
}

// peakMemory returns the most resident memory in MB that a child process has
// held when it ends. Maxrss of wait4 does not say it: Linux starts that figure
// of a new program with the peak of the process that forked it, here of all
// tests of this package.
func peakMemory(pid int) (most int64) {
	for {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return most
		}
		_, after, found := strings.Cut(string(text), "VmHWM:")
		if !found { // ended, not yet waited for
			return most
		}
		var kb int64
		if _, err := fmt.Sscan(after, &kb); err == nil {
			most = max(most, kb/1024)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
