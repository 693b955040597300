package reports

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// marker is a file that distinguishes a folder of ours from anybody else's: only such
// a folder, or an empty one, is ever replaced.
const marker = ".past-report"

// ErrNotAReport is returned by Write when the target holds something that is
// no report; nothing is touched.
var ErrNotAReport = errors.New("the folder is not empty and holds no report")

// Write draws an edition into dir. Everything is written beside it first and
// put in place by renaming, so that a reader never sees half an edition and a
// failure leaves the one before untouched.
//
// With Options.SingleFile, dir/edition.html is written instead (or dir itself,
// if it ends in ".html").
func Write(ctx context.Context, dir string, ed Edition, opts Options) error {
	if opts.SingleFile {
		return writeSingle(ctx, dir, &ed, opts)
	}
	if err := replaceable(dir); err != nil {
		return err
	}
	s := newSite(&ed, opts)
	s.build()
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("make the folder for the report: %w", err)
	}
	name := sha256.Sum256([]byte(filepath.Base(filepath.Clean(dir))))
	own := fmt.Sprintf(".past-report-%x-", name[:4])
	if err := recoverKilled(parent, own, dir); err != nil {
		return fmt.Errorf("clear what a killed process left beside %s: %w", dir, err)
	}
	tmp, err := os.MkdirTemp(parent, own+"*")
	if err != nil {
		return fmt.Errorf("make a folder beside %s: %w", dir, err)
	}
	defer os.RemoveAll(tmp)
	if err := s.writeAll(ctx, tmp); err != nil {
		return fmt.Errorf("write the report (nothing was replaced): %w", err)
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return swap(tmp, dir)
}

// recoverKilled puts the report back that a process had set aside when it was
// killed, and removes what such processes were writing.
func recoverKilled(parent, own, dir string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), own) {
			continue
		}
		left := filepath.Join(parent, e.Name())
		if _, err := os.Lstat(dir); strings.HasSuffix(left, "-old") && errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(left, dir); err != nil {
				return err
			}
		} else if err := os.RemoveAll(left); err != nil {
			return err
		}
	}
	return nil
}

// replaceable refuses folders that hold something else than a report.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at the report's folder: %w", err)
	case len(entries) == 0:
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
		return fmt.Errorf("%w: %s; choose another folder or empty this one", ErrNotAReport, dir)
	}
	return nil
}

// swap puts the finished folder in place of the old one.
func swap(tmp, dir string) error {
	old := tmp + "-old"
	err := os.Rename(dir, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set the old report aside: %w", err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		back := os.Rename(old, dir)
		if errors.Is(back, fs.ErrNotExist) {
			back = nil
		}
		return errors.Join(fmt.Errorf("put the report in place: %w", err), back)
	}
	if err := os.RemoveAll(old); err != nil {
		return fmt.Errorf("remove the old report: %w", err)
	}
	return nil
}

func (s *site) writeAll(ctx context.Context, dir string) error {
	w := &writer{dir: dir, made: map[string]bool{}}
	if err := s.makeDownloads(w); err != nil { // before the page that states their sizes
		return err
	}
	for _, p := range s.pages {
		if err := ctx.Err(); err != nil {
			return err
		}
		body, err := p.render()
		if err != nil {
			return err
		}
		if err := w.put(p.Path, body); err != nil {
			return err
		}
	}
	a := sharedAssets()
	files := map[string]string{a.css.name: a.css.body, a.app.name: a.app.body}
	if !s.opt.NoLibrary {
		files[a.charts.name] = a.charts.body
		files["assets/echarts.LICENSE"] = chartLicence
		files["assets/echarts.NOTICE"] = chartNotice
	}
	for _, l := range []*listFile{s.trialFile, s.searchFile} {
		if l == nil {
			continue
		}
		if err := w.stream(l.name, l.write); err != nil {
			return err
		}
	}
	data, err := s.findingData()
	if err != nil {
		return err
	}
	for name, body := range data {
		if err := w.put(name, body); err != nil {
			return err
		}
	}
	for name, body := range s.webFiles() {
		if err := w.put(name, body); err != nil {
			return err
		}
	}
	for name, body := range files {
		if err := w.put(name, []byte(body)); err != nil {
			return err
		}
	}
	return w.put(marker, []byte("A report of the PAST evidence tracker, edition "+s.Ed.ID+".\nThe program replaces this folder as a whole.\n"))
}

// makeDownloads writes the downloads and leaves those listed that the edition has.
// Without a writer they are only measured.
func (s *site) makeDownloads(w *writer) error {
	var kept []Download
	for _, d := range s.Ed.Downloads {
		if d.Data != nil || d.Make != nil {
			if !filepath.IsLocal(filepath.FromSlash(d.Path)) || strings.Contains(d.Path, `\`) || s.has[d.Path] || d.Path == marker {
				return fmt.Errorf("download %q: the path leaves the report or is taken by a page", d.Path)
			}
			err := w.download(&d)
			if errors.Is(err, ErrLeftOut) {
				continue
			}
			if err != nil {
				return fmt.Errorf("download %q: %w", d.Path, err)
			}
		}
		kept = append(kept, d)
	}
	s.Ed.Downloads = kept
	return nil
}

// writer puts files into a folder, making each folder once.
type writer struct {
	dir  string
	made map[string]bool
}

func (w *writer) put(name string, body []byte) error {
	path, err := w.place(name)
	if err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o644)
}

// stream writes a file that is too large to be held.
func (w *writer) stream(name string, write func(io.Writer) error) error {
	path, err := w.place(name)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if err = errors.Join(write(f), f.Close()); err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// place makes the folder of a file.
func (w *writer) place(name string) (path string, err error) {
	path = filepath.Join(w.dir, filepath.FromSlash(name))
	if d := filepath.Dir(path); !w.made[d] {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return "", err
		}
		w.made[d] = true
	}
	return path, nil
}

// download writes one file and notes its size; no writer only measures.
func (w *writer) download(d *Download) error {
	write := func(to io.Writer) (err error) {
		out := &measured{w: to}
		if d.Make == nil {
			_, err = out.Write(d.Data)
		} else {
			var about string
			about, err = d.Make(out)
			d.About = cmp.Or(about, d.About)
		}
		d.size = out.n
		return err
	}
	if w == nil {
		return write(io.Discard)
	}
	return w.stream(d.Path, write)
}

// measured counts the bytes that are written.
type measured struct {
	w io.Writer
	n int64
}

func (m *measured) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.n += int64(n)
	return n, err
}
