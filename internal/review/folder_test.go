package review

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	someRows  = "id,study,substance,domain,score_type,n1\nr1,A,mdma,ptsd,endpoint,5\n"
	someNotes = "target,who,when,why\nr1,A,2026-01-01,read\n"
)

// tree makes files, folders (a path that ends in /) and links ("-> target").
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		p := filepath.Join(root, n)
		err := os.MkdirAll(filepath.Dir(p), 0o755)
		if target, ok := strings.CutPrefix(files[n], "-> "); ok && err == nil {
			err = os.Symlink(strings.ReplaceAll(target, "ROOT", root), p)
		} else if strings.HasSuffix(n, "/") && err == nil {
			err = os.MkdirAll(p, 0o755)
		} else if err == nil {
			err = os.WriteFile(p, []byte(files[n]), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func paths(f *Folder) string {
	var out []string
	for _, x := range f.Files {
		out = append(out, x.Path)
	}
	return strings.Join(out, " ")
}

func TestFolder(t *testing.T) {
	for name, c := range map[string]struct {
		files   map[string]string
		dir     string // of the tree; review when empty
		read    string
		problem string // of the first problem, "" for none
	}{
		"missing": {map[string]string{"x": ""}, "", "", ""},
		"plain": {map[string]string{"review/extractions.csv": someRows, "review/anna/extractions-2.csv": someRows,
			"review/questions_own.yml": "[]", "review/README.md": "x", "review/data.csv": "x"},
			"", "anna/extractions-2.csv extractions.csv questions_own.yml", ""},
		"upper case":     {map[string]string{"review/Extractions-Anna.CSV": someRows}, "", "Extractions-Anna.CSV", ""},
		"linked folder":  {map[string]string{"real/notes.csv": someNotes, "review": "-> real"}, "", "notes.csv", ""},
		"chain of links": {map[string]string{"real/notes.csv": someNotes, "a": "-> real", "review": "-> a"}, "", "notes.csv", ""},
		"git": {map[string]string{"review/.git/refs/heads/questions-x": "abc", "review/.git/questions.yaml": "{{",
			"review/.git/extractions.csv": "x", "review/notes.csv": someNotes},
			"", "notes.csv", ""},
		"backups": {map[string]string{"review/notes.csv": someNotes, "review/notes.csv~": "x", "review/notes.csv.bak": "x",
			"review/notes.csv.orig": "x", "review/#notes.csv#": "x", "review/notes.bak.csv": "x",
			"review/.~lock.notes.csv#": "x", "review/~$notes.xlsx": "x", "review/notes-backup.csv": "x", "review/notes (1).csv": "x",
			"review/notes - Copy.csv": "x", "review/notes.old": "x", "review/.notes.csv.swp": "x", "review/._notes.csv": "x"},
			"", "notes.csv", ""},
		"mounted volume": {map[string]string{"review/..2026_01_01/notes.csv": someNotes, "review/..data": "-> ..2026_01_01",
			"review/notes.csv": "-> ..data/notes.csv"}, "", "notes.csv", ""},
		"link inside": {map[string]string{"review/x/notes.csv": someNotes, "review/notes-b.csv": "-> x/notes.csv"}, "", "x/notes.csv", ""},
		"circle":      {map[string]string{"review/a/notes.csv": someNotes, "review/a/up": "-> ..", "review/b": "-> a"}, "", "a/notes.csv", ""},
		"link to a file of the same kind elsewhere": {map[string]string{"shared/notes-all.csv": someNotes,
			"review/notes.csv": "-> ../shared/notes-all.csv"}, "", "notes.csv", ""},
		"link to another file elsewhere": {map[string]string{"secret.txt": "a,b", "review/notes.csv": "-> ../secret.txt"}, "", "",
			"leads out of the folder"},
		"absolute link elsewhere": {map[string]string{"other/extractions.csv": someRows,
			"review/notes.csv": "-> ROOT/other/extractions.csv"}, "", "", "leads out of the folder"},
		"linked folder inside leads elsewhere": {map[string]string{"secret/notes.csv": someNotes, "secret/id_rsa": "x",
			"review/x": "-> ../secret"}, "", "x/notes.csv", ""},
		"link to the folder around": {map[string]string{"review/notes.csv": someNotes, "site/notes.csv": someNotes, "review/up": "-> .."}, "",
			"notes.csv", "a folder that this one is in"},
		"device": {map[string]string{"review/notes.csv": "-> /dev/zero"}, "", "", "not a regular file"},
		"folder named as a table": {map[string]string{"review/extractions.csv/": "", "review/notes.csv": someNotes}, "", "notes.csv",
			"a folder where a file belongs"},
		"folder named as a list": {map[string]string{"review/questions-own.yml/notes.csv": someNotes}, "", "",
			"a folder where a file belongs"},
		"leads nowhere": {map[string]string{"review/notes.csv": "-> gone.csv"}, "", "", "no such file"},
		"broken table": {map[string]string{"review/notes.csv": "a,b\n", "review/notes-2.csv": someNotes}, "",
			"notes-2.csv notes.csv", `the column "target" is missing`},
		"spreadsheet": {map[string]string{"review/extractions.xlsx": "PK"}, "", "", "save the sheet as CSV"},
		"name that nearly": {map[string]string{"review/extractions anna.csv": "x"}, "", "",
			"is called extractions.csv or extractions-LABEL.csv"},
		"plural": {map[string]string{"review/corrections.csv": "x"}, "", "", "is called correction.csv"},
		"another word": {map[string]string{"review/robots.csv": "x", "review/linkspector.yaml": "x",
			"review/questionsx": "x"}, "", "", ""},
		"twice a folder": {map[string]string{"real/": "", "review": "-> real"}, "", "", ""},
	} {
		root := tree(t, c.files)
		f, err := ReadFolder(filepath.Join(root, "review"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if paths(f) != c.read {
			t.Errorf("%s: read %q, want %q", name, paths(f), c.read)
		}
		switch {
		case c.problem == "" && len(f.Problems) > 0:
			t.Errorf("%s: %+v", name, f.Problems)
		case c.problem != "" && (len(f.Problems) != 1 || !strings.Contains(f.Problems[0].Message, c.problem)):
			t.Errorf("%s: %+v", name, f.Problems)
		}
	}
}

func TestFolderAsAWhole(t *testing.T) {
	root := tree(t, map[string]string{"file": "x", "nowhere": "-> gone", "loop": "-> loop"})
	for _, n := range []string{"file", "nowhere", "loop"} {
		if f, err := ReadFolder(filepath.Join(root, n)); err == nil {
			t.Errorf("%s is read as %+v", n, f)
		}
	}
	deep := filepath.Join(append([]string{root, "deep"}, strings.Split(strings.Repeat("d ", maxLevels+2), " ")...)...)
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFolder(filepath.Join(root, "deep")); err == nil || !strings.Contains(err.Error(), "folders within each other") {
		t.Errorf("depth: %v", err)
	}
}

func TestFolderBounds(t *testing.T) {
	m := fstest.MapFS{"questions.yaml": {Data: make([]byte, maxYAML+1)}, "notes.csv": {Data: []byte(someNotes)}}
	f, err := readFS(m)
	if err != nil || paths(f) != "notes.csv" || f.Err() == nil || !strings.Contains(f.Err().Error(), "questions.yaml: larger than 4 MB") {
		t.Errorf("%v %q %v", err, paths(f), f.Err())
	}
	if sum := sha256.Sum256([]byte(someNotes)); f.Files[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("hash %q is not that of the bytes read", f.Files[0].SHA256)
	}
	many := fstest.MapFS{}
	for i := range maxFiles + 1 {
		many[fmt.Sprintf("x%d", i)] = &fstest.MapFile{}
	}
	if _, err := readFS(many); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("%v", err)
	}
}

// readFS reads a folder without links.
func readFS(fsys fs.FS) (*Folder, error) {
	f := &Folder{}
	w := walk{fsys: fsys, seen: map[string]bool{}, folder: f, resolve: func(p string) (string, bool, error) { return p, true, nil }}
	return f, w.read()
}
