package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"past/crawler"
	"past/internal/evidence"
)

// Tests that need another process run this very binary again with a role.
const (
	envRole = "PAST_STORE_TEST_ROLE"
	envPath = "PAST_STORE_TEST_PATH"
)

var roles = map[string]func(ctx context.Context, path string) error{
	"hold": holdRole, "crawl": crawlRole, "rebuild": rebuildRole, "derive": deriveRole,
}

func TestMain(m *testing.M) {
	defaultParse = parseSample
	if role := os.Getenv(envRole); role != "" {
		f, ok := roles[role]
		if !ok {
			f = moreRoles[role]
		}
		if err := f(context.Background(), os.Getenv(envPath)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// moreRoles are those of one operating system.
var moreRoles = map[string]func(ctx context.Context, path string) error{}

// child starts a role; its standard output is read line by line.
type child struct {
	cmd    *exec.Cmd
	lines  *bufio.Scanner
	errors strings.Builder
}

func startChild(t testing.TB, role, path string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(exe)}
	c.cmd.Env = append(os.Environ(), envRole+"="+role, envPath+"="+path)
	c.cmd.Stderr = &c.errors
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	t.Cleanup(func() {
		c.cmd.Process.Kill()
		c.cmd.Wait()
	})
	return c
}

// ready waits for the child's first line.
func (c *child) ready(t testing.TB) {
	t.Helper()
	if !c.lines.Scan() {
		c.cmd.Wait()
		t.Fatalf("the child process ended early: %s", c.errors.String())
	}
}

// holdRole opens for writing and waits to be killed.
func holdRole(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{Create: true, What: "past crawl ctgov"})
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println("open")
	time.Sleep(time.Minute)
	return nil
}

const (
	crawlPages = 100
	crawlSize  = 12
)

// crawlRole goes on with a crawl where its cursor is, to the end.
func crawlRole(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{Create: true, What: "past crawl"})
	if err != nil {
		return err
	}
	fmt.Println("open")
	if err := crawlOn(ctx, s, fmt.Sprint(os.Getpid())); err != nil {
		return err
	}
	return s.Close()
}

// crawlOn commits the pages from the cursor on. Each second page changes
// records of an earlier one; some records go and come back.
func crawlOn(ctx context.Context, s *Store, run string) error {
	for {
		cur, _, err := s.Cursor(ctx, "ctgov", "q")
		if err != nil {
			return err
		}
		if cur.Done {
			return nil
		}
		n := 0
		fmt.Sscan(cur.Next, &n)
		next := fmt.Sprint(n + 1)
		if n == crawlPages-1 {
			next = ""
		}
		b := page(run, n*crawlSize, crawlSize, 0, next)
		if n%2 == 1 {
			again := page(run, (n-1)*crawlSize, crawlSize/2, 3, next)
			b.Payloads, b.Records = append(b.Payloads, again.Payloads...), append(b.Records, again.Records...)
		}
		if n%5 == 4 {
			b.Gone = []string{b.Records[0].ID[:3] + "99", fmt.Sprintf("NCT%08d", (n-2)*crawlSize)}
			b.Problems = []evidence.Problem{{Kind: crawler.KindHTML, Where: fmt.Sprint("page ", n), Message: "no JSON", At: day(1)}}
		}
		if err := s.LogFetch(ctx, evidence.Fetch{Source: "ctgov", URL: b.Payloads[0].URL, At: day(0), Status: 200}); err != nil {
			return err
		}
		if _, err := s.Commit(ctx, b); err != nil {
			return err
		}
	}
}

// rebuildRole rebuilds again and again until it is killed.
func rebuildRole(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{What: "past rebuild"})
	if err != nil {
		return err
	}
	fmt.Println("open")
	for range 50 {
		if _, err := s.Rebuild(ctx, nil); err != nil {
			return err
		}
	}
	return errors.New("was not killed in time")
}

// deriveRole replaces the derived rows again and again until it is killed.
func deriveRole(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{What: "past analyse"})
	if err != nil {
		return err
	}
	fmt.Println("open")
	for range 100_000 {
		err := errors.Join(
			replaceExtraction(s, Extracted{Results: testResults, Contrasts: testContrasts}),
			s.ReplaceStudies(ctx, testStudies, testLinks),
			s.ReplaceEffects(ctx, Listed(testEffects)),
			s.ReplaceFindings(ctx, testFindings, nil, nil))
		if err != nil {
			return err
		}
	}
	return errors.New("was not killed in time")
}
