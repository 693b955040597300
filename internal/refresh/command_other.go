//go:build !unix

package refresh

import "os/exec"

// ownGroup does nothing where there are no process groups: the command itself
// is ended with its context.
func ownGroup(*exec.Cmd) (end func()) { return func() {} }
