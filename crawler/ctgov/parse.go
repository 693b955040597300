package ctgov

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"past/crawler"
	"past/crawler/answer"
	"past/crawler/charset"
	"past/internal/evidence"
)

// Parse reads a stored payload of any shape into records, in its order. One
// study that cannot be read never loses the others: it comes back as a problem
// with its pointer. The error, an *crawler.AnswerError, means that nothing
// could be read.
func Parse(p evidence.Payload) (crawler.Parsed, error) {
	p = answer.Hashed(p)
	body := charset.UTF8Text(p.Body)
	if f := formatOf(body); f != nil {
		return readFormer(f, body, p)
	}
	s, err := cutPayload(body)
	if err != nil {
		return crawler.Parsed{}, err
	}
	out, first := readShape(s, p)
	if len(s.pieces) == 1 && len(out.Records) == 0 && !s.page {
		return out, first
	}
	return out, nil
}

// split gives the studies of a whole search page.
func split(p evidence.Payload) []evidence.Payload {
	shape, err := cutPayload(p.Body)
	if err != nil || shape.cut != nil || !shape.page || len(shape.pieces) < 2 || len(shape.unknown) > 0 {
		return []evidence.Payload{p}
	}
	var out []evidence.Payload
	for _, x := range shape.pieces {
		id := idIn(x.body)
		if x.err != nil || id == "" || !json.Valid(x.body) {
			return []evidence.Payload{p}
		}
		part := p
		part.SHA256, part.RecordID, part.Body = answer.Sum(x.body), id, x.body
		part.ETag, part.LastModified = "", "" // those are the page's
		out = append(out, part)
	}
	return out
}

// readShape reads the studies of a payload that has been cut; first is the
// fault of the first one, if any.
func readShape(s shape, p evidence.Payload) (out crawler.Parsed, first error) {
	records, errs := readPieces(s.pieces, p.SHA256, versionIn(p.URL))
	if len(errs) > 0 {
		first = errs[0]
	}
	for i := range records {
		if errs[i] == nil {
			out.Records = append(out.Records, records[i])
			continue
		}
		out.Problems = append(out.Problems, pieceProblem(s.pieces[i], errs[i]))
	}
	if s.cut != nil {
		out.Problems = append(out.Problems, evidence.Problem{
			Kind: answer.KindOf(s.cut), Where: p.URL,
			Message: fmt.Sprintf("%v; %d whole studies before it were read", s.cut, len(out.Records)),
		})
	}
	out.Problems = append(out.Problems, drift(s, out.Records)...)
	for i := range out.Problems {
		pr := &out.Problems[i]
		pr.Source, pr.SHA256, pr.At = SourceName, p.SHA256, p.FetchedAt
	}
	return out, first
}

// readPieces reads studies on all processors; they do not depend on each other.
func readPieces(pieces []piece, sha, fromURL string) ([]evidence.Record, []error) {
	records, errs := make([]evidence.Record, len(pieces)), make([]error, len(pieces))
	read := func(i int) {
		if errs[i] = pieces[i].err; errs[i] != nil {
			return
		}
		records[i], errs[i] = ParseStudy(pieces[i].body, evidence.Provenance{PayloadSHA256: sha, Pointer: pieces[i].base})
		records[i].Version = pieces[i].version
		if records[i].Version == "" && errs[i] == nil {
			records[i].Version = fromURL
		}
	}
	workers := min(runtime.GOMAXPROCS(0), len(pieces)/8+1)
	if workers == 1 {
		for i := range pieces {
			read(i)
		}
		return records, errs
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(pieces); i = int(next.Add(1)) - 1 {
				read(i)
			}
		})
	}
	wg.Wait()
	return records, errs
}

func pieceProblem(p piece, err error) evidence.Problem {
	return evidence.Problem{
		RecordID: idIn(p.body), Kind: answer.KindOf(err), Where: p.base,
		Message: "a study that cannot be read: " + err.Error(),
	}
}

// idIn finds the NCT number of a study without reading it, even where it is not
// JSON: the first nctId after the identification module's key.
func idIn(b []byte) string {
	i := bytes.Index(b, []byte(`"identificationModule"`))
	if i < 0 {
		return ""
	}
	b = b[i:]
	i = bytes.Index(b, []byte(`"nctId"`))
	if i < 0 {
		return ""
	}
	rest := b[i+len(`"nctId"`):]
	rest = bytes.TrimLeft(rest, " \t\r\n:\"")
	if len(rest) < 11 {
		return ""
	}
	id, _ := CanonicalID(string(rest[:11]))
	return id
}

// drift says which keys the parser does not know, by path, with how often
// they came and in how many studies.
func drift(s shape, records []evidence.Record) []evidence.Problem {
	type tally struct{ keys, studies int }
	all := map[string]tally{}
	for _, r := range records {
		for path, n := range r.Unknown {
			t := all[path]
			all[path] = tally{t.keys + n, t.studies + 1}
		}
	}
	paths := make([]string, 0, len(all))
	for path := range all {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var out []evidence.Problem
	for _, key := range s.unknown {
		out = append(out, evidence.Problem{Kind: crawler.KindDrift, Where: key,
			Message: fmt.Sprintf("unknown key %q beside the studies of a page", key)})
	}
	for _, path := range paths {
		t := all[path]
		out = append(out, evidence.Problem{Kind: crawler.KindDrift, Where: path,
			Message: fmt.Sprintf("unknown key %s, %d times in %d studies; it stays in the payload", path, t.keys, t.studies)})
	}
	return out
}
