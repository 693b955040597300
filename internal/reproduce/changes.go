package reproduce

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/evidence"
	"past/internal/store"
	"past/internal/synthesis"
)

// Edition is a finding of one release.
type Edition struct {
	Release Release
	Finding evidence.Finding
}

// Editions answers a question in two releases of a dataset, by the same plan,
// and lists what changed between them.
func Editions(ctx context.Context, question, earlier, later string) (a, b Edition, list []store.Change, err error) {
	shipped, err := synthesis.Shipped()
	if err != nil {
		return a, b, nil, err
	}
	i := slices.IndexFunc(shipped, func(q synthesis.Question) bool { return q.ID == question })
	if i < 0 {
		return a, b, nil, fmt.Errorf("no question is called %q", question)
	}
	if a, err = editionOf(ctx, shipped[i], earlier); err != nil {
		return a, b, nil, err
	}
	if b, err = editionOf(ctx, shipped[i], later); err != nil {
		return a, b, nil, err
	}
	return a, b, changes.Compare(snapshot(a), snapshot(b)), nil
}

func editionOf(ctx context.Context, q synthesis.Question, release string) (Edition, error) {
	rs, err := Releases()
	if err != nil {
		return Edition{}, err
	}
	i := slices.IndexFunc(rs, func(r Release) bool { return r.ID == release })
	if i < 0 {
		return Edition{}, fmt.Errorf("no release is called %q", release)
	}
	effects, err := rs[i].Effects()
	if err != nil {
		return Edition{}, err
	}
	f, err := synthesis.Answer(ctx, q, synthesis.Base{Effects: effects})
	return Edition{Release: rs[i], Finding: f}, err
}

// snapshot is what the comparison of editions needs of a finding.
func snapshot(e Edition) *changes.Snapshot {
	out := changes.Finding{Flat: edition.Flatten(e.Finding), Effects: map[string]changes.Effect{}, Excluded: map[string]string{}}
	rows := []string{"study"} // the column, and then as a table of extractions has them
	for _, x := range e.Finding.Effects {
		rows = append(rows, x.StudyLabel+"\t"+strings.TrimSpace(fmt.Sprint(evidence.Value(x.Estimate), " ", evidence.Value(x.Variance))))
		out.Effects[x.ID] = changes.Effect{Study: x.StudyID, Label: x.StudyLabel, Estimate: evidence.Value(x.Estimate),
			Variance: evidence.Value(x.Variance)}
	}
	file := "extractions-" + strings.TrimSuffix(e.Release.Set, ":") + ".csv"
	return &changes.Snapshot{Edition: e.Release.ID, DataHash: e.Release.ID, Findings: map[string]changes.Finding{e.Finding.ID: out},
		Claims: map[string]evidence.ClaimVerdict{}, Trials: map[string]changes.Trial{}, Papers: map[string]changes.Paper{},
		Files: map[string]string{file: e.Release.ID}, Rows: map[string][]string{file: rows}}
}
