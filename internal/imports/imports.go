// Package imports takes in files: it tells what each is from its content, cuts
// it into its records and gives these to the store with the place they came
// from. Memory is bounded by a batch of records, whatever the size of a file.
// Reading a record is the business of its source in past/crawler; what can be
// imported is listed in docs/sources.md.
package imports

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"past/crawler"
	"past/crawler/metapsy"
	"past/internal/evidence"
	"past/internal/store"
)

// Report counts what an import brought.
type Report struct {
	Files   int                  `json:"files"`
	Records int                  `json:"records"`
	Result  crawler.CommitResult `json:"result"`
	// Problems are files, records and values inside of records that could not
	// be read and were kept aside, the first of them; ProblemCount counts all.
	Problems     []evidence.Problem `json:"problems"`
	ProblemCount int                `json:"problem_count"`
	Drift        map[string]int     `json:"schema-drift,omitempty"` // mentions of unknown keys by source
}

// mostKept is how many problems a report holds; the store keeps all.
const mostKept = 1000

// Importer takes files into a store.
type Importer struct {
	Store *store.Store
	Parse func(evidence.Payload) (crawler.Parsed, error)
	Now   func() time.Time
	Run   string // id of the run
	Stdin io.Reader
}

// Files takes in files, folders, archives and, as "-", the standard input. A
// file that cannot be read is kept aside as a problem and the others go on.
func (im *Importer) Files(ctx context.Context, paths []string) (Report, error) {
	rep := Report{Drift: map[string]int{}}
	for _, path := range paths {
		err := open(ctx, path, cmp.Or[io.Reader](im.Stdin, os.Stdin), func(in input) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return im.one(ctx, in, &rep)
		})
		var bad *badInput
		if errors.As(err, &bad) {
			err = im.fault(ctx, bad.name, bad.err, nil, &rep)
		}
		if err != nil {
			return rep, fmt.Errorf("import: %w", err)
		}
	}
	return rep, nil
}

// one takes in one text.
func (im *Importer) one(ctx context.Context, in input, rep *Report) error {
	if in.tables != nil {
		return im.tables(ctx, in, rep)
	}
	rep.Files++
	sum := sha256.New()
	w := &window{r: io.TeeReader(in.r, sum)}
	w.fill(8192)
	if w.err != nil && len(w.buf) == 0 {
		return im.broken(ctx, in, w, rep)
	}
	if w.err != nil { // it is met again behind the records before it
		w.r, w.err = failing{w.err}, nil
	}
	name := cmp.Or(in.member, in.name)
	f, err := recognise(name, w.buf)
	if err != nil {
		return im.fault(ctx, in.name, err, w.buf, rep)
	}
	fileNo, err := im.Store.BeginFile(ctx, store.File{Name: filepath.Base(in.name), Member: in.member, At: im.Now().UTC()})
	if err != nil {
		return err
	}
	b := &batcher{im: im, ctx: ctx, format: f, in: in, fileNo: fileNo, rep: rep, url: "file:" + filepath.Base(in.name)}
	if f.source == metapsy.SourceName { // releases are all called data.csv: their folders name them
		b.url = "file:" + releasePath(in.name)
	}
	err = framingOf(name, f, w)(w, b.add)
	if err == nil {
		err = w.err
	}
	if err := errors.Join(b.err, b.close()); err != nil {
		return err
	}
	if err != nil {
		w.err = err
		return im.broken(ctx, in, w, rep)
	}
	if b.given == 0 {
		empty := evidence.Problem{Kind: crawler.KindEmpty, Where: in.name, Message: "the file holds no records"}
		if err := im.note(ctx, empty, nil, rep); err != nil {
			return err
		}
	}
	return im.Store.EndFile(ctx, fileNo, hex.EncodeToString(sum.Sum(nil)), w.base+int64(len(w.buf)))
}

// broken tells of a text whose reading ended early. What exceeds a limit stops
// the import; the fault of a member of an archive does not.
func (im *Importer) broken(ctx context.Context, in input, w *window, rep *Report) error {
	var large *tooLargeError
	_, kept := in.r.(failing)
	if errors.As(w.err, &large) || in.member == "" && !kept && !errors.Is(w.err, errTooDeep) {
		return fmt.Errorf("%s: %w", in.name, w.err)
	}
	return im.fault(ctx, in.name, w.err, nil, rep)
}

// fault keeps a file that cannot be read as a problem, with its bytes where
// they are at hand and small.
func (im *Importer) fault(ctx context.Context, name string, fault error, body []byte, rep *Report) error {
	rep.Result.KeptAside++
	return im.note(ctx, evidence.Problem{Kind: importKind(body), Where: name, Message: fault.Error()}, body, rep)
}

