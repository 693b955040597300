package imports

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"past/internal/store"
)

// TestArchiveOfManySmallMembers: members of several formats, empty ones and
// ones that are no data, more than a batch holds of each, are all counted, and
// each record is a part of its own member.
func TestArchiveOfManySmallMembers(t *testing.T) {
	const n = 3*batchParts + 7
	members := map[string]string{}
	for i := range n {
		members[fmt.Sprintf("a/%05d.json", i)] = strings.Replace(study1, "NCT00000001", fmt.Sprintf("NCT1%07d", i), 1)
		members[fmt.Sprintf("b/%05d.json", i)] = ""
		members[fmt.Sprintf("c/%05d.txt", i)] = fmt.Sprint("hello ", i)
		if i%100 == 0 {
			members[fmt.Sprintf("a/%05d.nbib", i)] = fmt.Sprintf("PMID- %d\nTI  - T\n", i+1)
		}
	}
	im, ctx := importer(t), context.Background()
	rep, err := im.Files(ctx, []string{put(t, "many.zip", zipped(t, members))})
	papers := (n + 99) / 100
	if err != nil || rep.Files != 3*n+papers || rep.Records != n+papers || rep.ProblemCount != 2*n || rep.Result.KeptAside != 2*n {
		t.Fatalf("%d files, %d records, %d problems, %+v, %v", rep.Files, rep.Records, rep.ProblemCount, rep.Result, err)
	}
	last, err := im.Store.LastFile(ctx)
	if err != nil || last != int64(n+papers) {
		t.Errorf("%d files are noted, %v", last, err)
	}
	for no := int64(1); no <= last; no++ {
		if f, err := im.Store.File(ctx, no); err != nil || f.SHA256 != sumOf([]byte(members[f.Member])) ||
			f.Bytes != int64(len(members[f.Member])) {
			t.Fatalf("%+v, %v", f, err)
		}
	}
	for _, i := range []int{0, batchParts - 1, batchParts, n - 1} {
		r, err := im.Store.Record(ctx, fmt.Sprintf("NCT1%07d", i), time.Time{})
		if err != nil || r.Prov.PayloadSHA256 != sumOf([]byte(members[fmt.Sprintf("a/%05d.json", i)])) {
			t.Errorf("%+v, %v", r.Prov, err)
		}
	}
	if problems, err := im.Store.Problems(ctx, store.ProblemFilter{Source: "import"}); err != nil || len(problems) != 2*n {
		t.Errorf("%d problems are kept, %v", len(problems), err)
	}
}

// TestRecordOverTheLimit: what is too large is counted, with the files and the
// records beside it read.
func TestRecordOverTheLimit(t *testing.T) {
	dir := t.TempDir()
	huge := append([]byte(study1+"\n{\"a\":\""), bytes.Repeat([]byte("x"), maxRecord+2<<20)...)
	for name, body := range map[string][]byte{"a.ndjson": huge, "b.json": []byte(study2), "c.csv.gz": gzipped(t, huge)} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, paths := range [][]string{{dir}, {filepath.Join(dir, "a.ndjson"), filepath.Join(dir, "b.json"), filepath.Join(dir, "c.csv.gz")}} {
		rep, err := importer(t).Files(context.Background(), paths)
		if err != nil || rep.ProblemCount != 2 || rep.Result.New != 2 {
			t.Errorf("%+v, %v", rep, err)
		}
		for _, p := range rep.Problems {
			if !strings.Contains(p.Message, "larger than the limit") {
				t.Errorf("%+v", p)
			}
		}
	}
}

// TestBombInAFolder: an archive that is refused does not end the import of the
// folder.
func TestBombInAFolder(t *testing.T) {
	dir := t.TempDir()
	bomb := gzipped(t, append([]byte(study1), bytes.Repeat([]byte("                               \n"), (freeExpansion+1<<20)/32)...))
	for name, body := range map[string][]byte{"a.ndjson.gz": bomb, "b.json": []byte(study2)} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := importer(t).Files(context.Background(), []string{dir})
	if err != nil || rep.ProblemCount != 1 || rep.Result.New != 2 || !strings.Contains(rep.Problems[0].Message, "expands more than") {
		t.Errorf("%+v, %v", rep, err)
	}
}

func TestMissing(t *testing.T) {
	if err := Missing([]string{"-", t.TempDir(), put(t, "a.json", nil)}); err != nil {
		t.Error(err)
	}
	if err := Missing([]string{"-", "nosuch.json"}); err == nil || !strings.Contains(err.Error(), "nosuch.json") {
		t.Error(err)
	}
}
