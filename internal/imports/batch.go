package imports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"past/crawler"
	"past/internal/evidence"
	"past/internal/store"
)

// A batch is committed at once; the next one is cut and parsed meanwhile. It
// goes across files: an archive with a member for each study has many.
const (
	batchBytes = 6 << 20
	batchParts = 500
)

// batcher gathers parts, and notes of files, into batches of one source.
type batcher struct {
	im   *Importer
	ctx  context.Context
	rep  *Report
	last int64 // number of the file that was begun last

	source string
	parts  []piece
	files  []store.File // begun or ended since the last batch
	bytes  int
	wait   chan error // of the batch that is being committed
	err    error

	aside    []evidence.Problem // of files, not committed yet
	bodies   []evidence.Payload // that belong to them
	asideLen int
}

// piece is a part with the name of its input.
type piece struct {
	evidence.Payload
	name string
}

// begin notes a file that is about to be read and gives its number.
func (b *batcher) begin(f store.File) store.File {
	b.last++
	f.No, f.At = b.last, b.im.Now().UTC()
	b.files = append(b.files, f)
	return f
}

// end notes that a file was read to its end.
func (b *batcher) end(f store.File) error {
	if n := len(b.files) - 1; n >= 0 && b.files[n].No == f.No {
		b.files[n] = f
	} else {
		b.files = append(b.files, f)
	}
	if len(b.files) < batchParts {
		return nil
	}
	b.flush()
	return b.err
}

// feed gives the parts of one input to a batcher.
type feed struct {
	*batcher
	format *format
	in     input
	url    string
	fileNo int64 // 0 for parts that were put together from several files
	large  int   // how many times smaller a batch is than usual, 0 for as usual
	given  int   // parts so far
}

func (f *feed) add(p part) error {
	if len(p.body) > maxRecord {
		return &tooLargeError{what: "a record", limit: maxRecord, alone: true}
	}
	f.given++
	b := f.batcher
	if b.source != f.format.source {
		b.flush()
		b.source = f.format.source
	}
	payload := evidence.Payload{Source: b.source, MediaType: f.format.Media, URL: f.url, FetchedAt: b.im.Now().UTC(), Body: p.body}
	if f.fileNo != 0 {
		payload.File = &evidence.FilePart{No: f.fileNo, Offset: p.offset, Head: p.head}
	}
	b.parts = append(b.parts, piece{payload, f.in.name})
	if b.bytes += len(p.body) * max(f.large, 1); b.bytes >= batchBytes || len(b.parts) >= batchParts {
		b.flush()
	}
	return cmp.Or(b.err, b.ctx.Err())
}

// flush parses the batch and hands it to the store.
func (b *batcher) flush() {
	if len(b.parts)+len(b.files) == 0 || b.err != nil {
		return
	}
	source, parts, files := cmp.Or(b.source, "import"), b.parts, b.files
	b.parts, b.files, b.bytes = nil, nil, 0
	read := b.parse(parts)
	if b.settle(); b.err != nil {
		return
	}
	b.wait = make(chan error, 1)
	go func() { b.wait <- b.commit(source, parts, files, read) }()
}

// settle waits for the batch that is being committed.
func (b *batcher) settle() {
	if b.wait != nil {
		b.err = errors.Join(b.err, <-b.wait)
		b.wait = nil
	}
}

func (b *batcher) close() error {
	b.flush()
	b.settle()
	return errors.Join(b.err, b.keepAside())
}

// readPart is what a part gave: its records and problems, and the problems of
// values inside of its records, for people.
type readPart struct {
	crawler.Parsed
	values []evidence.Problem
}

// parse reads the parts on all processors.
func (b *batcher) parse(parts []piece) []readPart {
	each := make([]readPart, len(parts))
	var wg sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	step := max(1, len(parts)/(4*cap(room))+1)
	for from := 0; from < len(parts); from += step {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			for i := from; i < min(from+step, len(parts)); i++ {
				each[i] = b.read(&parts[i])
			}
		})
	}
	wg.Wait()
	return each
}

