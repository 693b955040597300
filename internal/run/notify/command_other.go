//go:build !unix

package notify

import "os/exec"

// ownGroup does nothing where there are no process groups: the command itself
// is ended with its context.
func ownGroup(*exec.Cmd) (end func()) { return func() {} }
