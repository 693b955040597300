package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"past/internal/pipeline"
	"past/internal/store"
)

// BenchmarkPage measures edition pages over loopback TCP, client included.
func BenchmarkPage(b *testing.B) {
	w := newWorld(b)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.server.Serve(ctx, l, time.Second) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequest("GET", "http://"+l.Addr().String()+"/f/mdma-ptsd-severity.html", nil)
			if err != nil {
				b.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", "gzip")
			resp, err := client.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	client.CloseIdleConnections()
	stop()
	if err := <-done; err != nil {
		b.Error(err)
	}
}

// TestLookupsUnderLoad prints the 99th percentile of API look-ups at 200
// requests a second for five seconds, while a writer is at work. It asserts no
// time, and runs only when asked: PAST_LOAD=1.
func TestLookupsUnderLoad(t *testing.T) {
	if os.Getenv("PAST_LOAD") == "" {
		t.Skip("a measurement: set PAST_LOAD=1")
	}
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.server.Serve(ctx, l, time.Second) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	paths := []string{"/api/v1/findings/mdma-ptsd-severity", "/api/v1/trials/NCT03537014", "/api/v1/claims", "/api/v1/search?q=PTSD", "/api/v1/studies/NCT03537014"}
	writing, halt := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(writing)
		writeOn(t, w.db, halt)
	}()
	const seconds, rate = 5, 200
	times := make([]time.Duration, seconds*rate)
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for i := range times {
		<-tick.C
		wg.Go(func() {
			start := time.Now()
			resp, err := client.Get("http://" + l.Addr().String() + paths[i%len(paths)])
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			times[i] = time.Since(start)
			if resp.StatusCode != 200 {
				t.Errorf("%s: %d", paths[i%len(paths)], resp.StatusCode)
			}
		})
	}
	wg.Wait()
	close(halt)
	<-writing
	slices.Sort(times)
	t.Logf("p50 %v, p99 %v, max %v at %d requests/s", times[len(times)/2], times[len(times)*99/100], times[len(times)-1], rate)
	client.CloseIdleConnections()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// writeOn runs the analysing stages over and over until halted.
func writeOn(t *testing.T, db string, halt <-chan struct{}) {
	st, err := store.Open(context.Background(), db, store.Options{})
	if err != nil {
		t.Error(err)
		return
	}
	defer st.Close()
	p := pipeline.New(st, filepath.Join(filepath.Dir(db), "review"))
	for {
		select {
		case <-halt:
			return
		default:
		}
		if err := p.Stages(context.Background()); err != nil {
			t.Error(err)
			return
		}
	}
}
