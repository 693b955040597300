package mcp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/store"
	"past/internal/web/lookup"
)

func server(t testing.TB) *Server {
	t.Helper()
	ctx := context.Background()
	path := t.TempDir() + "/a.db"
	st, err := store.Open(ctx, path, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	x := -0.7
	lo, hi := -0.95, -0.47
	doc := edition.Document{ID: "e-1", Date: "2025-01-31", Findings: []edition.Flat{{ID: "mdma-ptsd", Title: "MDMA and PTSD", Measure: "SMD", K: 2, N: 190, Estimate: &x, CILb: &lo, CIUb: &hi}},
		Claims: []evidence.ClaimVerdict{{ID: "C1", Text: "It helps", Verdict: "uncertain"}}}
	b, err := doc.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.AddEdition(ctx, store.Edition{ID: "e-1", Date: doc.Date, PublishedAt: time.Now(), Document: b}, nil); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	ro, err := store.Open(ctx, path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ro.Close() })
	return &Server{Library: lookup.New(ro, ""), Version: "test"}
}

// talk sends lines and gives the answers by id.
func talk(t testing.TB, s *Server, lines ...string) map[string]response2 {
	t.Helper()
	var out bytes.Buffer
	if err := s.Serve(context.Background(), strings.NewReader(strings.Join(lines, "\n")+"\n"), &out); err != nil {
		t.Fatal(err)
	}
	got := map[string]response2{}
	sc := bufio.NewScanner(&out)
	sc.Buffer(nil, 1<<22)
	for sc.Scan() {
		var r response2
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil || r.JSONRPC != "2.0" || (r.Error == nil) == (r.Result == nil) {
			t.Fatalf("answer %s: %v", sc.Text(), err)
		}
		got[string(r.ID)] = r
	}
	return got
}

type response2 struct {
	JSONRPC string
	ID      json.RawMessage
	Result  map[string]any
	Error   *rpcError
}

func TestConversation(t *testing.T) {
	got := talk(t, server(t),
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","id":"two","method":"tools/list"}`,
		`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"get_finding","arguments":{"id":"mdma-ptsd"}}}`,
		`{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"get_finding","arguments":{"id":"nope"}}}`,
		`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"get_finding"}}`,
		`{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"drop_table"}}`,
		`{"jsonrpc":"2.0","id":7,"method":"resources/list"}`,
		`{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"get_claim","arguments":{"id":"c1@e-1"}}}`,
		`{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"list_findings","arguments":{"edition":"e-1","x":1}}}`,
		`{"jsonrpc":"2.0","id":10,"method":"ping"}`, `{"jsonrpc":"2.0","id":11,"method":"tools/call","params":{"name":"search_trials","arguments":{"query":"ptsd"}}}`)
	if len(got) != 11 {
		t.Fatalf("%d answers: %v", len(got), got)
	}
	if v := got["1"].Result["protocolVersion"]; v != "2025-03-26" {
		t.Errorf("version %v", v)
	}
	if n := len(got[`"two"`].Result["tools"].([]any)); n != 5 {
		t.Errorf("%d tools", n)
	}
	for _, id := range []string{"3", "8", "11"} {
		r := got[id].Result
		answer, ok := r["structuredContent"].(map[string]any)
		if !ok || r["isError"] != false || answer["edition"] != "e-1" || !strings.Contains(answer["citation"].(string), "edition e-1") {
			t.Errorf("answer %s: %v", id, r)
		}
	}
	if got["4"].Result["isError"] != true {
		t.Errorf("an unknown finding: %v", got["4"])
	}
	for id, code := range map[string]int{"5": codeParams, "6": codeParams, "7": codeMethod, "9": codeParams} {
		if e := got[id].Error; e == nil || e.Code != code {
			t.Errorf("%s: %v", id, got[id])
		}
	}
}

func TestHostileLines(t *testing.T) {
	s := server(t)
	for line, code := range map[string]int{`{`: codeParse, `[]`: codeInvalid, `{"jsonrpc":"1.0","id":1,"method":"ping"}`: codeInvalid, `{"jsonrpc":"2.0","id":{},"method":"ping"}`: codeInvalid,
		`"x"`: codeInvalid, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + strings.Repeat("a", maxLine) + "\"}": codeInvalid} {
		got := talk(t, s, line, `{"jsonrpc":"2.0","id":99,"method":"ping"}`)
		if got["99"].Result == nil || len(got) != 2 {
			t.Errorf("%.40s: %v", line, got)
		}
		for id, r := range got {
			if id != "99" && (r.Error == nil || r.Error.Code != code) {
				t.Errorf("%.40s: %v", line, r)
			}
		}
	}
}

func FuzzHandle(f *testing.F) {
	for _, s := range []string{`{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_claim","arguments":{"id":"C1@"}}}`, `{`, `[1]`, `null`} {
		f.Add([]byte(s))
	}
	s := server(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		if out := s.handle(context.Background(), line); out != nil && !json.Valid(out) {
			t.Errorf("%q gives %q", line, out)
		}
	})
}
