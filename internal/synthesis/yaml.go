package synthesis

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// maxYAML bounds a questions or claims file, in bytes.
const maxYAML = 4 << 20

// decodeYAML reads strictly: an unknown key is an error with its line. The
// reader panics on some malformed input (tags on scalars); that is a mistake
// of the file like any other.
func decodeYAML(name string, data []byte, v any) (err error) {
	if len(data) > maxYAML {
		return fmt.Errorf("%s: %d bytes, more than the %d that such a file may have", name, len(data), maxYAML)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the YAML cannot be read; check tags (!), anchors and indentation", name)
		}
	}()
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(v); err != nil {
		return fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	return nil
}
