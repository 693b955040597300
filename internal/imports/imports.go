// Package imports takes in files: it says what each is from its content, cuts
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
	"time"

	"past/crawler"
	"past/crawler/metapsy"
	"past/internal/evidence"
	"past/internal/store"
	"past/internal/text"
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

// Missing is the first path that cannot be imported because nothing is there.
func Missing(paths []string) error {
	for _, path := range paths {
		if path == "-" {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	return nil
}

// Files takes in files, folders, archives and, as "-", the standard input. A
// file that cannot be read is kept aside as a problem and the others go on.
func (im *Importer) Files(ctx context.Context, paths []string) (Report, error) {
	rep := Report{Drift: map[string]int{}}
	last, err := im.Store.LastFile(ctx)
	b := &batcher{im: im, ctx: ctx, rep: &rep, last: last}
	for _, path := range paths {
		if err != nil {
			break
		}
		err = open(ctx, path, cmp.Or[io.Reader](im.Stdin, os.Stdin), func(in input) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return im.one(b, in)
		})
		var bad *badInput
		if errors.As(err, &bad) {
			err = b.fault(bad.name, bad.err, nil)
		}
	}
	if closing := b.close(); err == nil {
		err = closing
	}
	if err != nil {
		return rep, fmt.Errorf("import: %w", err)
	}
	return rep, nil
}

// one takes in one text.
func (im *Importer) one(b *batcher, in input) error {
	in.name, in.member = text.OneLine(in.name), text.OneLine(in.member) // an archive's names are printed and kept
	if in.tables != nil {
		return im.tables(b, in)
	}
	b.rep.Files++
	sum := sha256.New()
	w := &window{r: io.TeeReader(in.r, sum)}
	w.fill(8192)
	if w.err != nil && len(w.buf) == 0 {
		return b.broken(in, w)
	}
	if w.err != nil { // it is met again behind the records before it
		w.r, w.err = failing{w.err}, nil
	}
	name := cmp.Or(in.member, in.name)
	f, err := recognise(name, w.buf)
	if err != nil {
		return b.fault(in.name, err, w.buf)
	}
	file := b.begin(store.File{Name: filepath.Base(in.name), Member: in.member})
	to := &feed{batcher: b, format: f, in: in, fileNo: file.No, url: "file:" + filepath.Base(in.name)}
	if f.source == metapsy.SourceName { // releases are all called data.csv: their folders name them
		to.url = "file:" + releasePath(in.name)
	}
	err = framingOf(name, f, w)(w, to.add)
	if err == nil {
		err = w.err
	}
	if b.err != nil {
		return b.err
	}
	if err != nil && b.ctx.Err() != nil {
		return err
	}
	if err != nil {
		w.err = err
		return b.broken(in, w)
	}
	if to.given == 0 {
		empty := evidence.Problem{Kind: crawler.KindEmpty, Where: in.name, Message: "the file holds no records"}
		if err := b.note(empty, nil); err != nil {
			return err
		}
	}
	file.SHA256, file.Bytes = hex.EncodeToString(sum.Sum(nil)), w.base+int64(len(w.buf))
	return b.end(file)
}

// broken reports a text whose reading ended early. A disk or a network that
// fails, and a limit that concerns more than this text, stop the import.
func (b *batcher) broken(in input, w *window) error {
	var large *tooLargeError
	isLarge := errors.As(w.err, &large)
	_, kept := in.r.(failing)
	if kept || isLarge && large.alone || errors.Is(w.err, errTooDeep) || in.member != "" && !isLarge {
		return b.fault(in.name, w.err, nil)
	}
	return fmt.Errorf("%s: %w", in.name, w.err)
}

// fault keeps a file that cannot be read as a problem, with its bytes where
// they are at hand and small.
func (b *batcher) fault(name string, fault error, body []byte) error {
	b.rep.Result.KeptAside++
	return b.note(evidence.Problem{Kind: importKind(body), Where: name, Message: fault.Error()}, body)
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
