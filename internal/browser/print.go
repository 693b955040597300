// Package browser prints pages through an installed Chromium, which runs without a
// network and with a profile of its own that is removed afterwards.
//
// What does not live here: the pages, and where their files are put.
package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ErrNone is returned by [Print] when no Chromium was found.
var ErrNone = errors.New("no Chromium was found: install it, or name it by PAST_CHROMIUM")

// most bounds the printing of one page.
const most = 10 * time.Minute

// Print writes the page of a file as a PDF. The browser is the one named, else that of
// PAST_CHROMIUM, else one on the PATH.
func Print(ctx context.Context, named, source, target string) error {
	browser, err := find(named)
	if err != nil {
		return err
	}
	if source, err = filepath.Abs(source); err != nil {
		return fmt.Errorf("print %s: %w", source, err)
	}
	if target, err = filepath.Abs(target); err != nil {
		return fmt.Errorf("print %s: %w", source, err)
	}
	profile, err := os.MkdirTemp("", "past-pdf-*")
	if err != nil {
		return fmt.Errorf("print %s: %w", source, err)
	}
	defer os.RemoveAll(profile)
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync", "--disable-component-update",
		"--disable-background-networking", "--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND",
		"--user-data-dir=" + profile, "--no-pdf-header-footer", "--print-to-pdf=" + target}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses to sandbox for root
	}
	out, err := exec.CommandContext(ctx, browser, append(args, address(source))...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("print %s by %s: %w: %s", source, browser, err, tail(out))
	}
	if st, err := os.Stat(target); err != nil || st.Size() == 0 {
		return fmt.Errorf("print %s by %s: it wrote no file: %s", source, browser, tail(out))
	}
	return nil
}

func find(named string) (string, error) {
	for _, n := range []string{named, os.Getenv("PAST_CHROMIUM")} {
		if n != "" {
			p, err := exec.LookPath(n)
			if err != nil {
				return "", fmt.Errorf("%w (%s: %w)", ErrNone, n, err)
			}
			return p, nil
		}
	}
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			return p, nil
		}
	}
	return "", ErrNone
}

// address is a file as a file: address.
func address(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // of Windows
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

func tail(b []byte) string {
	s := strings.TrimSpace(string(b))
	if len(s) > 400 {
		s = "…" + s[len(s)-400:]
	}
	return s
}
