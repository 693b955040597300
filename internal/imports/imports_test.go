package imports

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"past/crawler/registers"
	"past/internal/evidence"
	"past/internal/needtest"
	"past/internal/pointer"
	"past/internal/store"
)

func importer(t testing.TB) *Importer {
	t.Helper()
	st, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "past.db"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &Importer{Store: st, Parse: registers.Parse, Now: func() time.Time { return time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC) },
		Stdin: strings.NewReader("")}
}

func put(t testing.TB, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(t testing.TB, members map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// samples are a small file of each format, and a record in it.
var samples = []struct{ name, body, id string }{
	{"v2.json", study1, "NCT00000001"},
	{"page.json", `{"studies":[` + study1 + "," + study2 + `]}`, "NCT00000002"},
	{"list.json", "\ufeff[" + study1 + "," + study2 + "]", "NCT00000002"},
	{"lines.ndjson", study1 + "\n" + study2 + "\n", "NCT00000002"},
	{"full.json", `{"FullStudiesResponse":{"FullStudies":[{"Study":{"ProtocolSection":{"IdentificationModule":{"NCTId":"NCT00000003"}}}}]}}`,
		"NCT00000003"},
	{"old.xml", "<clinical_study><id_info><nct_id>NCT00000004</nct_id></id_info><primary_outcome><measure>CAPS</measure>" +
		"</primary_outcome></clinical_study>", "NCT00000004"},
	{"site.csv", "NCT Number,Study Title,Primary Outcome Measures\nNCT00000005,\"A, b\",CAPS\n", "NCT00000005"},
	{"pubmed.xml", "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>5</PMID><Article><ArticleTitle>On " +
		"NCT00000001</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>", "pmid:5"},
	{"x.nbib", "PMID- 6\nTI  - On NCT00000001\n      and more\nSI  - ClinicalTrials.gov/NCT00000002\nDP  - 2021 May 10\nFAU - " +
		"Doe, Jane\nMH  - Stress Disorders, Post-Traumatic/*therapy\n", "pmid:6"},
	{"x.ris", "TY  - JOUR\nTI  - On NCT00000001\nDO  - 10.1000/x\nPY  - 2021\nAU  - Doe, Jane\nER  - \n", "doi:10.1000/x"},
	{"epmc.json", `{"hitCount":1,"cursorMark":"*","resultList":{"result":[{"id":"7","source":"MED","pmid":"7","title":"On ` +
		`NCT00000001","authorString":"D"}]}}`, "pmid:7"},
	{"openalex.json", `{"meta":{"count":1,"db_response_time_ms":3},"results":[{"id":"https://openalex.org/W1",` +
		`"doi":"https://doi.org/10.1000/x",` +
		`"title":"On NCT00000001","abstract_inverted_index":{"See":[0],"NCT00000002":[1]}}]}`, "doi:10.1000/x"},
	{"openalex.ndjson", `{"id":"https://openalex.org/W1","doi":"https://doi.org/10.1000/x","title":"On NCT00000001"}` + "\n" +
		`{"id":"https://openalex.org/W2","doi":"https://doi.org/10.1000/y","title":"T"}`, "doi:10.1000/x"},
	{"work.json", `{"DOI":"10.1000/w","title":["On NCT00000001"],"type":"journal-article"}`, "doi:10.1000/w"},
	{"works.ndjson", `{"DOI":"10.1000/w","title":["On NCT00000001"]}` + "\n" + `{"DOI":"10.1000/v","title":["V"]}`, "doi:10.1000/v"},
	{"pretty.ndjson", "{\n" + study1[1:] + "\n{\n" + study2[1:], "NCT00000002"},
	{"epmc.ndjson", `{"id":"7","source":"MED","title":"On NCT00000001","authorString":"D"}` + "\n" +
		`{"id":"8","source":"MED","title":"T","authorString":"E"}`, "pmid:7"},
	{"link.ris", "TY  - JOUR\nTI  - On NCT00000001\nUR  - https://doi.org/10.1000/x\nER  - \n", "doi:10.1000/x"},
	{"publisher.ris", "Provider: A publisher\nContent: text/plain\n\nTY  - JOUR\nTI  - On NCT00000001\nDO  - 10.1000/x\nER  - \n",
		"doi:10.1000/x"},
	{"sep.csv", "sep=;\r\nTrialID;Public_title;Source_Register;web_address;Recruitment_Status;Primary_outcome\r\n" +
		"ACTRN12605000001695;T;ANZCTR;x;Recruiting;CAPS\r\n", "ACTRN12605000001695"},
	{"ictrp.csv", "TrialID,Public_title,Source_Register,web_address,Recruitment_Status,Primary_outcome\nACTRN12605000001695," +
		"Caf\xe9,ANZCTR,x,Recruiting,CAPS\n", "ACTRN12605000001695"},
	{"ictrp.xml", "<Trials_downloaded_from_ICTRP><Trial><TrialID>ACTRN12605000001695</TrialID><Public_title>T</Public_title>" +
		"<Primary_outcome>CAPS</Primary_outcome></Trial></Trials_downloaded_from_ICTRP>", "ACTRN12605000001695"},
}

// TestEveryFormatIsExplained imports each format, as it is, in a zip and in
// gzip, and follows every pointer of the record into the stored bytes.
func TestEveryFormatIsExplained(t *testing.T) {
	ctx := context.Background()
	for _, c := range samples {
		for ext, pack := range map[string]func() []byte{
			"": func() []byte { return []byte(c.body) }, ".gz": func() []byte { return gzipped(t, []byte(c.body)) },
			".zip": func() []byte { return zipped(t, map[string]string{"in/" + c.name: c.body}) },
		} {
			im := importer(t)
			rep, err := im.Files(ctx, []string{put(t, c.name+ext, pack())})
			if err != nil || rep.Records == 0 {
				t.Errorf("%s%s: %+v, %v", c.name, ext, rep, err)
				continue
			}
			r, err := im.Store.Record(ctx, c.id, time.Time{})
			if err != nil {
				t.Errorf("%s%s: %v", c.name, ext, err)
				continue
			}
			p, err := im.Store.Payload(ctx, r.Prov.PayloadSHA256)
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range pointersOf(r) {
				if pl, err := pointer.Open(p).Resolve(at); err != nil || pl.Text == "" {
					t.Errorf("%s%s: %s leads to %q, %v", c.name, ext, at, pl, err)
				}
			}
			if faults, err := im.Store.Check(ctx, store.Records); err != nil || len(faults) > 0 {
				t.Errorf("%s%s: %v, %v", c.name, ext, faults, err)
			}
		}
	}
}

func pointersOf(r evidence.Record) []string {
	var out []string
	for _, o := range r.Planned {
		out = append(out, o.Pointer)
	}
	if r.Publication != nil {
		for _, m := range r.Publication.TrialIDs {
			out = append(out, m.Pointer)
		}
	}
	return out
}

// A file of many records is one payload each, and the store says where each
// was.
func TestPartsOfAFile(t *testing.T) {
	im, ctx := importer(t), context.Background()
	body := "[" + study1 + ",\n" + study2 + "]"
	if _, err := im.Files(ctx, []string{put(t, "two.json", []byte(body))}); err != nil {
		t.Fatal(err)
	}
	f, err := im.Store.File(ctx, 1)
	if err != nil || f.SHA256 != sumOf([]byte(body)) || f.Bytes != int64(len(body)) || f.Name != "two.json" {
		t.Errorf("%+v, %v", f, err)
	}
	for id, want := range map[string]string{"NCT00000001": study1, "NCT00000002": study2} {
		r, err := im.Store.Record(ctx, id, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := im.Store.Payload(ctx, r.Prov.PayloadSHA256); err != nil || string(p.Body) != want {
			t.Errorf("%s: %q, %v", id, p.Body, err)
		}
	}
}

func TestStandardInputAndFolders(t *testing.T) {
	im, ctx := importer(t), context.Background()
	im.Stdin = strings.NewReader(study1)
	dir := t.TempDir()
	for name, body := range map[string]string{"a.json": study2, ".hidden.json": "{", "sub/b.xml": samples[5].body} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := im.Files(ctx, []string{"-", dir})
	if err != nil || rep.Records != 3 || rep.Files != 3 || rep.ProblemCount != 0 {
		t.Errorf("%+v, %v", rep, err)
	}
}

// What is hostile in an archive is refused and reported; the members beside it are
// read.
func TestArchives(t *testing.T) {
	ctx := context.Background()
	im := importer(t)
	rep, err := im.Files(ctx, []string{put(t, "tricks.zip", zipped(t, map[string]string{
		"../../etc/x.json": study1, "/abs.json": study1, "inner.zip": string(zipped(t, map[string]string{"a.json": study1})),
		"good.json": study2, "readme.txt": "hello",
	}))})
	if err != nil || rep.Records != 1 || rep.ProblemCount != 4 {
		t.Errorf("%d records, problems %v, %v", rep.Records, rep.Problems, err)
	}
	// A name steers no terminal and begins no line of its own.
	rep, err = importer(t).Files(ctx, []string{put(t, "names.zip", zipped(t,
		map[string]string{"\x1b[2J\u202ex\r\npast: fine\u009b.json": "{"}))})
	if err != nil || rep.ProblemCount != 1 || !strings.HasSuffix(rep.Problems[0].Where, "! [2J x  past: fine .json") {
		t.Errorf("%+v, %v", rep.Problems, err)
	}
	bomb := gzipped(t, append([]byte(study1), bytes.Repeat([]byte("                               \n"), (freeExpansion+1<<20)/32)...))
	var large *tooLargeError
	if _, err := importer(t).Files(ctx, []string{put(t, "bomb.ndjson.gz", bomb)}); !errors.As(err, &large) {
		t.Errorf("a bomb: %v", err)
	}
	for name, body := range map[string][]byte{"cut.json.gz": gzipped(t, []byte(study1))[:30],
		"cut.zip": zipped(t, map[string]string{"a.json": study1})[:40]} {
		if rep, err := importer(t).Files(ctx, []string{put(t, name, body)}); err != nil || rep.ProblemCount != 1 {
			t.Errorf("%s: %v, %v", name, rep.Problems, err)
		}
	}
}

func TestDevicesAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no device files")
	}
	if _, err := importer(t).Files(context.Background(), []string{"/dev/zero"}); err == nil ||
		!strings.Contains(err.Error(), "not a regular file") {
		t.Error(err)
	}
	// A pipe is read; one that nothing writes to is left when the command is stopped.
	pipe := filepath.Join(t.TempDir(), "pipe")
	mkfifo := needtest.Program(t, "mkfifo")
	if err := exec.Command(mkfifo, pipe).Run(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, stop)
	if _, err := importer(t).Files(ctx, []string{pipe}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := exec.Command(mkfifo, pipe+"2").Run(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = os.WriteFile(pipe+"2", []byte(study1+"\n"+study2), 0o600) }()
	if rep, err := importer(t).Files(context.Background(), []string{pipe + "2"}); err != nil || rep.Records != 2 {
		t.Errorf("%+v, %v", rep, err)
	}
}
