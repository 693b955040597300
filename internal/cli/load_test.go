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

// TestLookupsWhileRefreshing prints percentiles of API look-ups at 200 requests
// a second, from past serve, while past refresh runs over and over in a third
// process. It asserts no time, and runs only when asked: PAST_LOAD=SECONDS.
func TestLookupsWhileRefreshing(t *testing.T) {
	seconds, _ := strconv.Atoi(os.Getenv("PAST_LOAD"))
	if seconds <= 0 {
		t.Skip("a measurement: set PAST_LOAD to a number of seconds")
	}
	db, out := published(t)
	address, _ := serving(t, db, out)
	review := reviewFolder(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	cycles := 0
	var refreshing sync.WaitGroup
	refreshing.Go(func() {
		for ctx.Err() == nil {
			if err := exec.CommandContext(ctx, binary, "refresh", "--no-crawl", "--db", db, "--out", out, "--review", review).Run(); err != nil &&
				ctx.Err() == nil {
				t.Errorf("refresh: %v", err)
				return
			}
			cycles++
		}
	})
	const rate = 200
	paths := []string{"api/v1/findings/mdma-ptsd-severity", "api/v1/trials/NCT03537014", "api/v1/claims", "api/v1/search?q=PTSD",
		"api/v1/studies/NCT03537014"}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	times := make([]time.Duration, seconds*rate)
	var asking sync.WaitGroup
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for i := range times {
		<-tick.C
		asking.Go(func() {
			start := time.Now()
			resp, err := client.Get(address + paths[i%len(paths)])
			if err != nil {
				t.Error(err)
				return
			}
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			times[i] = time.Since(start)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %v", paths[i%len(paths)], resp.StatusCode, err)
			}
		})
	}
	asking.Wait()
	stop()
	refreshing.Wait()
	by := map[int][]time.Duration{}
	for i, d := range times {
		by[i%len(paths)] = append(by[i%len(paths)], d)
	}
	for i, p := range paths {
		slices.Sort(by[i])
		t.Logf("%-40s p50 %v, p99 %v", p, by[i][len(by[i])/2], by[i][len(by[i])*99/100])
	}
	slices.Sort(times)
	t.Logf("all: p50 %v, p99 %v, max %v at %d requests/s beside %d refreshes", times[len(times)/2], times[len(times)*99/100],
		times[len(times)-1], rate, cycles)
}
