package pipeline

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/export"
	"past/internal/synthesis"
	"past/internal/text"
	"past/reports"
)

// Findings are the stored findings in the order of the questions; findings of
// questions that are no longer asked come last, by id. They are read once.
func (p *Pipeline) Findings(ctx context.Context) ([]evidence.Finding, error) {
	if p.findings != nil {
		return p.findings, nil
	}
	findings, err := p.Store.Findings(ctx)
	if err != nil {
		return nil, err
	}
	qs, err := p.asked()
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, q := range qs {
		at[q.ID] = i + 1
	}
	place := func(id string) int {
		if i := at[id]; i > 0 {
			return i
		}
		return len(qs) + 1
	}
	slices.SortStableFunc(findings, func(a, b evidence.Finding) int {
		return cmp.Or(place(a.ID)-place(b.ID), strings.Compare(a.ID, b.ID))
	})
	p.findings = findings
	return findings, nil
}

// Claims are the stored verdicts in the order of their ids, numbers as numbers:
// C2 before C10.
func (p *Pipeline) Claims(ctx context.Context) ([]evidence.ClaimVerdict, error) {
	claims, err := p.Store.Claims(ctx)
	slices.SortStableFunc(claims, func(a, b evidence.ClaimVerdict) int {
		x, i := splitNumber(a.ID)
		y, j := splitNumber(b.ID)
		return cmp.Or(strings.Compare(x, y), i-j, strings.Compare(a.ID, b.ID))
	})
	return claims, err
}

func splitNumber(id string) (string, int) {
	head := strings.TrimRight(id, "0123456789")
	n, err := strconv.Atoi(id[len(head):])
	if err != nil {
		return id, 0
	}
	return head, n
}

// Headline returns the questions that an overview shows also without a number:
// those marked so, and those that the reader asked in a file.
func (p *Pipeline) Headline() (map[string]bool, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	qs, err := p.questions(h)
	if err != nil {
		return nil, err
	}
	m := map[string]bool{}
	for _, q := range qs {
		m[q.ID] = q.Headline || p.Questions != nil
	}
	for _, q := range h.questions {
		m[q.ID] = true
	}
	return m, nil
}

// asked are the questions as the review folder has them now.
func (p *Pipeline) asked() ([]synthesis.Question, error) {
	h, err := p.readReview()
	if err != nil {
		return nil, err
	}
	return p.questions(h)
}

// pageTables are the tables that the edition's folder offers, in the order of the
// data page; past export writes all that there are.
var pageTables = []string{"effects", "findings", "trials", "arms", "planned_outcomes", "arm_results", "sexual_outcomes"}

// tableMost bounds a table of the folder: a larger one is left to past export.
const tableMost = 32 << 20

// reportTables adds the tables with their dictionary and, for each pooled finding,
// the R program that reproduces it.
func (p *Pipeline) reportTables(ctx context.Context, ed *reports.Edition) {
	var out []reports.Download
	offered := map[string]bool{}
	for _, name := range pageTables {
		out = append(out, reports.Download{Path: "data/" + name + ".csv", Title: name + ".csv", Make: func(w io.Writer) (string, error) {
			n, err := export.CSV(ctx, p.Store, name, &bounded{w, tableMost})
			if offered[name] = err == nil && n > 0; errors.Is(err, errTooLarge) || err == nil && n == 0 {
				return "", reports.ErrLeftOut
			}
			return fmt.Sprintf("%s: %s.", text.Count(n, "row"), strings.TrimSuffix(export.About(name), ".")), err
		}})
	}
	out = append(out, reports.Download{Path: "data/dictionary.csv", Title: "dictionary.csv",
		About: "What each column of these tables holds.", Make: func(w io.Writer) (string, error) { return "", p.dictionary(ctx, offered, w) }})
	for _, f := range ed.Findings {
		scripts, _ := export.Scripts(f, ed.ID)
		if len(scripts) == 0 || scripts[0].Name != f.ID+".R" || !filepath.IsLocal(scripts[0].Name) || strings.ContainsAny(f.ID, `/\`) {
			continue
		}
		out = append(out, reports.Download{Path: reports.ScriptPath(f.ID), Title: scripts[0].Name,
			About: "R program (metafor) that reproduces the number.", Data: []byte(scripts[0].Text)})
	}
	ed.Downloads = append(out, ed.Downloads...)
}

// dictionary describes the columns of the tables that the folder offers.
func (p *Pipeline) dictionary(ctx context.Context, offered map[string]bool, w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{"table", "column", "type", "about"}}
	for _, name := range pageTables {
		if !offered[name] {
			continue
		}
		columns, _, err := p.Store.Rows(ctx, name)
		if err != nil {
			return err
		}
		for _, c := range export.Dictionary(name, columns) {
			rows = append(rows, []string{name, c.Name, string(c.Type), c.About})
		}
	}
	return out.WriteAll(rows)
}

var errTooLarge = errors.New("the table is too large for the report")

// bounded refuses what goes beyond a size.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errTooLarge
	}
	return b.w.Write(p)
}
