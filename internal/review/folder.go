package review

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"past/internal/evidence"
)

// Bounds of a review folder. They are far above what people write, and keep a
// wrong folder (a home directory, a link that leads in a circle) from being read.
const (
	maxTable  = 128 << 20 // bytes of a table
	maxYAML   = 4 << 20   // bytes of a YAML file
	maxFiles  = 10_000    // entries looked at
	maxLevels = 12        // folders within each other
)

// BadFile is the kind of problem of a file that could not be read at all: what
// it holds is missing, so an edition made without it would say less than people
// decided.
const BadFile = "bad-file"

// File is one file of the review folder, as it was read.
type File struct {
	Path   string // in the folder, with slashes
	Kind   *FileKind
	SHA256 string
	Body   []byte
}

// Folder is what a review folder holds. It is read once per run, so that every
// stage sees the same files, and what is hashed is just what was read.
type Folder struct {
	Dir      string
	Files    []File // in order of path
	Problems []evidence.Problem

	Extracted []Extracted // rows as the files have them
	Decisions []Decision
	Measured  []MeasuredRow
	Harms     []Harm
	bad       []Extracted // rows set aside already, whose words are checked as well
	Notices   []evidence.Notice
	Other     []evidence.OtherEvidence
	Guesses   []evidence.Guess
	Cards     []evidence.CardSignature
}

