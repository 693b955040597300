// Package mcp speaks the Model Context Protocol over standard input and output
// (JSON-RPC 2.0, one message a line), so that assistants can read findings,
// claims and trials. Every answer names the edition and how to cite it. There
// are reading tools only.
package mcp
