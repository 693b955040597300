package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"past/internal/evidence"
	"past/internal/pipeline"
	"past/internal/review"
	"past/internal/store"
	"past/internal/synthesis"
	"past/internal/text"
	"past/internal/vocab"
	"past/internal/wholefile"
)

type reviewCmd struct {
	Export reviewExportCmd `cmd:"" help:"Write sheets for what waits for a person: inclusion, risk of bias, certainty, topics."`
	Import reviewImportCmd `cmd:"" help:"Check decision files and copy them into the review folder."`
	Check  reviewCheckCmd  `cmd:"" help:"Compare the review files with the data: mistakes, conflicts, stale decisions."`
}

type reviewCheckCmd struct{ reviewFlag }

func (c *reviewCheckCmd) Run(ctx context.Context, e *Env) error {
	p, err := e.openPipeline(ctx, "review", c.Review, true)
	if err != nil {
		return err
	}
	defer p.Store.Close()
	if p.ReviewDir == "" {
		return usage("no review folder: name it with --review DIR")
	}
	rep, err := p.CheckReview(ctx)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		if err := e.printJSON(rep); err != nil {
			return err
		}
	} else {
		e.printReview(rep)
	}
	if rep.Open() > 0 {
		return warned()
	}
	return nil
}

func (e *Env) printReview(rep pipeline.ReviewReport) {
	fmt.Fprintf(e.Stdout, "%s, %s, %s of your own\n", text.Count(rep.Extractions, "extraction row"), text.Count(rep.Decisions, "decision"),
		text.Count(rep.Claims, "claim"))
	for _, p := range rep.Problems {
		fmt.Fprintf(e.Stdout, "%s: %s: %s\n", p.Where, p.Kind, p.Message)
	}
	for _, c := range rep.Conflicts {
		if c.Resolved != "" {
			fmt.Fprintf(e.Stdout, "%s %s: %s; resolved to %s by %s\n", c.ID, c.Field, strings.Join(c.Values, " against "), c.Resolved, c.By)
		}
	}
	for _, d := range rep.Stale {
		fmt.Fprintf(e.Stdout, "%s:%d: stale: %s (%s)\n", d.File, d.Line, d.Stale, d.Target)
	}
}

type reviewExportCmd struct {
	Out string `name:"out" default:"review-sheets" help:"Folder to write to." placeholder:"DIR"`
}

func (c *reviewExportCmd) Run(ctx context.Context, e *Env) error {
	st, err := e.openStore(ctx, "review", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	sheets := []struct {
		kind review.Kind
		rows func(context.Context, *store.Store) ([][]string, error)
	}{{review.Inclusion, inclusionRows}, {review.RiskOfBias, robRows}, {review.Certainty, certaintyRows}, {review.TopicChoice, topicRows}}
	for _, s := range sheets {
		rows, err := s.rows(ctx, st)
		if err != nil {
			return err
		}
		path := filepath.Join(c.Out, string(s.kind)+".csv")
		if err := writeSheet(path, review.Columns[s.kind], rows); err != nil {
			return err
		}
		fmt.Fprintf(e.Stdout, "%s: %s to fill in\n", path, text.Count(len(rows), "row"))
	}
	return nil
}

// writeSheet writes a CSV that does not exist yet: a sheet that somebody may be
// filling in is never overwritten.
func writeSheet(path string, header []string, rows [][]string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists; move it away or choose another folder with --out", path)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
		return err
	}
	return w.Error()
}

// inclusionRows are the rows that need a person, with the reason as a hint.
func inclusionRows(ctx context.Context, st *store.Store) ([][]string, error) {
	var rows [][]string
	for ef, err := range st.Effects(ctx) {
		if err != nil {
			return nil, err
		}
		if ef.Verdict == evidence.NeedsReview {
			rows = append(rows, []string{ef.ID, "", "", "", ef.Reason})
		}
	}
	return rows, nil
}

func robRows(ctx context.Context, st *store.Store) ([][]string, error) {
	var rows [][]string
	seen := map[string]bool{}
	for ef, err := range st.Effects(ctx) {
		if err != nil {
			return nil, err
		}
		if ef.RiskOfBias == "" && ef.Verdict == evidence.Usable && !seen[ef.StudyID] {
			seen[ef.StudyID] = true
			rows = append(rows, []string{ef.StudyID, "", "", "", "", "", "", "", "", "", ""})
		}
	}
	return rows, nil
}

func certaintyRows(ctx context.Context, st *store.Store) ([][]string, error) {
	findings, err := st.Findings(ctx)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, f := range findings {
		if f.Primary.Estimate != nil && !f.Certainty.Signed {
			rows = append(rows, []string{f.ID, f.Certainty.Level, strings.Replace(synthesis.Number(*f.Primary.Estimate, 4), "−", "-", 1),
				fmt.Sprint(f.Primary.K), "", "", "proposed: " + f.Certainty.Note})
		}
	}
	return rows, nil
}

// topicRows are the studies of the gap map with the topics they stand under and
// the words that put them there; fill in exclude or include where a person
// read the record, or add rows for studies that are missing.
func topicRows(ctx context.Context, st *store.Store) ([][]string, error) {
	cells, err := st.Gaps(ctx)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	seen := map[[2]string]bool{}
	topics := map[string]bool{} // a person's word acts on topics, not on reference rows
	for _, t := range vocab.Default().Topics() {
		topics[t.ID] = true
	}
	for _, c := range cells {
		for i, id := range c.StudyIDs {
			if !topics[c.Topic] || seen[[2]string{id, c.Topic}] {
				continue // a study of two substances stands in two cells
			}
			seen[[2]string{id, c.Topic}] = true
			why := ""
			if i < len(c.Reasons) {
				why = c.Reasons[i]
			}
			rows = append(rows, []string{id, c.Topic, "", "", "", why})
		}
	}
	return rows, nil
}

type reviewImportCmd struct {
	reviewFlag
	Files []string `arg:"" help:"Decision or extraction files."`
}

func (c *reviewImportCmd) Run(e *Env) error {
	if c.Review == "" {
		return usage("name the review folder with --review DIR")
	}
	if err := os.MkdirAll(c.Review, 0o755); err != nil {
		return err
	}
	bad := 0
	for _, path := range c.Files {
		b, err := wholefile.Read(path, maxDocument)
		if err != nil {
			return err
		}
		base := filepath.Base(path)
		kind := review.KindOfName(base)
		if kind == nil || kind.MediaType != "text/csv" {
			return fmt.Errorf("%s: the name does not say what the file is; a table is called KIND.csv or KIND-LABEL.csv, with KIND "+
				"one of %s; YAML files are put into the review folder as they are",
				path, strings.Join(review.TableKinds(), ", "))
		}
		n, problems, err := kind.Check(base, b)
		if err != nil {
			return err
		}
		for _, p := range problems {
			fmt.Fprintf(e.Stderr, "past: %s: %s\n", p.Where, p.Message)
		}
		bad += len(problems)
		to := filepath.Join(c.Review, base)
		f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s exists; a file of decisions is never overwritten: give the new one another name, such as %s-2.csv", to,
				strings.TrimSuffix(base, ".csv"))
		}
		if err != nil {
			return err
		}
		_, err = f.Write(b)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		fmt.Fprintf(e.Stdout, "%s: %s, %s left aside\n", to, text.Count(n, "row"), text.Count(len(problems), "row"))
	}
	if bad > 0 {
		return warned()
	}
	return nil
}
