package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"past/internal/review"
	"past/internal/synthesis"
	"past/internal/text"
	"past/internal/vocab"
)

type initCmd struct {
	Dir string `arg:"" optional:"" default:"." help:"Folder to set up (default: this one)."`
}

// initFiles are the files of a new folder, in the order in which a person needs
// them.
func initFiles() []struct{ name, text string } {
	files := []struct{ name, text string }{
		{"past.yaml", initConfig},
		{"review/questions.yaml", initQuestion},
		{"review/vocabulary.yaml", initVocabulary},
		{"review/COLUMNS.md", columnsPage(vocab.Default())},
		{"review/extractions.csv", strings.Join(review.ExtractionColumns, ",") + "\n"},
	}
	for _, k := range review.Kinds() {
		files = append(files, struct{ name, text string }{"review/" + string(k) + ".csv", strings.Join(review.Columns[k], ",") + "\n"})
	}
	return files
}

// Run sets up a folder; what is there already stays as it is.
func (c *initCmd) Run(e *Env) error {
	if err := os.MkdirAll(filepath.Join(c.Dir, "review"), 0o755); err != nil {
		return err
	}
	for _, f := range initFiles() {
		path := filepath.Join(c.Dir, filepath.FromSlash(f.name))
		out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if errors.Is(err, fs.ErrExist) {
			fmt.Fprintf(e.Stdout, "%s is there already and stays as it is\n", path)
			continue
		}
		if err != nil {
			return err
		}
		_, err = out.WriteString(f.text)
		if err := errors.Join(err, out.Close()); err != nil {
			return err
		}
		fmt.Fprintln(e.Stdout, path)
	}
	fmt.Fprintf(e.Stdout,
		"\nNext, in %s: past question check review/questions.yaml; past import FILE… or fill in review/extractions.csv; past "+
			"review check; past report\n", c.Dir)
	return nil
}

const initConfig = `# Settings of past in this folder; every key is in docs/reference/configuration.md.
db: past.db
review: review
out: report
`

const initQuestion = `# One question; past question check explains mistakes, past vocab list KIND has the
# legal words. COLUMNS.md lists every key and its words.
- id: psilocybin-depression
  title: Psilocybin and depression severity
  intervention: Psilocybin
  outcome: depression severity
  substances: [psilocybin]
  condition: depression
  comparators: [inactive-placebo, active-placebo-or-low-dose]
  domain: depression
  scores: [endpoint]
  time: {rule: primary}
  measure: SMD
  lower_is_better: true      # left out: by the catalogue's instruments; of a harm true
# kind: harm      # of a question about a harm; the default is efficacy
`

const initVocabulary = `# Your own substances, conditions, topics and instruments beside the shipped ones.
# An entry whose id exists changes that entry: written keys replace, others stay.
# Where it names subjects and no question asks about a shipped one, the folder is of a
# field of its own: only its own subjects and questions are shown. Say which you want:
# field: own    # or both
# substances:
#   - id: sildenafil
#     name: sildenafil
#     terms: [sildenafil, Viagra]
#     queries: [sildenafil]      # what registers are asked for; makes a shipped one a subject
#   - id: mdma
#     core: false                # not a subject of this tracker
# conditions:
#   - id: erectile-dysfunction   # as past vocab list conditions has it, or a new one:
#     terms: [erectile dysfunction, impotence]
# instruments:
#   - id: iief-ef                # a word of your own where it is not known yet
#     short: IIEF-EF
#     name: International Index of Erectile Function, erectile function domain
#     domain: erection           # past vocab list domains
#     direction: higher          # which scores are better: higher, lower
#     terms: [IIEF-EF]
`

// columnsPage lists each table's columns with the legal words of each.
func columnsPage(v *vocab.Vocabulary) string {
	words := func(kind string) string {
		var ids []string
		for _, w := range v.Words(kind) {
			ids = append(ids, w.ID)
		}
		return strings.Join(ids, ", ")
	}
	legal := map[string]string{"substance": words("substances"), "condition": words("conditions"), "domain": words("domains"),
		"design": words("designs"), "comparator_class": words("comparators") + ", other-dose",
		"instrument":       "a name of the instrument; known are " + words("instruments"),
		"population_class": strings.Join(review.PopulationClasses, ", "), "score_type": strings.Join(review.ScoreTypes, ", "),
		"measure":     strings.Join(review.ReportedMeasures, ", ") + ", where a paper gives an effect instead of numbers by arm",
		"time_origin": strings.Join(text.Origins, ", ") + "; dose, session, cycle, visit and period with their number; empty: not stated",
		"topic":       strings.Join(synthesis.GapRows(v), ", ")}
	for _, col := range []string{"rob", "d1", "d2", "d3", "d4", "d5"} {
		legal[col] = strings.Join(review.Judgements, ", ") + ", or empty: not judged"
	}
	var b strings.Builder
	b.WriteString("# Columns and legal words\n\nEvery table is CSV with these names in line 1. A file may carry a label: " +
		"`extractions-anna.csv`.\n")
	table := func(name string, columns []string, kind review.Kind) {
		fmt.Fprintf(&b, "\n## %s.csv\n\n| column | what to write |\n|---|---|\n", name)
		for _, col := range columns {
			what := cmp.Or(legal[col], review.Meanings[col])
			if of := review.Legal(kind, col); len(of) > 0 {
				what = strings.TrimSuffix(strings.Join(of, ", "), ", ")
			}
			fmt.Fprintf(&b, "| `%s` | %s |\n", col, what)
		}
	}
	table("extractions", review.ExtractionColumns, "")
	for _, k := range review.Kinds() {
		table(string(k), review.Columns[k], k)
	}
	b.WriteString("\n## questions.yaml\n\nA list of questions, each with these keys; past question check explains mistakes.\n\n" +
		"| key | what to write |\n|---|---|\n")
	for _, k := range synthesis.QuestionKeys() {
		what := k.Meaning
		if len(k.Words) > 0 {
			what = strings.Join(k.Words, ", ") + ": " + what
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", k.Name, what)
	}
	return b.String()
}
