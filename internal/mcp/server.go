package mcp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"past/internal/web/lookup"
)

// versions of the protocol that are spoken, newest first.
var versions = []string{"2025-06-18", "2025-03-26", "2024-11-05"}

// maxLine bounds a message in bytes.
const maxLine = 1 << 20

// answerTime bounds one tool call.
const answerTime = 30 * time.Second

// The error codes of JSON-RPC 2.0.
const (
	codeParse   = -32700
	codeInvalid = -32600
	codeMethod  = -32601
	codeParams  = -32602
)

// Server answers one client.
type Server struct {
	Library *lookup.Library
	Version string // of the program
}

type request struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

type response struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Serve reads messages until the input ends or ctx does. Only messages of the
// protocol are ever written to w.
func (s *Server) Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	lines := make(chan []byte)
	failed := make(chan error, 1)
	go func() {
		defer close(lines)
		in := bufio.NewReaderSize(r, 64<<10)
		for {
			line, err := readLine(in)
			if len(bytes.TrimSpace(line)) > 0 || errors.Is(err, errTooLong) {
				select {
				case lines <- line:
				case <-ctx.Done():
					return
				}
			}
			if err != nil && !errors.Is(err, errTooLong) {
				if !errors.Is(err, io.EOF) {
					failed <- err
				}
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok {
				select {
				case err := <-failed:
					return fmt.Errorf("read: %w", err)
				default:
					return nil
				}
			}
			if out := s.handle(ctx, line); out != nil {
				if _, err := w.Write(append(out, '\n')); err != nil {
					return fmt.Errorf("write: %w", err)
				}
			}
		}
	}
}

var errTooLong = errors.New("message too long")

// readLine reads a line of at most maxLine bytes; a longer one is skipped to
// its end and given as nil with errTooLong.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			long, line = true, nil
		} else if !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long && err == nil {
			return nil, errTooLong
		}
		return line, err
	}
}

// handle answers one message; nil for notifications.
func (s *Server) handle(ctx context.Context, line []byte) []byte {
	var req request
	if len(line) == 0 {
		return encode(response{ID: json.RawMessage("null"), Error: &rpcError{codeInvalid, fmt.Sprintf("a message has at most %d bytes", maxLine)}})
	}
	if !json.Valid(line) {
		return encode(response{ID: json.RawMessage("null"), Error: &rpcError{codeParse, "the line is not JSON"}})
	}
	if err := json.Unmarshal(line, &req); err != nil || req.JSONRPC != "2.0" || req.Method == "" || !validID(req.ID) {
		id := req.ID
		if !validID(id) || len(id) == 0 {
			id = json.RawMessage("null")
		}
		return encode(response{ID: id, Error: &rpcError{codeInvalid, "not a JSON-RPC 2.0 request"}})
	}
	if len(req.ID) == 0 {
		return nil // a notification: nothing here needs one
	}
	result, rerr := s.call(ctx, req)
	return encode(response{ID: req.ID, Result: result, Error: rerr})
}

// validID takes what the protocol allows: a string, a number, or none.
func validID(id json.RawMessage) bool {
	return len(id) == 0 || id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9'
}

func encode(r response) []byte {
	r.JSONRPC = "2.0"
	b, err := json.Marshal(r)
	if err != nil {
		b, _ = json.Marshal(response{JSONRPC: "2.0", ID: r.ID, Error: &rpcError{-32603, "the answer cannot be written as JSON"}})
	}
	return b
}

func (s *Server) call(ctx context.Context, req request) (any, *rpcError) {
	switch req.Method {
	case "initialize":
		var p struct {
			ProtocolVersion string `json:"protocolVersion"`
		}
		_ = json.Unmarshal(req.Params, &p) // a client without a version gets the newest
		v := versions[0]
		if slices.Contains(versions, p.ProtocolVersion) {
			v = p.ProtocolVersion
		}
		return map[string]any{"protocolVersion": v, "capabilities": map[string]any{"tools": map[string]any{}},
			"serverInfo": map[string]any{"name": "past", "title": "PAST evidence tracker", "version": s.Version},
			"instructions": "Findings on psychedelic-assisted therapy from public trial registers and papers. Name the edition and give the citation of an answer when you use it. " +
				"A wide interval or low certainty is part of a number: do not leave it out. Nothing here is medical advice."}, nil
	case "ping":
		return map[string]any{}, nil
	case "tools/list":
		return map[string]any{"tools": tools}, nil
	case "tools/call":
		return s.callTool(ctx, req.Params)
	}
	return nil, &rpcError{codeMethod, fmt.Sprintf("there is no method %q", req.Method)}
}
