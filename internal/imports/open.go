package imports

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Limits of what is read, in bytes. They are far beyond what the registers
// give: all of ClinicalTrials.gov was 43 GB of JSON and 4 GB of zip in 2026.
const (
	maxFile     = 256 << 30
	maxPipe     = 8 << 30
	maxExpanded = 256 << 30
	// An archive that grows beyond this and by more than maxRatio is a bomb:
	// studies compress 10 to 30 times.
	freeExpansion = 256 << 20
	maxRatio      = 250
	maxMembers    = 2_000_000
)

// input is one text to be read: a file, the member of an archive, a pipe.
type input struct {
	name   string // as the person named it, or ARCHIVE!MEMBER
	member string // of an archive
	r      io.Reader
	tables *tableSet // in the place of r: tables that are read together
}

// badInput is a fault of one file that does not concern the others.
type badInput struct {
	name string
	err  error
}

func (e *badInput) Error() string { return e.name + ": " + e.err.Error() }
func (e *badInput) Unwrap() error { return e.err }

// open gives the texts of a path in a fixed order: of "-" the standard input,
// of a folder all its files but hidden ones, of an archive its members.
func open(ctx context.Context, name string, stdin io.Reader, each func(input) error) error {
	if name == "-" {
		return each(unzipped(input{name: "-", r: limited(stdin, "the standard input", maxPipe)}, 0, nil))
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return openFolder(name, each)
	case mode.IsRegular():
		return openFile(name, info.Size(), each)
	case mode&fs.ModeNamedPipe != 0:
		f, err := openPipe(ctx, name)
		if err != nil {
			return err
		}
		defer f.Close()
		return each(unzipped(input{name: name, r: limited(f, name, maxPipe)}, 0, nil))
	default:
		return fmt.Errorf("%s is not a regular file, a folder or a pipe", name)
	}
}

// openPipe waits for the program that writes into a pipe, and stops waiting when
// ctx ends: opening one that no one writes to does not return.
func openPipe(ctx context.Context, name string) (*os.File, error) {
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(name)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return o.f, o.err
	case <-ctx.Done():
		go func() { // the writer may still come
			if o := <-done; o.f != nil {
				o.f.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// openFolder reads the files below a folder; links to folders are not
// followed.
func openFolder(dir string, each func(input) error) error {
	sets := map[string]bool{} // folders whose tables were read
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && p == dir:
			return err
		case err != nil:
			return each(input{name: p, r: failing{err}})
		case p != dir && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir():
			if set := folderTables(p); set != nil {
				sets[p] = true
				return each(input{name: p, tables: set})
			}
			return nil
		case sets[filepath.Dir(p)] && tableName(p) != "" && fileStartsAsTable(p):
			return nil // read with its set
		}
		info, err := os.Stat(p)
		switch {
		case err != nil: // a link that leads nowhere
			return each(input{name: p, r: failing{err}})
		case !info.Mode().IsRegular():
			return nil
		}
		err = openFile(p, info.Size(), each)
		var path *fs.PathError
		var bad *badInput
		var large *tooLargeError
		switch {
		case errors.As(err, &bad):
			return each(input{name: bad.name, r: failing{bad.err}})
		case errors.As(err, &large):
			return each(input{name: p, r: failing{err}})
		case errors.As(err, &path) && path.Path == p: // not allowed to read it
			return each(input{name: p, r: failing{path}})
		}
		return err
	})
}

func openFile(name string, size int64, each func(input) error) error {
	if size > maxFile {
		return &tooLargeError{what: name, limit: maxFile}
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	b := bufio.NewReaderSize(f, 64<<10)
	if magic, _ := b.Peek(4); string(magic) == "PK\x03\x04" || string(magic) == "PK\x05\x06" {
		return openZip(name, f, size, each)
	}
	return each(unzipped(input{name: name, r: limited(b, name, maxFile)}, size, nil))
}

// unzipped gives what is packed in a text that is gzip, and other texts as they
// are. packed is the size of it, 0 where that is not known; archive, nil for none,
// is what it is a member of.
func unzipped(in input, packed int64, archive *expanding) input {
	b := bufio.NewReaderSize(in.r, 64<<10)
	in.r = b
	if magic, _ := b.Peek(2); len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return in
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		in.r = failing{fmt.Errorf("the gzip data cannot be read: %w", err)}
		return in
	}
	if in.member == "" {
		in.member = strings.TrimSuffix(filepath.Base(in.name), ".gz")
	}
	switch {
	case packed > 0:
		in.r = &expanding{r: z, name: in.name, packed: packed, archive: archive}
	default:
		in.r = limited(z, "what is packed in "+in.name, maxPipe)
	}
	in.r = inflating{in.r}
	return in
}

