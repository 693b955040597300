package cli

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"past/internal/wholefile"
)

// secret reads a secret from the environment variable name, or from the file
// that name_FILE names, or from the file of the configuration. A file that
// others can read is reported as a warning.
func secret(name, configured string, warn io.Writer) (string, error) {
	if v := os.Getenv(name); v != "" {
		return v, nil
	}
	path, where := os.Getenv(name+"_FILE"), name+"_FILE"
	if path == "" {
		path, where = configured, "configuration"
	}
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("%s: secret file: %w", where, err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		fmt.Fprintf(warn, "past: warning: the secret file %s can be read by other accounts (mode %04o): chmod 600 %s\n", path, mode, path)
	}
	b, err := wholefile.Read(path, 64<<10)
	if err != nil {
		return "", fmt.Errorf("%s: secret file: %w", where, err)
	}
	v := strings.TrimRight(string(b), "\r\n")
	if v == "" {
		return "", fmt.Errorf("%s: secret file %s is empty", where, path)
	}
	return v, nil
}
