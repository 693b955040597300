// Command past is a research evidence tracker; see README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"past/internal/cli"
)

// memory is the soft limit of the heap, in bytes: garbage is collected before it is
// reached, which no command needs for what it holds of 50,000 studies (docs/scale.md).
// GOMEMLIMIT and GOGC in the environment set others.
const memory = 320 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // most commands end before the limit is near
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
