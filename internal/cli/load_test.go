package cli_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// TestLookupsWhileRefreshing lets 20 clients look things up in past serve, one
// question after the other each with a short pause, on an idle machine and then
// beside past refresh that runs over and over in a third process. It prints the
// percentiles of both and their ratios; every look-up is answered, also explain.
// It asserts no time, and runs only when asked: PAST_LOAD=SECONDS.
func TestLookupsWhileRefreshing(t *testing.T) {
	seconds, _ := strconv.Atoi(os.Getenv("PAST_LOAD"))
	if seconds <= 0 {
		t.Skip("a measurement: set PAST_LOAD to a number of seconds")
	}
	db, out := published(t)
	address, _ := serving(t, db, out)
	review := reviewFolder(t)
	idle := lookups(t, address, seconds)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	cycles := 0
	var refreshing sync.WaitGroup
	refreshing.Go(func() {
		for ctx.Err() == nil {
			if err := exec.CommandContext(ctx, binary(), "refresh", "--no-crawl", "--db", db, "--out", out, "--review", review).Run(); err != nil &&
				ctx.Err() == nil {
				t.Errorf("refresh: %v", err)
				return
			}
			cycles++
		}
	})
	busy := lookups(t, address, seconds)
	stop()
	refreshing.Wait()
	for i, p := range append(slices.Clone(asked), "all") {
		a, b := idle[i], busy[i]
		slices.Sort(a)
		slices.Sort(b)
		at := func(list []time.Duration, share int) time.Duration {
			return list[len(list)*share/100].Round(10 * time.Microsecond)
		}
		t.Logf("%-40s idle p50 %v p99 %v; beside refresh p50 %v p99 %v; ratios %.1f and %.1f", p, at(a, 50), at(a, 99), at(b, 50), at(b, 99),
			float64(at(b, 50))/float64(at(a, 50)), float64(at(b, 99))/float64(at(a, 99)))
	}
	t.Logf("%d look-ups idle, %d beside %d refreshes", len(idle[len(asked)]), len(busy[len(asked)]), cycles)
}

// asked are the look-ups.
var asked = []string{"api/v1/findings/mdma-ptsd-severity", "api/v1/trials/NCT03537014", "api/v1/claims", "api/v1/search?q=PTSD",
	"api/v1/studies/NCT03537014", "api/v1/explain/mdma-ptsd-severity", "f/mdma-ptsd-severity.html"}

// lookups gives the times of the answers for each of asked, and last those of all.
func lookups(t *testing.T, address string, seconds int) [][]time.Duration {
	t.Helper()
	const clients, pause = 20, 50 * time.Millisecond
	times := make([][]time.Duration, len(asked)+1)
	var mu sync.Mutex
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	var asking sync.WaitGroup
	for c := range clients {
		asking.Go(func() {
			for n := c; time.Now().Before(end); n++ {
				which := n % len(asked)
				start := time.Now()
				resp, err := client.Get(address + asked[which])
				if err != nil {
					t.Error(err)
					return
				}
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				took := time.Since(start)
				if err != nil || resp.StatusCode != http.StatusOK {
					t.Errorf("%s: %d %v", asked[which], resp.StatusCode, err)
				}
				mu.Lock()
				times[which], times[len(asked)] = append(times[which], took), append(times[len(asked)], took)
				mu.Unlock()
				time.Sleep(pause)
			}
		})
	}
	asking.Wait()
	return times
}
