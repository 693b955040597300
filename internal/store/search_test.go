package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"past/crawler"
	"past/internal/evidence"
)

func found(t testing.TB, s *Store, query string) string {
	t.Helper()
	hits, err := s.Search(context.Background(), query, 10, 0)
	if err != nil {
		t.Fatalf("search %q: %v", query, err)
	}
	var ids []string
	for _, h := range hits {
		ids = append(ids, h.RecordID)
	}
	return strings.Join(ids, " ")
}

func TestSearch(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	p := payloadOf("ctgov", "u", "x", day(0))
	rec := func(id, title, condition, drug, summary string) evidence.Record {
		return evidence.Record{ID: id, Source: "ctgov", Kind: evidence.KindTrial, ContentHash: id + title,
			Prov:  evidence.Provenance{PayloadSHA256: p.SHA256},
			Title: title, Conditions: []string{condition}, Interventions: []evidence.Intervention{{Name: drug}}, Summary: summary}
	}
	b := crawler.Batch{Source: "ctgov", Payloads: []evidence.Payload{p}, Records: []evidence.Record{
		rec("NCT1", "MDMA-assisted therapy", "PTSD", "Midomafetamine HCl", "Adults with chronic trauma."),
		rec("NCT2", "Psilocybin in depression", "Major Depressive Disorder", "Psilocybin", "Compared with MDMA in spirit only."),
		rec("NCT3", "Étude de la kétamine", "Anxiété", "Ketamine", "Quotes \"like these\" and stars * too."),
	}}
	commit(t, s, b)
	for query, want := range map[string]string{
		"mdma":                       "NCT1 NCT2", // the title counts more than the summary
		"MDMA ptsd":                  "NCT1",
		"depressed":                  "NCT2",
		"etude ketamine":             "NCT3", // without accents
		"psil*":                      "NCT2",
		`"chronic trauma"`:           "NCT1",
		`"trauma chronic"`:           "",
		"nct2":                       "NCT2",
		`"`:                          "",
		"*":                          "",
		"-":                          "",
		"":                           "",
		"NOT":                        "",
		"mdma AND":                   "", // a word like any other, which no record with mdma holds
		"title:mdma":                 "",
		"NEAR(mdma ptsd)":            "",
		"mdma'); DROP TABLE search;": "",
	} {
		if got := found(t, s, query); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	hits, err := s.Search(ctx, "trauma", 1, 0)
	if err != nil || len(hits) != 1 || !strings.Contains(hits[0].Snippet, MatchStart+"trauma"+MatchEnd) ||
		hits[0].Title != "MDMA-assisted therapy" {
		t.Errorf("a hit: %+v %v", hits, err)
	}
	// A record that changed is found by its new words only.
	b.Records = []evidence.Record{rec("NCT1", "LSD study", "Anxiety", "LSD", "")}
	p.FetchedAt, b.Payloads = day(1), []evidence.Payload{p}
	commit(t, s, b)
	if got := found(t, s, "mdma"); got != "NCT2" {
		t.Errorf("after the change mdma finds %q", got)
	}
	if got := found(t, s, "lsd"); got != "NCT1" {
		t.Errorf("after the change lsd finds %q", got)
	}
}

func TestCloseIndexes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "past.db")
	s := open(t, path, Options{Create: true})
	commit(t, s, page("r", 0, 5, 0, ""))
	s.Close()
	r := open(t, path, Options{ReadOnly: true})
	if hits, err := r.Search(context.Background(), "psilocybin", 0, 0); err != nil || len(hits) != 5 {
		t.Errorf("%d hits, want 5 (%v)", len(hits), err)
	}
}

// No text that a person can type is an error.
func TestSearchTakesAnyText(t *testing.T) {
	s := fresh(t)
	commit(t, s, page("r", 0, 1, 0, ""))
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune(`"'*^-+(){}:ANDORNT eart.,\`+"\x00"))))
	rapid.Check(t, func(rt *rapid.T) {
		q := text.Draw(rt, "query")
		if _, err := s.Search(context.Background(), q, 5, 0); err != nil {
			rt.Fatalf("%q: %v", q, err)
		}
	})
}
