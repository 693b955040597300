// Command register serves the starter set in the wire format of a register on
// a loopback address, prints the address, and ends with its input: the scripts
// that try units and containers crawl it instead of a real register.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"past/internal/starter"
)

func main() {
	h, err := starter.Register("ctgov")
	if err != nil {
		fmt.Fprintln(os.Stderr, "register:", err)
		os.Exit(1)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "register:", err)
		os.Exit(1)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(l) }()
	fmt.Printf("http://%s/api/v2\n", l.Addr())
	// The script that started it holds the other end.
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = srv.Close()
}
