//go:build unix

package notify

import (
	"os/exec"
	"syscall"
)

// ownGroup lets a command be stopped with all that it started: it is asked to
// end when its context does, and end ends what is left of it.
func ownGroup(cmd *exec.Cmd) (end func()) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	return func() {
		if cmd.Process != nil {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // nobody left is as good
		}
	}
}
