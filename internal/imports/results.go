package imports

import (
	"archive/zip"
	"bytes"
	"strings"

	"past/crawler/euctr"
)

// openResults reads an archive of EUCTR results: the newest version in it
// counts. done is false for other archives.
func openResults(name string, z *zip.Reader, each func(input) error) (done bool, err error) {
	body, member, err := euctr.Newest(z)
	if err != nil {
		return false, &badInput{name, err}
	}
	if body == nil {
		return false, nil
	}
	return true, each(input{name: name, member: strings.TrimPrefix(member, "/"), r: bytes.NewReader(body)})
}
