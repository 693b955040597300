package mcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"past/internal/store"
	"past/internal/web/lookup"
)

// maxLine bounds a message in bytes.
const maxLine = 1 << 20

// answerTime bounds one tool call.
const answerTime = 30 * time.Second

const instructions = "Findings on psychedelic-assisted therapy from public trial registers and papers. Name the edition and " +
	"give the citation of an answer when you use it. " +
	"A wide interval or low certainty is part of a number: do not leave it out. Nothing here is medical advice."

// Server answers one client.
type Server struct {
	Library *lookup.Library
	Version string // of the program
}

// Serve answers messages until the input ends or ctx does. Only messages of the
// protocol are ever written to w.
func (s *Server) Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	pipe := newDrain(r, w)
	err := s.protocol().Run(ctx, &mcp.IOTransport{Reader: pipe, Writer: pipe, MaxLineLength: maxLine})
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// protocol is the server with its tools.
func (s *Server) protocol() *mcp.Server {
	srv := mcp.NewServer(&mcp.Implementation{Name: "past", Title: "PAST evidence tracker", Version: s.Version},
		&mcp.ServerOptions{Instructions: instructions})
	l := s.Library
	tool(srv, "list_findings", "List findings",
		"All findings of an edition: question, pooled estimate with interval, number of studies and participants, certainty.",
		func(ctx context.Context, in struct {
			Edition string `json:"edition,omitempty" jsonschema:"An edition's id; the latest when absent."`
		}) (lookup.Answer, error) {
			return l.Findings(ctx, in.Edition)
		})
	tool(srv, "get_finding", "Get a finding",
		"One finding with every number of its primary model. Estimates of ratio measures are natural logarithms (scale log); "+
			"natural holds the ratio.",
		func(ctx context.Context, in struct {
			ID string `json:"id" jsonschema:"A finding's id, or FINDING@EDITION."`
		}) (lookup.Answer, error) {
			return l.Finding(ctx, in.ID)
		})
	tool(srv, "search_trials", "Search trials",
		"Registered trials and papers whose text holds all words: a local text match over what is collected here, not a register's own search.",
		func(ctx context.Context, in struct {
			Query string `json:"query" jsonschema:"Words; \"phrases\" and prefix* work."`
			Limit *int   `json:"limit,omitempty" jsonschema:"Maximum number of results, 1 to 100 (default 20)."`
		}) (lookup.Answer, error) {
			limit := 20
			if in.Limit != nil {
				limit = *in.Limit
			}
			if strings.TrimSpace(in.Query) == "" || len(in.Query) > 200 || limit < 1 || limit > 100 {
				return lookup.Answer{}, errors.New("query must have between 1 and 200 bytes, limit must be from 1 to 100")
			}
			return l.Search(ctx, in.Query, limit, 0)
		})
	tool(srv, "get_claim", "Get a claim",
		"A claim of the curriculum and its verdict by the evidence: rule, reasons, and the findings it rests on. Without id, all claims.",
		func(ctx context.Context, in struct {
			ID string `json:"id,omitempty" jsonschema:"A claim's id such as C1, or CLAIM@EDITION; all when absent."`
		}) (lookup.Answer, error) {
			if in.ID == "" {
				return l.Claims(ctx, "")
			}
			return l.Claim(ctx, in.ID)
		})
	tool(srv, "explain", "Explain a number",
		"The way from a finding or effect back to the answer as received: effects, their inputs, and the text at each place.",
		func(ctx context.Context, in struct {
			ID string `json:"id" jsonschema:"The id of a finding or an effect."`
		}) (lookup.Answer, error) {
			return l.Explain(ctx, in.ID)
		})
	return srv
}

// tool adds a reading tool. What goes wrong inside of it is an answer that the
// assistant can read, not an error of the protocol.
func tool[In any](srv *mcp.Server, name, title, about string, run func(context.Context, In) (lookup.Answer, error)) {
	no := false
	mcp.AddTool(srv, &mcp.Tool{Name: name, Title: title, Description: about,
		Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no}},
		func(ctx context.Context, _ *mcp.CallToolRequest, in In) (*mcp.CallToolResult, any, error) {
			ctx, cancel := context.WithTimeout(ctx, answerTime)
			defer cancel()
			answer, err := run(ctx, in)
			if errors.Is(err, store.ErrNotFound) {
				err = fmt.Errorf("%w; list_findings and get_claim without id name what there is", err)
			}
			return nil, answer, err
		})
}
