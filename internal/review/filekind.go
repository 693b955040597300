package review

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
)

// FileKind is a kind of file that the review folder may hold. A new kind is one
// entry in fileKinds.
type FileKind struct {
	Name      string // the beginning of the file's name
	MediaType string
	// MovesNumbers is set where estimates, intervals or certainty can depend on
	// the file.
	MovesNumbers bool
	need         []string // columns by which the line of the header is found
	// read adds the file's rows to the folder. A kind without it is read by the
	// stage that knows its words, from File.Body.
	read func(*Folder, File) ([]evidence.Problem, error)
}

const (
	csvMedia  = "text/csv"
	yamlMedia = "application/yaml"
)

var fileKinds = slices.Concat([]FileKind{
	{Name: "extractions", MediaType: csvMedia, MovesNumbers: true, need: requiredColumns,
		read: func(f *Folder, x File) ([]evidence.Problem, error) {
			rows, bad, problems, err := readExtractions(x.Path, x.Body, x.SHA256)
			for _, r := range bad {
				f.bad = append(f.bad, Extracted{Extraction: r, File: x.Path})
			}
			for _, r := range rows {
				f.Extracted = append(f.Extracted, Extracted{Extraction: r, File: x.Path})
			}
			return problems, err
		}},
	{Name: "measured", MediaType: csvMedia, MovesNumbers: true, need: measuredColumns, read: rowsOf(ReadMeasured,
		func(f *Folder) *[]MeasuredRow { return &f.Measured })},
	{Name: "harms", MediaType: csvMedia, MovesNumbers: true, need: harmColumns,
		read: rowsOf(ReadHarms, func(f *Folder) *[]Harm { return &f.Harms })},
	{Name: "notices", MediaType: csvMedia, MovesNumbers: true, read: rowsOf(ReadNotices,
		func(f *Folder) *[]evidence.Notice { return &f.Notices })},
	{Name: "other-evidence", MediaType: csvMedia, read: rowsOf(ReadOther, func(f *Folder) *[]evidence.OtherEvidence { return &f.Other })},
	{Name: "guesses", MediaType: csvMedia, read: rowsOf(ReadGuesses, func(f *Folder) *[]evidence.Guess { return &f.Guesses })},
	{Name: "cards", MediaType: csvMedia, read: rowsOf(ReadCards, func(f *Folder) *[]evidence.CardSignature { return &f.Cards })},
	{Name: "questions", MediaType: yamlMedia, MovesNumbers: true},
	{Name: "claims", MediaType: yamlMedia},
	{Name: "vocabulary", MediaType: yamlMedia, MovesNumbers: true},
}, decisionKinds())

func decisionKinds() []FileKind {
	var out []FileKind
	for _, k := range Kinds() {
		out = append(out, FileKind{Name: string(k), MediaType: csvMedia, MovesNumbers: k != TopicChoice && k != Note, need: Columns[k],
			read: rowsOf(func(name string, b []byte, sha string) ([]Decision, []evidence.Problem, error) {
				return ReadDecisions(k, name, b, sha)
			}, func(f *Folder) *[]Decision { return &f.Decisions })})
	}
	return out
}

// rowsOf adds what a table reader gives to a list of the folder.
func rowsOf[T any](read func(string, []byte, string) ([]T, []evidence.Problem, error), list func(*Folder) *[]T) func(*Folder,
	File) ([]evidence.Problem, error) {
	return func(f *Folder, x File) ([]evidence.Problem, error) {
		rows, problems, err := read(x.Path, x.Body, x.SHA256)
		*list(f) = append(*list(f), rows...)
		return problems, err
	}
}

func (k *FileKind) limit() int64 {
	if k.MediaType == yamlMedia {
		return maxYAML
	}
	return maxTable
}

// fileName is the exact form of what follows the kind in a name: a label of the
// writer's own after a hyphen or underscore, then the extension.
var fileName = regexp.MustCompile(`^(?:[-_][\pL\pN_-]+)?\.(csv|ya?ml)$`)

// backup are names that editors, merges and people give to former versions.
var backup = regexp.MustCompile(`^[#~]|[~#]$|\.(bak|orig|old|save|swp|swo|tmp|rej|part|crdownload)\b|[-_. ` +
	`](bak|backup|orig|old)\.|(^| |-|_)(copy|conflict)( |_|-|\.|\()|\(\d+\)\.`)

// notLetter begins what follows the kind in a name that resembles it, after the
// s of a plural.
var notLetter = regexp.MustCompile(`^s?([^\pL]|$)`)

// KindOfName gives the kind of a file by its name, nil for one that is not read.
func KindOfName(name string) *FileKind {
	k, _ := kindOf(path.Base(name))
	return k
}

// kindOf gives the kind of a file name. Where the name only resembles one, like
// says what to do; backups and other files are passed over in silence.
func kindOf(base string) (kind *FileKind, like string) {
	name := strings.ToLower(base)
	if backup.MatchString(name) {
		return nil, ""
	}
	for i := range fileKinds {
		k := &fileKinds[i]
		ext := "csv"
		if k.MediaType == yamlMedia {
			ext = "yaml"
		}
		rest, ok := strings.CutPrefix(name, k.Name)
		if m := fileName.FindStringSubmatch(rest); ok && m != nil && (m[1] == ext || m[1] == "yml" && ext == "yaml") {
			return k, ""
		}
		if ok && notLetter.MatchString(rest) && looksLikeTable(name) {
			like = fmt.Sprintf("not read: a file of this kind is called %s.%s or %s-LABEL.%s", k.Name, ext, k.Name, ext)
			if e := path.Ext(name); strings.HasPrefix(e, ".xls") || e == ".ods" {
				like += "; save the sheet as CSV (UTF-8)"
			}
		}
	}
	return nil, like
}

func looksLikeTable(name string) bool {
	return slices.Contains([]string{"", ".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".ods", ".yaml", ".yml", ".json"}, path.Ext(name))
}

// TableKinds are the names of the kinds that are tables.
func TableKinds() []string {
	var out []string
	for _, k := range fileKinds {
		if k.MediaType == csvMedia {
			out = append(out, k.Name)
		}
	}
	return out
}

// Check reads a table of this kind and counts its rows that are right.
func (k *FileKind) Check(name string, body []byte) (rows int, problems []evidence.Problem, err error) {
	var f Folder
	problems, err = k.read(&f, File{Path: name, Kind: k, Body: body})
	return len(f.Extracted) + len(f.Measured) + len(f.Harms) + len(f.Decisions) + len(f.Notices) + len(f.Other) + len(f.Guesses) +
		len(f.Cards), problems, err
}
