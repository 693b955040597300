// Package shelftest gives tests a store with the findings of the embedded
// starter set, its edition and its shelf.
package shelftest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"past/analysis/effect"
	"past/crawler"
	"past/internal/cite"
	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/extract"
	"past/internal/review"
	"past/internal/starter"
	"past/internal/store"
	"past/internal/synthesis"
	"past/internal/vocab"
)

// Accessed is the day of access of the shelf.
var Accessed = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Open makes the store; it is closed when the test ends. Records are added as
// if a source had sent them.
func Open(t testing.TB, records ...evidence.Record) (*store.Store, edition.Document, *cite.Shelf) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "test.db"), store.Options{Create: true, What: "test", Parse: parse})
	check(err)
	t.Cleanup(func() { st.Close() })
	sum := strings.Repeat("0", 64)
	b, err := starter.Extractions()
	check(err)
	rows, problems, err := review.ReadExtractions("extractions.csv", b, sum)
	check(err)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	effects := extract.PaperEffects(rows, func(x review.Extraction) string { return x.Study }, effect.Metafor, vocab.Default())
	check(st.ReplaceEffects(ctx, store.Listed(effects)))
	qs, err := synthesis.Shipped()
	check(err)
	var findings []evidence.Finding
	for _, q := range qs {
		f, err := synthesis.Answer(ctx, q, synthesis.Base{Effects: effects, LastScan: "2026-11-22"})
		check(err)
		findings = append(findings, f)
	}
	claims := synthesis.Judge(synthesis.ShippedClaims(vocab.Default()), qs, findings, nil, "2026-11-22")
	check(st.ReplaceFindings(ctx, findings, claims, nil))
	if len(records) > 0 {
		add(t, st, records)
	}
	ordered, err := st.Findings(ctx)
	check(err)
	doc := edition.New(edition.Evidence{Files: map[string]string{"extractions.csv": "fixed"}}, "2026-11-22", "test", true,
		map[string]int64{}, ordered, claims)
	shelf, err := cite.NewShelf(ctx, st, doc, "", Accessed)
	check(err)
	return st, doc, shelf
}

func add(t testing.TB, st *store.Store, records []evidence.Record) {
	t.Helper()
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var payloads []evidence.Payload
	for i := range records {
		r := &records[i]
		body, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		p := evidence.Payload{SHA256: hex.EncodeToString(sum[:]), Source: r.Source, RecordID: r.ID, URL: "file:" + r.ID, FetchedAt: at,
			Body: body}
		r.Prov.PayloadSHA256, r.ContentHash = p.SHA256, p.SHA256
		payloads = append(payloads, p)
	}
	if _, err := st.Import(context.Background(), records[0].Source, "test", payloads, crawler.Parsed{Records: records}); err != nil {
		t.Fatal(err)
	}
}

// parse reads the payloads that add writes.
func parse(p evidence.Payload) (crawler.Parsed, error) {
	var r evidence.Record
	if err := json.Unmarshal(p.Body, &r); err != nil {
		return crawler.Parsed{}, err
	}
	r.Prov.PayloadSHA256, r.ContentHash = p.SHA256, p.SHA256
	return crawler.Parsed{Records: []evidence.Record{r}}, nil
}
