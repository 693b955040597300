package euctr

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"past/crawler"
)

const (
	// maxMembers bounds the directory of an archive.
	maxMembers = 1000
	// maxUnpacked bounds an unpacked result, in bytes; real ones have up to
	// a few million.
	maxUnpacked = 64 << 20
)

// IsArchive reports whether a body is a zip file.
func IsArchive(body []byte) bool { return bytes.HasPrefix(body, []byte("PK\x03\x04")) }

// versionName finds the version in the register's name for a member:
// "EU-CTR 2008-003606-33 v2 - Results.xml".
var versionName = regexp.MustCompile(`(?i)\bv(\d{1,6})\s*-\s*results\.xml$`)

// Unpack gives the results in an archive of the register: of several versions
// the newest, as its name says, or else by its date. Names of members are read
// for that and never used as paths. Other members (summaries as PDF) are left.
// Errors are *crawler.AnswerError.
func Unpack(archive []byte) (result []byte, name string, err error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, "", &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: "the archive cannot be read: " + err.Error()}
	}
	if len(z.File) > maxMembers {
		return nil, "", &crawler.AnswerError{Kind: crawler.KindTooLarge, Message: fmt.Sprintf("the archive has %d members, more than %d",
			len(z.File), maxMembers)}
	}
	if result, name, err = newest(z.File); result == nil && err == nil {
		err = &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: fmt.Sprintf("no results among the %d members of the archive",
			len(z.File))}
	}
	return result, name, err
}

// fewMembers is how many members an archive of results has at most when none
// of them is named as the register names them.
const fewMembers = 20

// Newest is [Unpack] for an archive that may be another register's: result is
// nil when it is.
func Newest(z *zip.Reader) (result []byte, name string, err error) {
	named := slices.ContainsFunc(z.File, func(f *zip.File) bool { return versionName.MatchString(f.Name) })
	if !named && len(z.File) > fewMembers {
		return nil, "", nil
	}
	result, name, err = newest(z.File)
	if err != nil && !named {
		return nil, "", nil
	}
	return result, name, err
}

func newest(files []*zip.File) (result []byte, name string, err error) {
	for _, m := range newestFirst(files) {
		body, err := member(m.file)
		if err != nil {
			return nil, "", err // an older version must not stand in for the newest
		}
		if isResults(body) {
			return body, m.name, nil
		}
	}
	return nil, "", nil
}

type candidate struct {
	file    *zip.File
	name    string
	version int
	at      time.Time
}

// newestFirst lists the members that can be results.
func newestFirst(files []*zip.File) []candidate {
	var out []candidate
	for _, f := range files {
		name := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
		if f.FileInfo().IsDir() || !strings.EqualFold(path.Ext(name), ".xml") {
			continue
		}
		c := candidate{file: f, name: name, at: f.Modified}
		if m := versionName.FindStringSubmatch(name); m != nil {
			c.version, _ = strconv.Atoi(m[1])
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		switch {
		case a.version != b.version:
			return b.version - a.version
		case !a.at.Equal(b.at):
			return b.at.Compare(a.at)
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}

// member unpacks one member up to the cap, whatever size it claims to have.
func member(f *zip.File) ([]byte, error) {
	broken := func(err error) error {
		return &crawler.AnswerError{Kind: crawler.KindWrongShape, Message: fmt.Sprintf("the member %q of the archive cannot be unpacked: %v",
			f.Name, err)}
	}
	r, err := f.Open()
	if err != nil {
		return nil, broken(err)
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	switch {
	case err != nil:
		return nil, broken(err)
	case len(body) > maxUnpacked:
		return nil, &crawler.AnswerError{Kind: crawler.KindTooLarge, Message: fmt.Sprintf("the member %q unpacks to more than %d bytes", f.Name,
			maxUnpacked)}
	}
	return body, nil
}
