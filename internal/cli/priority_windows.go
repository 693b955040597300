package cli

import "golang.org/x/sys/windows"

// giveWay lowers the priority of this process, so that a server beside it
// answers as if it were alone. Windows knows classes in the place of a niceness.
// It is an aid and never an error.
func giveWay(nice int) {
	if nice > 0 {
		_ = windows.SetPriorityClass(windows.CurrentProcess(), windows.BELOW_NORMAL_PRIORITY_CLASS)
	}
}
