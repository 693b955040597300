package reports

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"past/internal/needtest"
)

// chrome is one Chromium for all tests of the package.
var chrome struct {
	once  sync.Once
	ctx   context.Context
	close []func()
	err   error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if fixturePages.dir != "" {
		_ = os.RemoveAll(fixturePages.dir)
	}
	for i := len(chrome.close) - 1; i >= 0; i-- {
		chrome.close[i]()
	}
	os.Exit(code)
}

func chromium() (string, error) {
	if p := os.Getenv("PAST_CHROMIUM"); p != "" {
		return p, nil
	}
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			return p, nil
		}
	}
	return "", errNoChromium
}

// errNoChromium is the one reason to leave browser tests out.
var errNoChromium = errors.New("no Chromium on this machine (apt-get install chromium, or set PAST_CHROMIUM)")

func needChromium(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, errNoChromium) {
		needtest.Absent(t, "Chromium", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func startBrowser() {
	path, err := chromium()
	if err != nil {
		chrome.err = err
		return
	}
	data, err := os.MkdirTemp("", "past-chromium-*")
	if err != nil {
		chrome.err = err
		return
	}
	chrome.close = append(chrome.close, func() { os.RemoveAll(data) })
	opts := append(append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...), chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(data),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	chrome.close = append(chrome.close, stop)
	ctx, cancel := chromedp.NewContext(alloc)
	chrome.close = append(chrome.close, cancel)
	if _, chrome.err = chromedp.Run(ctx, chromedp.Evaluate[int]("1")); chrome.err == nil {
		chrome.ctx = ctx
	}
}

// tab is one page under test, with everything it complained about or asked for.
type tab struct {
	t      *testing.T
	ctx    context.Context
	mu     sync.Mutex
	faults []string
	outs   []string
	root   string
}

// newTab opens a tab; without Chromium the test is skipped, in CI it fails.
// root is the folder that requests may stay in.
func newTab(t *testing.T, root string) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are left out with -short")
	}
	chrome.once.Do(startBrowser)
	needChromium(t, chrome.err)
	ctx, cancel := chromedp.NewContext(chrome.ctx)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, root: root}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(ctx, 6*time.Minute)
	t.Cleanup(stop)
	b.ctx = ctx
	_, e1 := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, e2 := chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	_, e3 := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{})
	if err := errors.Join(e1, e2, e3); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *tab) listen(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		b.faults = append(b.faults, "exception: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			var parts []string
			for _, a := range e.Args {
				parts = append(parts, string(a.Value))
			}
			b.faults = append(b.faults, "console: "+strings.Join(parts, " "))
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError || e.Entry.Level == cdplog.EntryLevelWarning {
			b.faults = append(b.faults, "log: "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		u := e.Request.URL
		if !strings.HasPrefix(u, fileURL(b.root)) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") && u != "about:blank" {
			b.outs = append(b.outs, u)
		}
	}
}

func fileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

// open goes to a page of the folder and waits until its script has run.
func (b *tab) open(page string) {
	b.t.Helper()
	b.do(chromedp.Navigate(fileURL(filepath.Join(b.root, filepath.FromSlash(page)))))
	b.wait(`document.documentElement.classList.contains("ready")`)
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%v; the page said %q", err, b.faults)
	}
}

// wait polls until an expression is true.
func (b *tab) wait(js string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Poll[chromedp.Void](js, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		b.t.Fatalf("waiting for %s: %v; the page said %q", js, err, b.faults)
	}
}

// js runs statements in the page.
func (b *tab) js(code string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](code))
}

// eval runs an expression in the page and gives its value.
func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// media emulates a medium ("print") or features ("prefers-color-scheme", "dark").
func (b *tab) media(medium string, features ...string) {
	b.t.Helper()
	p := emulation.SetEmulatedMediaParams{Media: medium}
	for i := 0; i+1 < len(features); i += 2 {
		p.Features = append(p.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		b.t.Fatal(err)
	}
}

// size sets the window, in CSS pixels.
func (b *tab) size(w, h int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(w, h))
}

// quiet fails the test if the page complained or asked for anything outside.
func (b *tab) quiet(what string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.t.Errorf("%s: %s", what, f)
	}
	for _, o := range b.outs {
		b.t.Errorf("%s: request outside the report: %s", what, o)
	}
	b.faults, b.outs = nil, nil
}

// shot writes a screenshot when PAST_SHOTS names a folder, to be looked at.
func (b *tab) shot(name string) {
	dir := os.Getenv("PAST_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// fixturePages is the folder of fixtureSite.
var fixturePages struct {
	once sync.Once
	dir  string
}

// fixtureSite gives the pages of the fixture, written once for all tests that
// read them.
func fixtureSite(t testing.TB) string {
	t.Helper()
	fixturePages.once.Do(func() {
		dir, err := os.MkdirTemp("", "past-pages-")
		if err == nil {
			err = Write(context.Background(), filepath.Join(dir, "report"), fixtureEdition(t), Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		fixturePages.dir = dir
	})
	if fixturePages.dir == "" {
		t.Fatal("the pages of the fixture could not be written")
	}
	return filepath.Join(fixturePages.dir, "report")
}

// written writes an edition into a new folder.
func written(t testing.TB, ed Edition, o Options) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	if err := Write(context.Background(), dir, ed, o); err != nil {
		t.Fatal(err)
	}
	return dir
}
