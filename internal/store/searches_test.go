package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"past/crawler"
)

// TestRegisterSearches keeps for each reading of a query what it asked for,
// what the source did with the words and whether it was read to its end.
func TestRegisterSearches(t *testing.T) {
	ctx := context.Background()
	st := fresh(t)
	seven, day := 7, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	about := crawler.About{Substances: []string{"mdma"}, Conditions: []string{"ptsd", "low-desire"}}
	commit := func(b crawler.Batch) {
		t.Helper()
		b.Source, b.QueryKey, b.Run, b.About = "pubmed", "mdma-1", "r1", about
		if _, err := st.Commit(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	heard := &crawler.Heard{Translation: `"mdma"[tw]`, NotFound: []string{`"midomafetamin"[tw]`}}
	commit(crawler.Batch{Query: "full", Heard: heard, Cursor: crawler.Cursor{Next: "x", Total: &seven, At: day}})
	got := searches(t, st, "pubmed")
	if len(got) != 1 || got[0].Complete || got[0].Hits != 0 || got[0].Translation == "" {
		t.Fatalf("begun: %+v", got)
	}
	commit(crawler.Batch{Query: "full", Hits: []string{"a", "b", "a"}, Cursor: crawler.Cursor{Done: true, Seen: 3, Total: &seven,
		At: day.Add(time.Minute)}})
	since := crawler.Cursor{Done: true, Seen: 1, Since: day, At: day.Add(24 * time.Hour)}
	commit(crawler.Batch{Query: "full since", Hits: []string{"c"}, Cursor: since})
	if err := st.SetMark(ctx, "pubmed", crawler.Mark{Complete: day, Unchanged: day.Add(48 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	got = searches(t, st, "")
	if len(got) != 2 {
		t.Fatalf("%d readings: %+v", len(got), got)
	}
	full, inc := got[0], got[1]
	if !full.Complete || full.Hits != 2 || full.Total == nil || *full.Total != 7 || !full.Read.Equal(day.Add(time.Minute)) ||
		full.Text != "full" {
		t.Errorf("full reading: %+v", full)
	}
	if !slices.Equal(full.NotFound, heard.NotFound) || full.Translation != heard.Translation || inc.NotFound != nil {
		t.Errorf("the source's words: %+v, %+v", full, inc)
	}
	if !slices.Equal(full.Substances, about.Substances) || !slices.Equal(full.Conditions, about.Conditions) {
		t.Errorf("concepts: %+v", full)
	}
	if !inc.Since.Equal(day) || inc.Hits != 1 || inc.Total != nil || !inc.Unchanged.Equal(day.Add(48*time.Hour)) {
		t.Errorf("increment: %+v", inc)
	}
	if len(searches(t, st, "ctgov")) != 0 {
		t.Error("another source's readings")
	}
}

func searches(t *testing.T, st *Store, source string) []RegisterSearch {
	t.Helper()
	rs, err := st.RegisterSearches(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}