func (b *batcher) read(p *piece) readPart {
	p.SHA256 = sumOf(p.Body)
	parsed, err := b.im.Parse(p.Payload)
	for i := range parsed.Problems {
		if pr := &parsed.Problems[i]; pr.Kind != crawler.KindDrift {
			pr.Where = strings.TrimSuffix(p.place()+": "+pr.Where, ": ")
		}
	}
	if err != nil { // which says what the problems do
		kind, message := importKind(p.Body), err.Error()
		var a *crawler.AnswerError
		if errors.As(err, &a) {
			kind, message = a.Kind, a.Message
		}
		parsed.Problems = []evidence.Problem{{Source: p.Source, Kind: kind, Where: p.place(), Message: message,
			Retry: "past import " + p.name, SHA256: p.SHA256, At: p.FetchedAt}}
	}
	return readPart{parsed, p.values(parsed.Records)}
}

// place names a part for people.
func (p *piece) place() string {
	if p.File == nil || p.File.Offset == 0 {
		return p.name
	}
	return fmt.Sprintf("%s, byte %d", p.name, p.File.Offset)
}

// values are the values inside of records that could not be read, with the
// file, the record and the place in it. The store keeps them with their records.
func (p *piece) values(records []evidence.Record) []evidence.Problem {
	var out []evidence.Problem
	for i := range records {
		r := &records[i]
		for _, v := range r.Problems {
			v.Source, v.RecordID = cmp.Or(v.Source, p.Source), cmp.Or(v.RecordID, r.ID)
			v.Where = strings.TrimSpace(p.name + ": " + v.RecordID + " " + v.Where)
			out = append(out, v)
		}
	}
	return out
}

func (b *batcher) commit(source string, parts []piece, files []store.File, read []readPart) error {
	var all readPart
	payloads := make([]evidence.Payload, len(parts))
	for i := range parts {
		payloads[i] = parts[i].Payload
		all.Records, all.Problems = append(all.Records, read[i].Records...), append(all.Problems, read[i].Problems...)
		all.values = append(all.values, read[i].values...)
	}
	res, err := b.im.Store.Import(b.ctx, source, b.im.Run, payloads, all.Parsed, files...)
	if err != nil {
		if len(parts) > 0 {
			err = fmt.Errorf("%s: %w", parts[len(parts)-1].name, err)
		}
		return err
	}
	b.rep.Records += len(all.Records)
	b.rep.problems(all.Problems...)
	b.rep.problems(all.values...)
	b.rep.Result.Add(res)
	return nil
}

// note keeps a problem of a file, with its bytes where they are at hand.
func (b *batcher) note(p evidence.Problem, body []byte) error {
	p.Source, p.Retry, p.At = "import", "past import "+p.Where, b.im.Now().UTC()
	if len(body) > 0 {
		p.SHA256 = sumOf(body)
		b.bodies = append(b.bodies, evidence.Payload{SHA256: p.SHA256, Source: "import", URL: "file:" + filepath.Base(p.Where), FetchedAt: p.At,
			Body: append([]byte(nil), body...)})
	}
	b.aside = append(b.aside, p)
	if b.asideLen += len(body); len(b.aside) < batchParts && b.asideLen < batchBytes {
		return nil
	}
	b.settle()
	return errors.Join(b.err, b.keepAside())
}

// keepAside commits the problems of files; nothing else is being committed.
func (b *batcher) keepAside() error {
	if len(b.aside) == 0 {
		return nil
	}
	problems, bodies := b.aside, b.bodies
	b.aside, b.bodies, b.asideLen = nil, nil, 0
	_, err := b.im.Store.Import(b.ctx, "import", b.im.Run, bodies, crawler.Parsed{Problems: problems})
	b.rep.problems(problems...)
	return err
}
