package cli_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"past/internal/starter"
)

// The demonstration asks every register, says what came of it, and joins the
// records of one trial and the papers that name it.
func TestDemoAsksEveryRegister(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	db := filepath.Join(dir, "past.db")
	r := past(t, "demo", "--dir", dir)
	want(t, r, 0, "65 trial records from 5 registers, 53 publications, 1 dataset; 55 studies, 364 effects (retold facts of real trials)")

	r = past(t, "status", "--json", "--db", db)
	want(t, r, 0)
	var status struct {
		Problems int
		Sources  map[string]struct{ Records int }
	}
	if err := json.Unmarshal([]byte(r.stdout), &status); err != nil || status.Problems != 0 {
		t.Errorf("%v, %d problems", err, status.Problems)
	}
	for _, name := range append(starter.Crawled(), "ictrp") {
		if status.Sources[name].Records == 0 {
			t.Errorf("nothing came from %s", name)
		}
	}

	r = past(t, "export", "--format", "csv", "--table", "links", "--db", db)
	want(t, r, 0)
	rows, err := csv.NewReader(strings.NewReader(r.stdout)).ReadAll()
	if err != nil || len(rows) < 50 {
		t.Fatalf("%d links, %v", len(rows), err)
	}
	linked := func(a, b, kind string) bool {
		return slices.ContainsFunc(rows, func(row []string) bool {
			return slices.Contains(row, a) && slices.Contains(row, b) && slices.Contains(row, kind) && slices.Contains(row, "certain")
		})
	}
	for _, l := range [][3]string{
		{"NCT03429075", "2017-000219-18-GB", "same-trial"}, {"ISRCTN10584863", "NCT03429075", "same-trial"},
		{"ISRCTN10584863", "2017-000219-18-GB", "same-trial"},
		{"2013-003196-35-GB", "ISRCTN14426797", "same-trial"}, {"2017-003288-36-CZ", "2017-003288-36-PT", "country-record"},
		{"2017-003288-36-CZ", "NCT03775200", "same-trial"},
		{"NCT05163496", "doi:10.1001/jamanetworkopen.2024.49026", "reports"},
	} {
		if !linked(l[0], l[1], l[2]) {
			t.Errorf("no certain link of %s and %s as %s", l[0], l[1], l[2])
		}
	}
	if slices.ContainsFunc(rows, func(row []string) bool { return slices.Contains(row, "conflict") }) {
		t.Error("two records of one register stand in one study and neither names the other")
	}
}

var endpointFlag = regexp.MustCompile(`--endpoint (\w+)=(\S+)`)

// The registers can be served alone, on this machine only, and be crawled.
func TestDemoServe(t *testing.T) {
	t.Parallel()
	want(t, past(t, "demo", "--port", "8081"), 2, "--port is the port of --serve")
	want(t, past(t, "demo", "--serve", "--port", "70000"), 2, "--port")

	cmd := exec.Command(binary(), "demo", "--serve")
	cmd.Dir = t.TempDir()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	endpoints := map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "/ictrp/export.xml") {
		if m := endpointFlag.FindStringSubmatch(lines.Text()); m != nil {
			endpoints[m[1]] = m[2]
		}
	}
	for _, name := range starter.RegisterNames() {
		if !strings.HasPrefix(endpoints[name], "http://127.0.0.1:") {
			t.Fatalf("%s answers at %q", name, endpoints[name])
		}
	}
	db := filepath.Join(t.TempDir(), "try.db")
	ask := []string{"crawl", "pubmed", "isrctn", "ctis", "euctr", "--db", db}
	for _, name := range []string{"pubmed", "isrctn", "ctis", "euctr"} {
		ask = append(ask, "--endpoint", name+"="+endpoints[name])
	}
	want(t, past(t, ask...), 0, "pubmed", "17")
	want(t, past(t, ask...), 0, "pubmed: nothing new since", "ctis: nothing new since")
	r := past(t, "status", "--json", "--db", db)
	want(t, r, 0, `"records": 32`)
	for _, name := range []string{"crossref", "openalex"} {
		want(t, past(t, "crawl", name, "--db", db, "--endpoint", name+"="+endpoints[name]), 0, name)
	}
	want(t, past(t, "status", "--db", db), 0, "openalex")

	if runtime.GOOS == "windows" {
		return // no signal to send
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Ctrl-C: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("Ctrl-C does not end it")
	}
}
