//go:build darwin || linux || freebsd

package cli

import "syscall"

// freeBytes is the room that this account can still fill below dir.
func freeBytes(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
