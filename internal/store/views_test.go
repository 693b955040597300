package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"past/crawler"
	"past/internal/evidence"
)

// viewRows reads a view as text, "∅" for NULL.
func viewRows(t interface {
	Helper()
	Fatal(...any)
}, s *Store, q string, args ...any) [][]string {
	t.Helper()
	rows, err := s.r.Query(q, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, _ := rows.Columns()
	var out [][]string
	for rows.Next() {
		vals, dest := make([]any, len(cols)), make([]any, len(cols))
		for i := range vals {
			dest[i] = &vals[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		var line []string
		for _, v := range vals {
			if v == nil {
				line = append(line, "∅")
			} else {
				line = append(line, cellText(v))
			}
		}
		out = append(out, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func orNull(s string) string {
	if s == "" {
		return "∅"
	}
	return string([]rune(s))
}

func rawOrNull(s string) string {
	if s == "" {
		return "∅"
	}
	return s
}

func orNullInt(n *int) string {
	if n == nil {
		return "∅"
	}
	return strconv.Itoa(*n)
}

const measurementColumns = `outcome_index, class_index, class_title, category_index, category_title, group_id, value, ` +
	`spread, lower, upper, comment, pointer`

// cellsOf is what the view measurements must show of a record.
func cellsOf(r evidence.Record) [][]string {
	var out [][]string
	if r.Results == nil {
		return nil
	}
	for _, o := range r.Results.Outcomes {
		for ci, c := range o.Classes {
			for ki, k := range c.Categories {
				for _, m := range k.Measurements {
					out = append(out, []string{strconv.Itoa(o.Index), strconv.Itoa(ci), orNull(c.Title), strconv.Itoa(ki), orNull(k.Title),
						orNull(m.GroupID), orNull(m.Value), orNull(m.Spread), orNull(m.Lower), orNull(m.Upper), orNull(m.Comment), string([]rune(m.Pointer))})
				}
			}
		}
	}
	return out
}

// statsOf is what the view adverse_events must show of a record.
func statsOf(r evidence.Record) [][]string {
	var out [][]string
	if r.Results == nil || r.Results.Adverse == nil {
		return nil
	}
	for i, e := range r.Results.Adverse.Events {
		for _, s := range e.Stats {
			serious := "0"
			if e.Serious {
				serious = "1"
			}
			out = append(out, []string{strconv.Itoa(i), serious, string([]rune(e.Term)), orNull(e.System),
				orNull(e.Vocabulary), orNull(e.Assessment), string([]rune(s.GroupID)),
				orNullInt(s.Events), orNullInt(s.Affected), orNullInt(s.AtRisk), string([]rune(s.Pointer))})
		}
	}
	return out
}

func checkViews(t interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}, s *Store, r evidence.Record) {
	t.Helper()
	got := viewRows(t, s, "SELECT "+measurementColumns+" FROM measurements WHERE record_id = ? AND source = ?", r.ID, r.Source)
	if d := cmp.Diff(cellsOf(r), got); d != "" {
		t.Errorf("measurements of %s (-record +view):\n%s", r.ID, d)
	}
	var words [][]string
	if r.Results != nil {
		for _, o := range r.Results.Outcomes {
			words = append(words, []string{rawOrNull(o.Title), rawOrNull(o.Description), rawOrNull(o.TimeFrame)})
		}
	}
	got = viewRows(t, s, "SELECT o.title, o.description, o.time_frame FROM posted_outcome o JOIN record r USING (record_no) "+
		"WHERE r.id = ? AND r.source = ? ORDER BY position", r.ID, r.Source)
	if d := cmp.Diff(words, got); d != "" {
		t.Errorf("posted outcomes of %s (-record +view):\n%s", r.ID, d)
	}
	got = viewRows(t, s,
		"SELECT event_index, serious, term, organ_system, vocabulary, assessment, group_id, events, affected, at_risk, pointer "+
			"FROM adverse_events WHERE record_id = ? AND source = ?", r.ID, r.Source)
	if d := cmp.Diff(statsOf(r), got); d != "" {
		t.Errorf("adverse events of %s (-record +view):\n%s", r.ID, d)
	}
}

func TestViewsShowWhatRecordsHold(t *testing.T) {
	s := fresh(t)
	b := page("r", 0, 3, 7, "")
	b.Records[1].Results.Outcomes[0].Classes[0].Categories[1].Measurements[0].Pointer = "/elsewhere"
	b.Records[1].Results.Outcomes[0].Classes[0].Categories[1].Measurements[1].Pointer = ""
	b.Records[2].Results.Outcomes[0].Classes = append(b.Records[2].Results.Outcomes[0].Classes, evidence.Class{},
		evidence.Class{Categories: []evidence.Category{{}}})
	commit(t, s, b)
	for _, r := range b.Records {
		checkViews(t, s, r)
	}
	groups := viewRows(t, s, "SELECT group_index, group_id, title FROM outcome_groups WHERE record_id = 'NCT00000001'")
	if d := cmp.Diff([][]string{{"0", "OG000", "Psilocybin 25 mg"}, {"1", "OG001", "Placebo"}}, groups); d != "" {
		t.Errorf("outcome groups:\n%s", d)
	}
}

// The rows of every recorded study must show what was parsed, cell by cell.
func TestViewsOverRecordedStudies(t *testing.T) {
	s := fresh(t)
	studies := recordedStudies(t)
	if raceOn {
		studies = studies[:15]
	}
	b := parsedBatch(t, registerPage(studies, 0, len(studies)), 0)
	commit(t, s, b)
	var want evidence.Counts
	for _, r := range b.Records {
		checkViews(t, s, r)
		c := r.Count()
		want.Measurements += c.Measurements
		want.EventStats += c.EventStats
	}
	checkCounts(t, s)
	for q, n := range map[string]int{"SELECT count(*) FROM measurements": want.Measurements,
		"SELECT count(*) FROM adverse_events": want.EventStats} {
		if got := viewRows(t, s, q)[0][0]; got != strconv.Itoa(n) || n == 0 {
			t.Errorf("%s gives %s, want %d", q, got, n)
		}
	}
}

// Any text survives: NUL, bytes that are no UTF-8, quotes, markup, SQL.
func TestHostileText(t *testing.T) {
	hostile := []string{"a\x00b", "\xff\xfe", "'); DROP TABLE record; --", `"`, "\\", "\u2028", strings.Repeat("x", 70_000), "</script>",
		"NULL", "\x7f", "é", "🍄", "\r\n\t\x01"}
	text := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String())
	s := fresh(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		if n++; raceOn && n > 15 {
			return
		}
		p := payloadOf("ctgov", fmt.Sprint("https://example.org/?", n), rapid.String().Draw(rt, "body")+fmt.Sprint(n), day(0))
		r := evidence.Record{ID: fmt.Sprintf("%d %s", n, text.Draw(rt, "id")), Source: "ctgov", Kind: evidence.KindTrial,
			ContentHash: fmt.Sprint(n),
			Prov:        evidence.Provenance{PayloadSHA256: p.SHA256, Pointer: text.Draw(rt, "at")}, Title: text.Draw(rt, "title"),
			Conditions: rapid.SliceOfN(text, 0, 3).Draw(rt, "conditions"), Unknown: map[string]int{text.Draw(rt, "key"): 2},
			Arms:    []evidence.Arm{{Label: text.Draw(rt, "label"), InterventionNames: []string{text.Draw(rt, "name")}}},
			Planned: []evidence.PlannedOutcome{{Measure: text.Draw(rt, "outcome"), TimeFrame: "week 1"}},
			Results: &evidence.Results{Outcomes: []evidence.PostedOutcome{{Title: text.Draw(rt, "outcome"),
				TimeFrame: rapid.SampledFrom([]string{"", "week 1"}).Draw(rt, "frame"),
				Pointer:   rapid.SampledFrom([]string{"", "/a", "/é/\x00", "/a b"}).Draw(rt, "op")}}, Adverse: &evidence.AdverseEvents{}}}
		o := &r.Results.Outcomes[0]
		for range rapid.IntRange(0, 3).Draw(rt, "classes") {
			c := evidence.Class{Title: text.Draw(rt, "class")}
			for range rapid.IntRange(0, 3).Draw(rt, "categories") {
				k := evidence.Category{Title: text.Draw(rt, "category")}
				for j := range rapid.IntRange(0, 3).Draw(rt, "cells") {
					m := evidence.Measurement{GroupID: text.Draw(rt, "group"), Value: text.Draw(rt, "value"), Upper: text.Draw(rt, "upper")}
					if rapid.Bool().Draw(rt, "usual") {
						m.Pointer = fmt.Sprintf("%s/classes/%d/categories/%d/measurements/%d", o.Pointer, len(o.Classes), len(c.Categories), j)
					} else {
						m.Pointer = text.Draw(rt, "pointer")
					}
					k.Measurements = append(k.Measurements, m)
				}
				c.Categories = append(c.Categories, k)
			}
			o.Classes = append(o.Classes, c)
		}
		for range rapid.IntRange(0, 3).Draw(rt, "events") {
			e := evidence.AdverseEvent{Term: text.Draw(rt, "term"), System: text.Draw(rt, "system")}
			for j := range rapid.IntRange(0, 3).Draw(rt, "stats") {
				e.Stats = append(e.Stats, evidence.EventStat{GroupID: text.Draw(rt, "group"), Affected: ptr(j),
					Pointer: rapid.SampledFrom([]string{"", "/", "/a/0", "/a/1", "/a/2", "/b/0", "x", text.Draw(rt, "sp")}).Draw(rt, "pointer")})
			}
			r.Results.Adverse.Events = append(r.Results.Adverse.Events, e)
		}
		give(r)
		if _, err := s.Commit(context.Background(), crawler.Batch{Source: "ctgov", Payloads: []evidence.Payload{p},
			Records: []evidence.Record{r}}); err != nil {
			rt.Fatal(err)
		}
		back, err := s.Record(context.Background(), r.ID, time.Time{})
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(r, back); d != "" {
			rt.Fatalf("came back changed:\n%s", d)
		}
		c := r.Count()
		row := viewRows(rt, s, "SELECT cell_count FROM posted_outcome o JOIN record r USING (record_no) WHERE r.id = ?", r.ID)
		if row[0][0] != strconv.Itoa(c.Measurements) {
			rt.Fatalf("%s cells counted, the record has %d", row[0][0], c.Measurements)
		}
		checkViews(rt, s, r)
	})
	checkCounts(t, s)
	if got, err := s.Counts(context.Background()); err != nil || !raceOn && got.Records != int64(n) {
		t.Errorf("%d records, want %d (%v)", got.Records, n, err)
	}
}

// rowCounts counts the rows that Counts gives from the records' tallies.
func rowCounts(t testing.TB, s *Store) Counts {
	t.Helper()
	n := func(q string) int64 {
		v, err := strconv.ParseInt(viewRows(t, s, q)[0][0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return Counts{
		Records: n("SELECT count(*) FROM record"), Payloads: n("SELECT count(*) FROM payloads"),
		PlannedOutcomes: n("SELECT count(*) FROM planned_outcome"),
		PostedOutcomes:  n("SELECT count(*) FROM posted_outcome"), OutcomeGroups: n("SELECT count(*) FROM outcome_groups"),
		Measurements: n("SELECT count(*) FROM measurements"), Contrasts: n("SELECT count(*) FROM posted_analysis"),
		EventStats: n("SELECT count(*) FROM adverse_events"), References: n("SELECT count(*) FROM reference"),
		Publications: n("SELECT count(*) FROM publications"),
		Studies:      n("SELECT count(*) FROM studies"), ArmResults: n("SELECT count(*) FROM arm_results"),
		Effects: n("SELECT count(*) FROM effects"), Findings: n("SELECT count(*) FROM findings"),
	}
}

func checkCounts(t testing.TB, s *Store) {
	t.Helper()
	got, err := s.Counts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(rowCounts(t, s), got); d != "" {
		t.Errorf("counts (-rows +tallies):\n%s", d)
	}
}

func TestRowsExport(t *testing.T) {
	s, ctx := fresh(t), context.Background()
	commit(t, s, page("r", 0, 2, 0, ""))
	fillDerived(t, s)
	want := strings.Split("record_id,outcome_index,outcome_title,class_index,class_title,category_index,category_title,group_id,group_title,"+
		"param_type,value_raw,value,dispersion_type,spread_raw,lower_raw,upper_raw,n,unit,timepoint_raw,timepoint_weeks,instrument,domain,"+
		"score_type,verdict,reason,payload_sha256,pointer,timepoint_origin,flags,use", ",")
	cols, rows, err := s.Rows(ctx, "arm_results")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, cols); d != "" {
		t.Errorf("columns of arm_results are a promise to others:\n%s", d)
	}
	var order []string
	for r, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, r[0]+" "+r[10]+" "+r[11])
	}
	if d := cmp.Diff([]string{"NCT00000000 12.50 12.5", "NCT00000000 <0.1 ", "NCT00000001 1e-300 1e-300"}, order); d != "" {
		t.Errorf("rows of arm_results:\n%s", d)
	}
	for _, name := range TableNames() {
		cols, rows, err := s.Rows(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for r, err := range rows {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(r) != len(cols) {
				t.Fatalf("%s: a row of %d values under %d columns", name, len(r), len(cols))
			}
			n++
		}
		if n == 0 && name != "publications" {
			t.Errorf("%s is empty", name)
		}
	}
	if _, _, err := s.Rows(ctx, "sqlite_schema"); err == nil {
		t.Error("a table that is not for export was exported")
	}
}
