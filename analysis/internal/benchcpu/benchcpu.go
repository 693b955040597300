//go:build unix

// Package benchcpu adds the processor time to what a benchmark reports: on a
// machine with other work it is the number that can be compared with another
// program's.
package benchcpu

import (
	"syscall"
	"testing"
)

// Measure counts from here to the end of the benchmark, as cpu-ns/op.
func Measure(b *testing.B) {
	b.Helper()
	start := used()
	b.Cleanup(func() { b.ReportMetric(float64(used()-start)/float64(b.N), "cpu-ns/op") })
}

// used is the time that the process had on processors, in nanoseconds.
func used() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
