//go:build !unix

package benchcpu

import "testing"

// Measure does nothing where the processor time cannot be asked for.
func Measure(*testing.B) {}
