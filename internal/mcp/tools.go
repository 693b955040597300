package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"past/internal/store"
	"past/internal/web/lookup"
)

// tool is a tool as tools/list tells it.
type tool struct {
	Name        string          `json:"name"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	InputSchema map[string]any  `json:"inputSchema"`
	Annotations map[string]bool `json:"annotations"`

	run func(ctx context.Context, l *lookup.Library, a arguments) (lookup.Answer, error)
}

type arguments struct {
	ID      string `json:"id"`
	Edition string `json:"edition"`
	Query   string `json:"query"`
	Limit   int    `json:"limit"`
}

func text(description string) map[string]any {
	return map[string]any{"type": "string", "description": description}
}

func schema(required []string, props map[string]any) map[string]any {
	if required == nil {
		required = []string{}
	}
	return map[string]any{"type": "object", "properties": props, "required": required, "additionalProperties": false}
}

var reading = map[string]bool{"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}

var tools = []tool{
	{"list_findings", "List findings", "All findings of an edition: question, pooled estimate with interval, number of studies and participants, certainty.",
		schema(nil, map[string]any{"edition": text("An edition's id; the latest when absent.")}), reading,
		func(ctx context.Context, l *lookup.Library, a arguments) (lookup.Answer, error) {
			return l.Findings(ctx, a.Edition)
		}},
	{"get_finding", "Get a finding", "One finding with every number of its primary model. Estimates of ratio measures are natural logarithms (scale log); natural holds the ratio.",
		schema([]string{"id"}, map[string]any{"id": text("A finding's id, or FINDING@EDITION.")}), reading,
		func(ctx context.Context, l *lookup.Library, a arguments) (lookup.Answer, error) {
			return l.Finding(ctx, a.ID)
		}},
	{"search_trials", "Search trials", "Registered trials and papers whose text holds all words: a local text match over what is collected here, not a register's own search.",
		schema([]string{"query"}, map[string]any{"query": text("Words; \"phrases\" and prefix* work."),
			"limit": map[string]any{"type": "integer", "minimum": 1, "maximum": 100, "description": "At most so many (20)."}}), reading,
		func(ctx context.Context, l *lookup.Library, a arguments) (lookup.Answer, error) {
			if strings.TrimSpace(a.Query) == "" || len(a.Query) > 200 {
				return lookup.Answer{}, errors.New("query must have between 1 and 200 bytes")
			}
			if a.Limit == 0 {
				a.Limit = 20
			}
			if a.Limit < 1 || a.Limit > 100 {
				return lookup.Answer{}, errors.New("limit must be from 1 to 100")
			}
			return l.Search(ctx, a.Query, a.Limit, 0)
		}},
	{"get_claim", "Get a claim", "A claim of the curriculum held against the evidence: verdict, rule, reasons, and the findings it rests on. Without id, all claims.",
		schema(nil, map[string]any{"id": text("A claim's id such as C1, or CLAIM@EDITION; all when absent.")}), reading,
		func(ctx context.Context, l *lookup.Library, a arguments) (lookup.Answer, error) {
			if a.ID == "" {
				return l.Claims(ctx, "")
			}
			return l.Claim(ctx, a.ID)
		}},
	{"explain", "Explain a number", "The way from a finding or effect back to the stored bytes: effects, their inputs, and the text at each place.",
		schema([]string{"id"}, map[string]any{"id": text("The id of a finding or an effect.")}), reading,
		func(ctx context.Context, l *lookup.Library, a arguments) (lookup.Answer, error) {
			return l.Explain(ctx, a.ID)
		}},
}

// callTool runs a tool. What goes wrong inside of it is an answer that the
// assistant can read, not an error of the protocol.
func (s *Server) callTool(ctx context.Context, params json.RawMessage) (any, *rpcError) {
	var p struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, &rpcError{codeParams, "params must hold name and arguments"}
	}
	for _, t := range tools {
		if t.Name != p.Name {
			continue
		}
		a, err := readArguments(t, p.Arguments)
		if err != nil {
			return nil, &rpcError{codeParams, err.Error()}
		}
		ctx, cancel := context.WithTimeout(ctx, answerTime)
		defer cancel()
		answer, err := t.run(ctx, s.Library, a)
		if err != nil {
			msg := err.Error()
			if errors.Is(err, store.ErrNotFound) {
				msg += "; list_findings and get_claim without id name what there is"
			}
			return failure(msg), nil
		}
		b, err := json.Marshal(answer)
		if err != nil {
			return failure("the answer cannot be written as JSON"), nil
		}
		return map[string]any{"content": []any{map[string]any{"type": "text", "text": string(b)}}, "structuredContent": answer, "isError": false}, nil
	}
	return nil, &rpcError{codeParams, fmt.Sprintf("there is no tool %q", p.Name)}
}

func failure(msg string) map[string]any {
	return map[string]any{"content": []any{map[string]any{"type": "text", "text": msg}}, "isError": true}
}

// readArguments keeps to the tool's schema: no unknown names, all required.
func readArguments(t tool, raw json.RawMessage) (arguments, error) {
	var a arguments
	if len(raw) == 0 || string(raw) == "null" {
		raw = json.RawMessage("{}")
	}
	var names map[string]json.RawMessage
	if err := json.Unmarshal(raw, &names); err != nil {
		return a, errors.New("arguments must be an object")
	}
	props, _ := t.InputSchema["properties"].(map[string]any)
	for name := range names {
		if _, ok := props[name]; !ok {
			return a, fmt.Errorf("%s takes no argument %q", t.Name, name)
		}
	}
	required, _ := t.InputSchema["required"].([]string)
	for _, name := range required {
		if _, ok := names[name]; !ok {
			return a, fmt.Errorf("%s needs the argument %q", t.Name, name)
		}
	}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&a); err != nil {
		return a, fmt.Errorf("arguments of %s: %w", t.Name, err)
	}
	return a, nil
}
