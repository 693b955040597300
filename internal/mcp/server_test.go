package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

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
	doc := edition.Document{ID: "e-1", Date: "2025-01-31", Findings: []edition.Flat{{ID: "mdma-ptsd", Title: "MDMA and PTSD", Measure: "SMD",
		K: 2, N: 190, Estimate: &x, CILb: &lo, CIUb: &hi}},
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

// connect is a session of the official client over the same pipes as stdio.
func connect(t testing.TB, s *Server) *mcp.ClientSession {
	t.Helper()
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- s.Serve(context.Background(), toServer, fromServer) }()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(context.Background(), &mcp.IOTransport{Reader: toClient, Writer: fromClient}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = session.Close()
		_ = fromClient.Close()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return session
}

func TestConversation(t *testing.T) {
	session := connect(t, server(t))
	if r := session.InitializeResult(); r.ServerInfo.Name != "past" || !strings.Contains(r.Instructions, "medical advice") {
		t.Errorf("%+v", r)
	}
	list, err := session.ListTools(t.Context(), nil)
	if err != nil || len(list.Tools) != 5 {
		t.Fatalf("%v %v", list, err)
	}
	for _, x := range list.Tools {
		if !x.Annotations.ReadOnlyHint || x.InputSchema == nil {
			t.Errorf("%s: %+v", x.Name, x)
		}
	}
	for _, c := range []struct {
		tool   string
		args   map[string]any
		failed bool // an answer that says what is wrong
	}{
		{"get_finding", map[string]any{"id": "mdma-ptsd"}, false},
		{"get_claim", map[string]any{"id": "c1@e-1"}, false},
		{"get_claim", nil, false},
		{"list_findings", map[string]any{}, false},
		{"search_trials", map[string]any{"query": "ptsd"}, false},
		{"get_finding", map[string]any{"id": "nope"}, true},
		{"get_finding", nil, true},
		{"list_findings", map[string]any{"edition": "e-1", "x": 1}, true},
		{"search_trials", map[string]any{"query": "ptsd", "limit": 0}, true},
		{"search_trials", map[string]any{"query": strings.Repeat("x", 300)}, true},
	} {
		r, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: c.tool, Arguments: c.args})
		if c.failed {
			if err == nil && !r.IsError {
				t.Errorf("%s %v: %+v", c.tool, c.args, r)
			}
			continue
		}
		if err != nil || r.IsError {
			t.Errorf("%s %v: %v %+v", c.tool, c.args, err, r)
			continue
		}
		answer, ok := r.StructuredContent.(map[string]any)
		if !ok || answer["edition"] != "e-1" || !strings.Contains(answer["citation"].(string), "edition e-1") {
			t.Errorf("%s: %v", c.tool, r.StructuredContent)
		}
	}
	if _, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "drop_table"}); err == nil {
		t.Error("an unknown tool is called")
	}
}

// A client that writes its requests and closes its side gets every answer.
func TestAnswersAfterTheEndOfTheInput(t *testing.T) {
	lines := []string{`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{}` +
		`,"clientInfo":{"name":"t","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`}
	for i := range 20 {
		lines = append(lines,
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"get_finding","arguments":{"id":"mdma-ptsd"}}}`, i+2))
	}
	var out bytes.Buffer
	if err := server(t).Serve(t.Context(), strings.NewReader(strings.Join(lines, "\n")), &out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "edition e-1"); n < 20 {
		t.Errorf("%d of 20 answers: %.500s", n, out.String())
	}
}

// What a client of an assistant writes by hand, and what no client would write:
// the server ends or answers, and never writes anything else than messages.
func TestLines(t *testing.T) {
	hello := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},` +
		`"clientInfo":{"name":"t","version":"1"}}}`
	for name, line := range map[string]string{"cut": `{`, "array": `[]`, "version": `{"jsonrpc":"1.0","id":1,"method":"ping"}`,
		"id": `{"jsonrpc":"2.0","id":{},"method":"ping"}`, "text": `"x"`,
		"long": `{"jsonrpc":"2.0","id":1,"method":"` + strings.Repeat("a", maxLine) + `"}`} {
		var out bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		_ = server(t).Serve(ctx, strings.NewReader(hello+"\n"+line+"\n"), &out)
		if ctx.Err() != nil {
			t.Errorf("%s: the server does not end", name)
		}
		cancel()
		for _, l := range bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n")) {
			if len(l) > 0 && !json.Valid(l) {
				t.Errorf("%s: it writes %.100s", name, l)
			}
		}
	}
}
