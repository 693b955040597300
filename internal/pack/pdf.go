package pack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ErrNoBrowser is wrapped when no Chromium is installed that could print.
var ErrNoBrowser = errors.New("no Chromium found (chromium, chromium-browser or google-chrome on the PATH)")

// PDF prints an HTML page of the pack to a file beside it with an installed
// Chromium, which is started without a profile and without a network.
func PDF(ctx context.Context, page, out string) error {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			browser = p
			break
		}
	}
	if browser == "" {
		return ErrNoBrowser
	}
	abs, err := filepath.Abs(page)
	if err != nil {
		return err
	}
	absOut, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	profile, err := os.MkdirTemp("", "past-pdf-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking",
		"--proxy-server=127.0.0.1:9",
		"--user-data-dir=" + profile, "--no-pdf-header-footer", "--print-to-pdf=" + absOut}
	if os.Getuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium's sandbox refuses root; the page is our own
	}
	args = append(args, (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}).String())
	if msg, err := exec.CommandContext(ctx, browser, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("printing %s with %s: %w: %.300s", page, browser, err, msg)
	}
	info, err := os.Stat(out)
	if err != nil || info.Size() == 0 {
		return fmt.Errorf("printing %s with %s: it wrote nothing", page, browser)
	}
	return nil
}
