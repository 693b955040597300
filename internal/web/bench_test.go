package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"past/internal/web/lookup"
)

// BenchmarkExplain measures the first explanation of a finding, of which nothing
// but the edition is kept in memory.
func BenchmarkExplain(b *testing.B) {
	l := lookup.New(newWorld(b).store, "")
	for b.Loop() {
		if _, err := l.Explain(b.Context(), "mdma-ptsd-severity"); err != nil {
			b.Fatal(err)
		}
	}
}

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
