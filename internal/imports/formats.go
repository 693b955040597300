package imports

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"sync"

	"past/crawler"
	"past/crawler/charset"
	"past/crawler/ctgov"
	"past/crawler/registers"
)

// format is one that can be imported.
type format struct {
	crawler.Format
	source string
}

// formats are those of all sources, tried in order: the first that recognises a
// file's beginning reads it.
var formats = sync.OnceValue(func() (out []format) {
	var last []format
	for _, r := range registers.Registers(registers.Options{}) {
		for _, f := range r.Files() {
			if f.Any {
				last = append(last, format{f, r.Name()})
			} else {
				out = append(out, format{f, r.Name()})
			}
		}
	}
	return append(out, last...)
})

// mayBe reports whether a text can be of a media type by its first byte.
func mayBe(media string, first byte) bool {
	switch first {
	case '{', '[':
		return media == "application/json"
	case '<':
		return media == "application/xml"
	}
	return media != "application/json" && media != "application/xml"
}

var errUnknownFormat = errors.New("the content is none of the formats that can be imported: " +
	"ClinicalTrials.gov JSON of API v2 or of the former API, " +
	"NDJSON, XML, the site's CSV, AACT's tables; PubMed XML, NBIB and RIS; Europe PMC, Crossref and OpenAlex JSON; " +
	"ISRCTN XML; EU CTIS JSON; " +
	"EUCTR protocols as text and results as XML; WHO ICTRP export (CSV or XML); Metapsy CSV; any of them in .zip or .gz")

var errOneTable = errors.New("one of AACT's pipe-delimited tables, which hold a study together: " +
	"import the folder or the .zip that has studies.txt and the others")

const inOther = "; unpack it and import what is in it (.zip and .gz are read as they are)"

// known are formats that are not read, by their first bytes, with what to do.
var known = []struct {
	at           int
	begins, says string
}{
	{0, "PK\x03\x04", "an archive inside of an archive or a pipe, or a workbook: unpack it and import what is in it; save sheets as CSV"},
	{0, "\x1f\x8b", "gzip inside of gzip: unpack it once and import the rest"},
	{0, "7z\xbc\xaf", "a 7z archive" + inOther}, {0, "Rar!", "a RAR archive" + inOther}, {0, "BZh", "a bzip2 file" + inOther},
	{0, "\xfd7zXZ", "an xz file" + inOther}, {0, "\x28\xb5\x2f\xfd", "a Zstandard file" + inOther}, {257, "ustar", "a tar archive" + inOther},
	{0, "%PDF", "a PDF, which holds no data: use the download of the site in one of the formats that docs/sources.md lists"},
	{0, "\xd0\xcf\x11\xe0", "a file of a former Office program: save the table as CSV and import that"},
	{0, "SQLite format 3", "an SQLite database; a database of past is opened with --db, not imported"},
}

// recognise recognises the format of a file from its name and first bytes.
func recognise(path string, head []byte) (*format, error) {
	text := bytes.TrimLeft(charset.Text(head), "\ufeff \t\r\n")
	if len(text) == 0 {
		return nil, errors.New("the file is empty")
	}
	text = text[:min(len(text), 8192)]
	if ctgov.AACTHeader(text) {
		return nil, errOneTable
	}
	for _, k := range known {
		if bytes.HasPrefix(head[min(k.at, len(head)):], []byte(k.begins)) {
			return nil, errors.New(k.says)
		}
	}
	low := bytes.ToLower(text[:min(len(text), 512)])
	if bytes.HasPrefix(low, []byte("<!doctype html")) || bytes.HasPrefix(low, []byte("<html")) {
		return nil, errors.New("a web page (HTML) and no data: use the download of the site in one of the formats that docs/sources.md lists")
	}
	for i, f := range formats() {
		if mayBe(f.Media, text[0]) && (f.Any || f.Recognise(filepath.Base(path), text)) {
			return &formats()[i], nil
		}
	}
	return nil, errUnknownFormat
}

// importKind is the stable code of a file that could not be read.
func importKind(head []byte) string {
	b := bytes.TrimSpace(head)
	switch {
	case head == nil:
		return "unreadable"
	case len(b) == 0:
		return "empty"
	case b[0] == '<':
		return "html-or-xml"
	}
	return "unknown-format"
}

// releasePath is the path of a dataset's file from the folder that names the
// dataset on (data-…), as the project publishes it; or else the file's name.
func releasePath(path string) string {
	parts := strings.Split(filepath.ToSlash(path), "/")
	for i, part := range parts[:len(parts)-1] {
		if strings.HasPrefix(part, "data-") {
			return strings.Join(parts[i:], "/")
		}
	}
	return parts[len(parts)-1]
}