// inflating says of compressed data that ends too early or is damaged what that
// means.
type inflating struct{ r io.Reader }

func (f inflating) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the compressed data ends too early: the file was cut off; fetch it again")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, zip.ErrChecksum):
		err = fmt.Errorf("the compressed data is damaged (%w); fetch it again", err)
	}
	return n, err
}

// openZip reads the members of an archive one after the other; nothing is
// written to the disk.
func openZip(name string, f *os.File, size int64, each func(input) error) error {
	z, err := zip.NewReader(f, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return &badInput{name, fmt.Errorf("the archive cannot be read, it was cut off or is damaged (%w); fetch it again", err)}
	}
	if len(z.File) > maxMembers {
		return &badInput{name, fmt.Errorf("the archive has %d members, more than the limit of %d", len(z.File), maxMembers)}
	}
	if done, err := openResults(name, z, each); done || err != nil {
		return err
	}
	total := &expanding{name: name, packed: size}
	set, tables := zipTables(z, total)
	if set != nil {
		if err := each(input{name: name, tables: set}); err != nil {
			return err
		}
	}
	for _, m := range z.File {
		if skipMember(m) || tables[m] {
			continue
		}
		if err := openMember(name, m, total, each); err != nil {
			return err
		}
	}
	return nil
}

// slashed is the name of a member, which some programs on Windows write with
// backslashes.
func slashed(m *zip.File) string { return strings.ReplaceAll(m.Name, `\`, "/") }

// skipMember reports whether a member is none that a person put there.
func skipMember(m *zip.File) bool {
	name := slashed(m)
	return m.FileInfo().IsDir() || strings.HasSuffix(name, "/") || strings.HasPrefix(path.Base(name), ".") ||
		strings.HasPrefix(name, "__MACOSX/")
}

func openMember(archive string, m *zip.File, total *expanding, each func(input) error) error {
	name := archive + "!" + m.Name
	switch {
	case !m.Mode().IsRegular():
		return each(input{name: name, member: m.Name, r: failing{errors.New("the member is no regular file; it was not read")}})
	case !filepath.IsLocal(filepath.FromSlash(slashed(m))):
		return each(input{name: name, member: m.Name, r: failing{errors.New("the member's path leads out of the archive; it was not read")}})
	}
	r, err := m.Open()
	if err != nil {
		return each(input{name: name, member: m.Name, r: failing{err}})
	}
	defer r.Close()
	total.r = r
	return each(unzipped(input{name: name, member: m.Name, r: inflating{total}}, int64(m.CompressedSize64), total))
}

// failing is the reader of what must not be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// limited reads up to limit bytes; more is an error, never a cut.
func limited(r io.Reader, what string, limit int64) io.Reader {
	return &limitReader{r: r, what: what, limit: limit}
}

type limitReader struct {
	r        io.Reader
	what     string
	n, limit int64
}

func (l *limitReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.n += int64(n); l.n > l.limit {
		return 0, &tooLargeError{what: l.what, limit: l.limit}
	}
	return n, err
}

// expanding reads what was compressed and refuses what grows too much; for an
// archive it counts over all members, and over what is packed in them again.
type expanding struct {
	r         io.Reader
	name      string
	packed, n int64
	archive   *expanding
}

func (e *expanding) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	for x := e; x != nil; x = x.archive {
		if err := x.grow(n); err != nil {
			return 0, err
		}
	}
	return n, err
}

func (e *expanding) grow(n int) error {
	e.n += int64(n)
	switch {
	case e.n > maxExpanded:
		return &tooLargeError{what: "what is packed in " + e.name, limit: maxExpanded}
	case e.n > freeExpansion && e.n > maxRatio*e.packed:
		return fmt.Errorf("%s expands more than %d times, which no register's file does; it was not read on: %w",
			e.name, maxRatio, &tooLargeError{what: "its content", limit: maxRatio * e.packed})
	}
	return nil
}
