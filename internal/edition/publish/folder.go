package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"past/internal/wholefile"
	"past/reports"
)

// The layout of the published folder:
//
//	OUT/editions/<id>/   each edition, complete, never changed
//	OUT/current          the edition that readers see: a symbolic link, or,
//	                     where the system has none, a file with its path
//	OUT/index.html       leads to it
//	OUT/refused/         the page of a refused run, while there is one
const (
	EditionsDir = "editions"
	currentName = "current"
)

// EditionDir is the folder of an edition under out. Ids that could leave the
// folder are refused.
func EditionDir(out, id string) (string, error) {
	if id == "" || id != filepath.Base(id) || !filepath.IsLocal(id) || strings.HasPrefix(id, ".") || strings.ContainsAny(id, `/\:`) {
		return "", fmt.Errorf("edition id %q cannot be the name of a folder", id)
	}
	return filepath.Join(out, EditionsDir, id), nil
}

// Current says which edition out shows, "" for none.
func Current(out string) (string, error) {
	path := filepath.Join(out, currentName)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("current edition: %w", err)
	}
	var target string
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err = os.Readlink(path)
	} else {
		var b []byte
		b, err = os.ReadFile(path)
		target = strings.TrimSpace(string(b))
	}
	if err != nil {
		return "", fmt.Errorf("current edition: %w", err)
	}
	dir, id := filepath.Split(filepath.FromSlash(target))
	if filepath.Clean(dir) != EditionsDir || id == "" {
		return "", fmt.Errorf("current edition: %s points to %q, which is no edition", path, target)
	}
	return id, nil
}

// Shown says which edition a folder shows and where its pages are below it: a
// published folder, or the folder of a report, which is one edition; "" for none.
func Shown(out string) (id, dir string, err error) {
	id, err = Current(out)
	if err != nil || id != "" {
		return id, path.Join(EditionsDir, id), err
	}
	b, err := os.ReadFile(filepath.Join(out, "edition.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("edition of %s: %w", out, err)
	}
	var doc struct{ ID string }
	if err := json.Unmarshal(b, &doc); err != nil {
		return "", "", fmt.Errorf("edition of %s: %w", out, err)
	}
	return doc.ID, ".", nil
}

// Show lets readers see an edition: one rename, so that they see the old one or
// the new one. The page of a refusal goes.
func Show(out, id string) error {
	return errors.Join(setCurrent(out, id), ClearRefusal(out))
}

func setCurrent(out, id string) error {
	target := filepath.Join(EditionsDir, id)
	path := filepath.Join(out, currentName)
	next := path + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("current edition: %w", err)
	}
	linked := false
	if runtime.GOOS != "windows" { // there, links need rights that most accounts lack
		linked = os.Symlink(target, next) == nil
	}
	var err error
	if linked {
		err = os.Rename(next, path)
	} else {
		err = wholefile.Bytes(path, 0o644, []byte(filepath.ToSlash(target)+"\n"))
	}
	if err != nil {
		return fmt.Errorf("current edition: %w", err)
	}
	// The way in for people: with a link it never changes.
	to := currentName
	if !linked {
		to = filepath.ToSlash(target)
	}
	page := fmt.Sprintf("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" "+
		"content=\"0; url=%[1]s/index.html\">"+
		"<title>PAST evidence tracker</title></head><body><p><a href=\"%[1]s/index.html\">The current edition</a></p></body></html>\n", to)
	if err := wholefile.Bytes(filepath.Join(out, "index.html"), 0o644, []byte(page)); err != nil {
		return err
	}
	return syncDir(out)
}

// Write writes an edition's folder with its feeds. It appears whole, by
// renaming; one that is there already with the same edition.json is left as
// it is.
func Write(ctx context.Context, out, base string, ed reports.Edition, document []byte, more map[string][]byte) (err error) {
	dir, err := EditionDir(out, ed.ID)
	if err != nil {
		return err
	}
	if have, err := os.ReadFile(filepath.Join(dir, "edition.json")); err == nil && bytes.Equal(have, document) {
		return nil
	}
	parent := filepath.Dir(dir)
	tmp, err := os.MkdirTemp(parent, ".past-report-*")
	if err != nil {
		return fmt.Errorf("edition %s: %w", ed.ID, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	made := filepath.Join(tmp, "edition")
	if err := reports.Write(ctx, made, ed, reports.Options{Base: base}); err != nil {
		return fmt.Errorf("edition %s: %w", ed.ID, err)
	}
	for _, name := range slices.Sorted(maps.Keys(more)) {
		path := filepath.Join(made, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("edition %s: %w", ed.ID, err)
		}
		if err := os.WriteFile(path, more[name], 0o644); err != nil {
			return fmt.Errorf("edition %s: %w", ed.ID, err)
		}
	}
	// A folder of this name that differs is what a run left that was killed
	// before its edition reached the database: no one was shown it.
	if err := os.Rename(dir, filepath.Join(tmp, "old")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("edition %s: %w", ed.ID, err)
	}
	if err := os.Rename(made, dir); err != nil {
		return fmt.Errorf("edition %s: %w", ed.ID, err)
	}
	return syncDir(parent)
}

// sweep removes what a killed publication left behind.
func sweep(out string) error {
	for _, dir := range []string{out, filepath.Join(out, EditionsDir)} {
		entries, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("published folder: %w", err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".past-report-") || strings.HasPrefix(e.Name(), wholefile.Temporary) {
				if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
					return fmt.Errorf("published folder: %w", err)
				}
			}
		}
	}
	return nil
}

// Prepare makes the published folder and removes what a killed publication left
// behind. A folder that holds something else is refused.
func Prepare(out string) error {
	if err := checkOut(out); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(out, EditionsDir), 0o755); err != nil {
		return fmt.Errorf("published folder: %w", err)
	}
	return sweep(out)
}

// checkOut refuses a folder that holds something else.
func checkOut(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("published folder: %w", err)
	}
	for _, e := range entries {
		if n := e.Name(); n == EditionsDir || n == RefusedDir {
			return nil
		}
	}
	if id, err := Current(out); err == nil && id != "" {
		return nil // the editions were removed: the one that is shown is written again
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			return fmt.Errorf("published folder %s holds %s and no editions; name another folder with --out", out, e.Name())
		}
	}
	return nil
}

// syncDir makes renames last through a power cut where the system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("published folder: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}
