package imports

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"

	"past/crawler/charset"
	"past/crawler/crossref"
	"past/crawler/ctgov"
	"past/crawler/ctis"
	"past/crawler/euctr"
	"past/crawler/europepmc"
	"past/crawler/ictrp"
	"past/crawler/isrctn"
	"past/crawler/metapsy"
	"past/crawler/openalex"
	"past/crawler/pubmed"
)

// frame is how a format holds its records.
type frame int

const (
	frameWhole  frame = iota // the file is one record, or cannot be cut
	frameJSON                // lists, answers, one value a line
	frameXML                 // elements
	frameTable               // rows under a header line
	frameBlocks              // blocks of tagged lines
)

// format is one that can be imported.
type format struct {
	source, media string
	frame         frame
	elements      []string // of frameXML
	begins        string   // of frameBlocks
	recognise     func(name string, head []byte) bool
}

// formats are tried in order: the first that recognises a file's beginning
// reads it.
var formats = []format{
	{pubmed.SourceName, "application/xml", frameXML, []string{"PubmedArticle", "PubmedBookArticle"}, "", pubmed.Recognise},
	{pubmed.SourceName, "text/plain", frameBlocks, nil, "PMID-", pubmed.RecogniseNBIB},
	{crossref.SourceName, "application/x-research-info-systems", frameBlocks, nil, "TY  -", crossref.RecogniseRIS},
	{isrctn.SourceName, "application/xml", frameXML, []string{"fullTrial"}, "", isrctn.Recognise},
	{ictrp.SourceName, "application/xml", frameXML, []string{"Trial"}, "", ictrp.Recognise},
	{ictrp.SourceName, "text/csv", frameTable, nil, "", ictrp.Recognise},
	{metapsy.SourceName, "text/csv", frameWhole, nil, "", metapsy.Recognise},
	{euctr.SourceName, "application/xml", frameWhole, nil, "", euctr.RecogniseResults},
	{euctr.SourceName, "text/plain", frameWhole, nil, "", euctr.Recognise},
	{ctgov.SourceName, "application/xml", frameXML, []string{"clinical_study"}, "", ctgov.Recognise},
	{ctgov.SourceName, "text/csv", frameTable, nil, "", ctgov.Recognise},
	{europepmc.SourceName, "application/json", frameJSON, nil, "", europepmc.Recognise},
	{crossref.SourceName, "application/json", frameJSON, nil, "", crossref.Recognise},
	{openalex.SourceName, "application/json", frameJSON, nil, "", openalex.Recognise},
	{ctis.SourceName, "application/json", frameJSON, nil, "", ctis.Recognise},
	{ctgov.SourceName, "application/json", frameJSON, nil, "", anyText},
}

func anyText(string, []byte) bool { return true }

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
	for i := range formats {
		if mayBe(formats[i].media, text[0]) && formats[i].recognise(filepath.Base(path), text) {
			return &formats[i], nil
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