// note keeps a problem of a file, with its bytes where they are at hand.
func (im *Importer) note(ctx context.Context, p evidence.Problem, body []byte, rep *Report) error {
	p.Source, p.Retry, p.At = "import", "past import "+p.Where, im.Now().UTC()
	if body != nil {
		p.SHA256 = sumOf(body)
	}
	payload := evidence.Payload{SHA256: sumOf(body), Source: "import", URL: "file:" + filepath.Base(p.Where), FetchedAt: p.At, Body: body}
	_, err := im.Store.Import(ctx, "import", im.Run, []evidence.Payload{payload}, crawler.Parsed{Problems: []evidence.Problem{p}})
	rep.problems(p)
	return err
}

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func (r *Report) problems(ps ...evidence.Problem) {
	for _, p := range ps {
		if p.Kind == crawler.KindDrift {
			r.Drift[p.Source]++
			continue
		}
		r.ProblemCount++
		if len(r.Problems) < mostKept {
			r.Problems = append(r.Problems, p)
		}
	}
}

// A batch is committed at once; the next one is cut and parsed meanwhile.
const (
	batchBytes = 6 << 20
	batchParts = 500
)

// batcher gathers parts into batches.
type batcher struct {
	im     *Importer
	ctx    context.Context
	format *format
	in     input
	url    string
	fileNo int64 // 0 for parts that were put together from several files
	rep    *Report

	large int // how many times smaller a batch is than usual, 0 for as usual
	given int // parts so far
	parts []evidence.Payload
	bytes int
	wait  chan error // of the batch that is being committed
	err   error
}

func (b *batcher) add(p part) error {
	if len(p.body) > maxRecord {
		return &tooLargeError{"a record", maxRecord}
	}
	b.given++
	payload := evidence.Payload{Source: b.format.source, MediaType: b.format.media, URL: b.url, FetchedAt: b.im.Now().UTC(), Body: p.body}
	if b.fileNo != 0 {
		payload.File = &evidence.FilePart{No: b.fileNo, Offset: p.offset, Head: p.head}
	}
	b.parts = append(b.parts, payload)
	if b.bytes += len(p.body); b.bytes < batchBytes/max(b.large, 1) && len(b.parts) < batchParts {
		return nil
	}
	b.flush()
	if b.err != nil {
		return b.err
	}
	return b.ctx.Err()
}

// flush parses the batch and hands it to the store.
func (b *batcher) flush() {
	if len(b.parts) == 0 || b.err != nil {
		return
	}
	payloads := b.parts
	b.parts, b.bytes = nil, 0
	parsed := b.parse(payloads)
	if b.settle(); b.err != nil {
		return
	}
	b.wait = make(chan error, 1)
	go func() { b.wait <- b.commit(payloads, parsed) }()
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
	return b.err
}

// parse reads the parts on all processors.
func (b *batcher) parse(payloads []evidence.Payload) crawler.Parsed {
	each := make([]crawler.Parsed, len(payloads))
	var wg sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	step := max(1, len(payloads)/(4*cap(room))+1)
	for from := 0; from < len(payloads); from += step {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			for i := from; i < min(from+step, len(payloads)); i++ {
				each[i] = b.read(&payloads[i])
			}
		})
	}
	wg.Wait()
	var all crawler.Parsed
	for _, p := range each {
		all.Records, all.Problems = append(all.Records, p.Records...), append(all.Problems, p.Problems...)
	}
	return all
}

func (b *batcher) read(p *evidence.Payload) crawler.Parsed {
	p.SHA256 = sumOf(p.Body)
	parsed, err := b.im.Parse(*p)
	for i := range parsed.Problems {
		if pr := &parsed.Problems[i]; pr.Kind != crawler.KindDrift {
			pr.Where = strings.TrimSuffix(b.place(p)+": "+pr.Where, ": ")
		}
	}
	if err != nil { // which says what the problems do
		kind, message := importKind(p.Body), err.Error()
		var a *crawler.AnswerError
		if errors.As(err, &a) {
			kind, message = a.Kind, a.Message
		}
		parsed.Problems = []evidence.Problem{{Source: p.Source, Kind: kind, Where: b.place(p), Message: message,
			Retry: "past import " + b.in.name, SHA256: p.SHA256, At: p.FetchedAt}}
	}
	return parsed
}

// place names a part for people.
func (b *batcher) place(p *evidence.Payload) string {
	if p.File == nil || p.File.Offset == 0 {
		return b.in.name
	}
	return fmt.Sprintf("%s, byte %d", b.in.name, p.File.Offset)
}

func (b *batcher) commit(payloads []evidence.Payload, parsed crawler.Parsed) error {
	res, err := b.im.Store.Import(b.ctx, b.format.source, b.im.Run, payloads, parsed)
	if err != nil {
		return fmt.Errorf("%s: %w", b.in.name, err)
	}
	r := b.rep
	r.Records += len(parsed.Records)
	r.problems(parsed.Problems...)
	r.problems(b.valueProblems(parsed.Records)...)
	r.Result.Add(res)
	return nil
}

// valueProblems are the values inside of records that could not be read, with
// the file, the record and the place in it. The store keeps them with their
// records.
func (b *batcher) valueProblems(records []evidence.Record) []evidence.Problem {
	var out []evidence.Problem
	for i := range records {
		r := &records[i]
		for _, p := range r.Problems {
			p.Source, p.RecordID = cmp.Or(p.Source, b.format.source), cmp.Or(p.RecordID, r.ID)
			p.Where = strings.TrimSpace(b.in.name + ": " + p.RecordID + " " + p.Where)
			out = append(out, p)
		}
	}
	return out
}
