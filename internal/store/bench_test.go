package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/ctgov"
	"past/internal/evidence"
	"past/internal/recordedtest"
)

// recordedStudies finds the recorded register answers beside the checkout.
func recordedStudies(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(recordedtest.Path(t, "registry", "ctgov"), "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%d recorded register answers, %v", len(names), err)
	}
	var out [][]byte
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// The register sends its answers without blanks between the keys.
		var compact bytes.Buffer
		if err := json.Compact(&compact, b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, compact.Bytes())
	}
	return out
}

// registerPage makes a page of n recorded studies with new ids from first on,
// in the register's own wire format.
func registerPage(studies [][]byte, first, n int) evidence.Payload {
	var body bytes.Buffer
	body.WriteString(`{"studies":[`)
	for i := range n {
		if i > 0 {
			body.WriteByte(',')
		}
		s := studies[(first+i)%len(studies)]
		at := bytes.Index(s, []byte(`"nctId"`))
		at += bytes.Index(s[at:], []byte("NCT"))
		old := s[at : at+11]
		body.Write(bytes.ReplaceAll(s, old, fmt.Appendf(nil, "NCT%08d", 10_000_000+first+i)))
	}
	body.WriteString(`]}`)
	p := payloadOf("ctgov", fmt.Sprintf("http://127.0.0.1/page/%d", first), "", day(0))
	p.Body = body.Bytes()
	p.SHA256 = hashOf(p.Body)
	return p
}

func parsedBatch(t testing.TB, p evidence.Payload, first int) crawler.Batch {
	t.Helper()
	parsed, err := ctgov.Parse(p)
	if err != nil {
		t.Fatal(err)
	}
	b := crawler.Batch{Source: "ctgov", QueryKey: "all", Run: "bench", Payloads: []evidence.Payload{p}, Records: parsed.Records,
		HitBase: first, Cursor: crawler.Cursor{Next: fmt.Sprint(first), Seen: first, At: day(0)}}
	for i := range parsed.Records {
		b.Hits = append(b.Hits, parsed.Records[i].ID)
	}
	return b
}

// BenchmarkCommit stores pages of 1,000 full studies, parsed before.
func BenchmarkCommit(b *testing.B) {
	const n = 1000
	studies := recordedStudies(b)
	s := fresh(b)
	b.ReportAllocs()
	var size int64
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		p := registerPage(studies, i*n, n)
		batch := parsedBatch(b, p, i*n)
		size += int64(len(p.Body))
		b.StartTimer()
		commit(b, s, batch)
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "studies/s")
	b.ReportMetric(float64(size)/1e6/b.Elapsed().Seconds(), "MB/s")
}

// BenchmarkParseAndCommit is the whole of what a crawl does with a page once
// it has arrived, the next page being parsed while one is stored.
func BenchmarkParseAndCommit(b *testing.B) {
	const n = 1000
	studies := recordedStudies(b)
	s := fresh(b)
	pages := make([]evidence.Payload, min(b.N, 8))
	for i := range pages {
		pages[i] = registerPage(studies, i*n, n)
	}
	ready := make(chan crawler.Batch)
	b.ResetTimer()
	go func() {
		for i := range b.N {
			p := pages[i%len(pages)]
			if i >= len(pages) {
				p = registerPage(studies, i*n, n)
			}
			ready <- parsedBatch(b, p, i*n)
		}
		close(ready)
	}()
	for batch := range ready {
		commit(b, s, batch)
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "studies/s")
}

// filled stores n recorded studies.
func filled(b *testing.B, n int) *Store {
	studies := recordedStudies(b)
	s := fresh(b)
	for i := 0; i < n; i += 1000 {
		commit(b, s, parsedBatch(b, registerPage(studies, i, min(1000, n-i)), i))
	}
	return s
}

// BenchmarkRecord looks records up by id among 2,000 (or PAST_BENCH_RECORDS).
func BenchmarkRecord(b *testing.B) {
	n := 2000
	fmt.Sscan(os.Getenv("PAST_BENCH_RECORDS"), &n)
	s := filled(b, n)
	ctx := context.Background()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		if _, err := s.Record(ctx, fmt.Sprintf("NCT%08d", 10_000_000+i*7919%n), time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
	if info, err := os.Stat(s.Path()); err == nil {
		b.ReportMetric(float64(info.Size())/float64(n), "file-B/record")
	}
}

// BenchmarkRecords streams all records.
func BenchmarkRecords(b *testing.B) {
	s := filled(b, 1000)
	b.ResetTimer()
	for b.Loop() {
		for _, err := range s.Records(context.Background(), RecordFilter{}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkReplaceExtraction writes the arm results of 500 studies.
func BenchmarkReplaceExtraction(b *testing.B) {
	s := fresh(b)
	const n = 62_000
	results := func(add func(Extracted) error) error {
		var x Extracted
		a := evidence.ArmResult{Channel: "register", OutcomeTitle: "Change from baseline in MADRS total score at week 3", OutcomeType: "PRIMARY",
			ClassTitle: "Week 3", GroupID: "OG000", GroupTitle: "Psilocybin 25 mg", ParamType: "MEAN", ValueRaw: "-12.0", Value: ptr(-12.0),
			DispersionType: "Standard Deviation", SpreadRaw: "10.1", Spread: ptr(10.1), N: ptr(79), NRaw: "79", Unit: "units on a scale",
			TimepointRaw: "Week 3", TimepointWeeks: ptr(3.0), Instrument: "madrs", Domain: "depression", ScoreType: "change",
			Verdict: evidence.Usable,
			Reason:  "OK: all parts are there", Prov: evidence.Provenance{PayloadSHA256: hashOf(nil),
				Pointer: "/studies/0/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0/measurements/0"}}
		for i := range n {
			a.RecordID, a.ID = fmt.Sprintf("NCT%08d", i/124), fmt.Sprintf("NCT%08d/%d", i/124, i%124)
			x.Results = append(x.Results, a)
		}
		return add(x)
	}
	for b.Loop() {
		if err := s.ReplaceExtraction(context.Background(), results); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRebuild reads 2,000 recorded studies again.
func BenchmarkRebuild(b *testing.B) {
	s := filled(b, 2000)
	for b.Loop() {
		if _, err := s.Rebuild(context.Background(), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(2000*b.N)/b.Elapsed().Seconds(), "records/s")
}
