//go:build !darwin && !linux && !freebsd && !windows

package cli

import "errors"

func freeBytes(string) (int64, error) { return 0, errors.New("not asked on this system") }
