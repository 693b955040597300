//go:build darwin || freebsd

package cli

import "golang.org/x/sys/unix"

// giveWay lowers the priority of this process to at least the given niceness, so
// that a server beside it answers as if it were alone. It is an aid and never an
// error.
func giveWay(nice int) {
	if now, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err == nil && now < nice {
		_ = unix.Setpriority(unix.PRIO_PROCESS, 0, nice)
	}
}
