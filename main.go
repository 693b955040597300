// Command past is a research evidence tracker; see README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"past/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