// ReadFolder reads a review folder. "" and a folder that does not exist are an
// empty one. A file that cannot be read is a problem of kind [BadFile], see
// [Folder.Err]; an error means that the folder as a whole cannot be read.
//
// Files whose names begin with a dot, and folders such as .git, are not looked
// at. Links are followed, the folder itself included, with one rule: a link that
// leads out of the folder is read only where it leads to a regular file whose
// own name is of the same kind (extractions.csv to ../common/extractions-2.csv).
// A link to a folder that holds this one is not followed: it also holds published
// editions, whose tables are not people's.
// So a folder received from somebody else cannot bring other files of this
// machine into the database.
func ReadFolder(dir string) (*Folder, error) {
	f := &Folder{Dir: dir}
	if dir == "" {
		return f, nil
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	root, err := filepath.EvalSymlinks(dir)
	if err == nil {
		root, err = filepath.Abs(root)
	}
	if err != nil {
		return nil, fmt.Errorf("review folder: %w", err)
	}
	if info, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("review folder: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("review folder: %s is a file", dir)
	}
	w := walk{fsys: os.DirFS(root), root: root, seen: map[string]bool{}, folder: f, resolve: func(p string) (string, bool, error) {
		real, err := filepath.EvalSymlinks(filepath.Join(root, filepath.FromSlash(p)))
		if err != nil {
			return "", false, err
		}
		rel, err := filepath.Rel(root, real)
		return real, err == nil && filepath.IsLocal(rel), nil
	}}
	return f, w.read()
}

// BadFiles is the error of files that could not be read at all.
type BadFiles struct {
	Dir   string
	Files []evidence.Problem
}

func (e *BadFiles) Error() string {
	var out []string
	for _, p := range e.Files {
		out = append(out, p.Where+": "+p.Message)
	}
	return fmt.Sprintf("review folder %s: %s", e.Dir, strings.Join(out, "; "))
}

// Err gives the files that could not be read as a [BadFiles]; nil where there
// are none.
func (f *Folder) Err() error {
	bad := slices.DeleteFunc(slices.Clone(f.Problems), func(p evidence.Problem) bool { return p.Kind != BadFile })
	if len(bad) == 0 {
		return nil
	}
	return &BadFiles{Dir: f.Dir, Files: bad}
}

// Bad notes that a file could not be read by the stage that knows its words.
func (f *Folder) Bad(x File, err error) {
	f.Problems = append(f.Problems, evidence.Problem{Source: "review", Kind: BadFile, Where: x.Path,
		Message: strings.TrimPrefix(err.Error(), x.Path+": "),
		SHA256:  x.SHA256, Retry: "past review check"})
}

// Of gives the files of a kind.
func (f *Folder) Of(kind string) []File {
	return slices.DeleteFunc(slices.Clone(f.Files), func(x File) bool { return x.Kind.Name != kind })
}

// walk reads the files of a folder.
type walk struct {
	fsys    fs.FS
	root    string // real path of the folder, "" where there are no links
	resolve func(path string) (real string, inside bool, err error)
	seen    map[string]bool // real paths of files and folders that were read
	entries int
	folder  *Folder
}

func (w *walk) read() error {
	if err := w.dir(".", 0); err != nil {
		return fmt.Errorf("review folder %s: %w", w.folder.Dir, err)
	}
	slices.SortFunc(w.folder.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	for _, x := range w.folder.Files {
		if x.Kind.read == nil {
			continue
		}
		problems, err := x.Kind.read(w.folder, x)
		w.folder.Problems = append(w.folder.Problems, problems...)
		if err != nil {
			w.folder.Bad(x, err)
		}
	}
	return nil
}

func (w *walk) dir(dir string, level int) error {
	real, inside, err := w.resolve(dir)
	if err != nil {
		return err
	}
	if w.seen[real] {
		return nil // reached by another link
	}
	if rel, err := filepath.Rel(real, w.root); !inside && err == nil && filepath.IsLocal(rel) {
		w.problem(dir, "ignored-file", "a link to a folder that this one is in; it is not followed")
		return nil
	}
	w.seen[real] = true
	if level > maxLevels {
		return fmt.Errorf("%s: more than %d folders within each other", dir, maxLevels)
	}
	entries, err := fs.ReadDir(w.fsys, dir)
	if err != nil {
		return err
	}
	// Real files come before links, so that a file reached by both has its own name.
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int {
		return cmp.Compare(a.Type()&fs.ModeSymlink, b.Type()&fs.ModeSymlink)
	})
	for _, e := range entries {
		if w.entries++; w.entries > maxFiles {
			return fmt.Errorf("more than %d files; is this the folder of the review files?", maxFiles)
		}
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		p := path.Join(dir, e.Name())
		if err := w.entry(p, e, level); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(p string, e fs.DirEntry, level int) error {
	info, err := fs.Stat(w.fsys, p) // of what a link leads to
	kind, like := kindOf(e.Name())
	if err == nil && info.IsDir() && kind == nil {
		return w.dir(p, level+1)
	}
	if kind == nil {
		if like != "" {
			w.problem(p, "ignored-file", like)
		}
		return nil
	}
	if err != nil {
		w.problem(p, BadFile, err.Error())
		return nil
	}
	if !info.Mode().IsRegular() {
		what := "not a regular file"
		if info.IsDir() {
			what = "a folder where a file belongs"
		}
		w.problem(p, BadFile, what+"; it is not read")
		return nil
	}
	real, inside, err := w.resolve(p)
	if err != nil {
		w.problem(p, BadFile, err.Error())
		return nil
	}
	if own, _ := kindOf(filepath.Base(real)); !inside && own != kind {
		w.problem(p, BadFile,
			fmt.Sprintf("a link that leads out of the folder, to a file whose own name is not that of a %s file; it is not read", kind.Name))
		return nil
	}
	if w.seen[real] {
		return nil
	}
	w.seen[real] = true
	body, err := readBounded(w.fsys, p, kind.limit())
	if err != nil {
		w.problem(p, BadFile, err.Error())
		return nil
	}
	sum := sha256.Sum256(body)
	w.folder.Files = append(w.folder.Files, File{Path: p, Kind: kind, SHA256: hex.EncodeToString(sum[:]), Body: body})
	return nil
}

func (w *walk) problem(p, kind, message string) {
	w.folder.Problems = append(w.folder.Problems, evidence.Problem{Source: "review", Kind: kind, Where: p, Message: message,
		Retry: "past review check"})
}

func readBounded(fsys fs.FS, p string, limit int64) ([]byte, error) {
	f, err := fsys.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("larger than %d MB, the limit of such a file", limit>>20)
	}
	return b, err
}
