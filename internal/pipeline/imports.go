package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"past/crawler"
	"past/crawler/crossref"
	"past/crawler/ctis"
	"past/crawler/euctr"
	"past/crawler/europepmc"
	"past/crawler/ictrp"
	"past/crawler/isrctn"
	"past/crawler/metapsy"
	"past/crawler/pubmed"
	"past/internal/evidence"
)

// ImportReport counts what an import brought.
type ImportReport struct {
	Files   int                  `json:"files"`
	Records int                  `json:"records"`
	Result  crawler.CommitResult `json:"result"`
	// Problems are files, records and values inside of records that could not
	// be read and were kept aside.
	Problems []evidence.Problem `json:"problems"`
}

// maxImport is the largest file taken in, in bytes.
const maxImport = 1 << 30

// Import takes in files: what each is, is seen from its content. A file that
// cannot be read is kept aside as a problem and the others go on.
func (p *Pipeline) Import(ctx context.Context, run string, paths []string) (ImportReport, error) {
	var rep ImportReport
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		if err := p.importFile(ctx, run, path, &rep); err != nil {
			return rep, err
		}
	}
	return rep, nil
}

func (p *Pipeline) importFile(ctx context.Context, run, path string, rep *ImportReport) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if info.IsDir() {
		return fmt.Errorf("import: %s is a folder; name the files in it, for example %s", path, filepath.Join(path, "*.json"))
	}
	if info.Size() > maxImport {
		return fmt.Errorf("import: %s has %d bytes, more than the %d that one file may have; split it", path, info.Size(), maxImport)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	rep.Files++
	payload, err := taken(path, body)
	payload.FetchedAt = p.Now().UTC()
	var parsed crawler.Parsed
	if err == nil {
		parsed, err = parse(payload)
	}
	if err != nil {
		problem := evidence.Problem{Source: payload.Source, Kind: importKind(body), Where: path, Message: err.Error(),
			Retry: "past import " + path, SHA256: payload.SHA256, At: p.Now().UTC()}
		if problem.Source == "" {
			problem.Source, payload.Source = "import", "import"
		}
		parsed.Problems = append(parsed.Problems, problem)
	}
	res, err := p.Store.Import(ctx, payload.Source, run, []evidence.Payload{payload}, parsed)
	if err != nil {
		return fmt.Errorf("import %s: %w", path, err)
	}
	rep.Records += len(parsed.Records)
	rep.Problems = append(rep.Problems, parsed.Problems...)
	rep.Problems = append(rep.Problems, valueProblems(path, payload.Source, parsed.Records)...)
	rep.Result.Received += res.Received
	rep.Result.New += res.New
	rep.Result.Changed += res.Changed
	rep.Result.Unchanged += res.Unchanged
	rep.Result.KeptAside += res.KeptAside
	return nil
}

// valueProblems are the values inside of records that could not be read, with
// the file, the record and the place in it. The store keeps them with their
// records.
func valueProblems(path, source string, records []evidence.Record) []evidence.Problem {
	var out []evidence.Problem
	for i := range records {
		r := &records[i]
		for _, p := range r.Problems {
			p.Source, p.RecordID = cmp.Or(p.Source, source), cmp.Or(p.RecordID, r.ID)
			p.Where = strings.TrimSpace(path + ": " + p.RecordID + " " + p.Where)
			out = append(out, p)
		}
	}
	return out
}

// taken makes a payload of a file. Of an archive of results the payload is the
// XML in it. The error says that the file is of no format that can be read;
// the payload is then the file as it is.
func taken(path string, body []byte) (evidence.Payload, error) {
	p := evidence.Payload{SHA256: sum(body), URL: "file:" + filepath.Base(path), Body: body}
	if euctr.IsArchive(body) {
		p.MediaType = "application/zip"
		result, _, err := euctr.Unpack(body)
		if err != nil {
			return p, fmt.Errorf("an archive is read where it is one of EUCTR results: %w", err)
		}
		p.SHA256, p.Body = sum(result), result
	}
	var err error
	p.Source, p.MediaType, err = recognise(path, p.Body)
	if p.Source == metapsy.SourceName { // releases are all called data.csv: their folders name them
		p.URL = "file:" + releasePath(path)
	}
	return p, err
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

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

var errUnknownFormat = errors.New("the content is none of the formats that can be imported: ClinicalTrials.gov JSON (a study, an array, a search page, NDJSON), PubMed XML, Europe PMC JSON, Crossref JSON, ISRCTN XML, EU CTIS JSON, EUCTR protocols as text and results as XML or zip, WHO ICTRP export (CSV or XML), Metapsy CSV")

// formats are tried in order: the first that recognises a file's beginning
// reads it.
var formats = []struct {
	source, media string
	recognise     func(name string, head []byte) bool
}{
	{pubmed.SourceName, "application/xml", pubmed.Recognise},
	{isrctn.SourceName, "application/xml", isrctn.Recognise},
	{ictrp.SourceName, "text/csv", ictrp.Recognise},
	{metapsy.SourceName, "text/csv", metapsy.Recognise},
	{euctr.SourceName, "application/xml", euctr.RecogniseResults},
	{euctr.SourceName, "text/plain", euctr.Recognise},
	{europepmc.SourceName, "application/json", europepmc.Recognise},
	{crossref.SourceName, "application/json", crossref.Recognise},
	{ctis.SourceName, "application/json", ctis.Recognise},
}

// recognise tells the source of a file from its name and first bytes.
func recognise(path string, body []byte) (source, media string, err error) {
	b := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\ufeff")), " \t\r\n")
	if len(b) == 0 {
		return "", "", errors.New("the file is empty")
	}
	head := b[:min(len(b), 4096)]
	for _, f := range formats {
		if f.recognise(filepath.Base(path), head) {
			return f.source, f.media, nil
		}
	}
	if b[0] == '{' || b[0] == '[' {
		if strings.HasSuffix(path, ".ndjson") || strings.HasSuffix(path, ".jsonl") {
			return "ctgov", "application/x-ndjson", nil
		}
		return "ctgov", "application/json", nil
	}
	return "", "", errUnknownFormat
}

// importKind is the stable code of a file that could not be read.
func importKind(body []byte) string {
	b := bytes.TrimSpace(body)
	switch {
	case len(b) == 0:
		return "empty"
	case b[0] == '<':
		return "html-or-xml"
	case (b[0] == '{' || b[0] == '[') && !json.Valid(b):
		return "half-json"
	}
	return "unknown-format"
}
