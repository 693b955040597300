package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version and Commit are set at link time: the released version, and the
// commit it was built from.
var (
	Version = "dev"
	Commit  = ""
)

// version names the program in editions, citations and requests. A build
// without a version is named by its commit.
func version() string {
	if c := commit(); Version == "dev" && len(c) >= 12 {
		return "dev-" + c[:12]
	}
	return Version
}

// commit is the one set at link time, or else the one that the go command
// wrote into the binary; "" if neither is known.
func commit() string {
	if Commit != "" {
		return Commit
	}
	if bi, ok := debug.ReadBuildInfo(); ok {
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return ""
}

// versionLine is what past --version prints.
func versionLine() string {
	c := commit()
	if c == "" {
		c = "unknown"
	}
	return fmt.Sprintf("past %s (commit %s, %s %s/%s)", version(), c, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
