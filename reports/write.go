package reports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// marker is a file that tells a folder of ours from anybody else's: only such
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
	tmp, err := os.MkdirTemp(parent, ".past-report-*")
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
	for name, body := range s.dataFiles() {
		files[name] = body
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
	for _, d := range s.Ed.Downloads {
		if d.Data == nil {
			continue
		}
		if !filepath.IsLocal(filepath.FromSlash(d.Path)) || strings.Contains(d.Path, `\`) || s.has[d.Path] || d.Path == marker {
			return fmt.Errorf("download %q: the path leaves the report or is taken by a page", d.Path)
		}
		if err := w.put(d.Path, d.Data); err != nil {
			return err
		}
	}
	return w.put(marker, []byte("A report of the PAST evidence tracker, edition "+s.Ed.ID+".\nThe program replaces this folder as a whole.\n"))
}

// writer puts files into a folder, making each folder once.
type writer struct {
	dir  string
	made map[string]bool
}

func (w *writer) put(name string, body []byte) error {
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if d := filepath.Dir(path); !w.made[d] {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
		w.made[d] = true
	}
	return os.WriteFile(path, body, 0o644)
}
