package cli

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// giveWay lowers the priority of this process to at least the given niceness, so
// that a server beside it answers as if it were alone. Linux keeps the value by
// thread, and a thread inherits that of the one that made it: the threads are
// gone through until none is left to change. It is an aid and never an error.
func giveWay(nice int) {
	for changed, pass := true, 0; changed && pass < 10; pass++ {
		changed = false
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return
		}
		for _, t := range tasks {
			id, err := strconv.Atoi(t.Name())
			if err != nil {
				continue
			}
			// The raw call answers 20 less the niceness, from 1 to 40.
			if now, err := unix.Getpriority(unix.PRIO_PROCESS, id); err == nil && 20-now < nice {
				changed = unix.Setpriority(unix.PRIO_PROCESS, id, nice) == nil || changed
			}
		}
	}
}
