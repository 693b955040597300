package cli

import (
	"context"
	"fmt"
	"strings"

	"past/internal/evidence"
	"past/internal/store"
	"past/internal/text"
)

type studyCmd struct {
	reviewFlag
	ID string `arg:"" help:"A study, or one of its records."`
}

// studyRows is one study with every row that rests on it.
type studyRows struct {
	Study      evidence.Study       `json:"study"`
	ArmResults []evidence.ArmResult `json:"arm_results"`
	Effects    []evidence.Effect    `json:"effects"`
}

func (c *studyCmd) Run(ctx context.Context, e *Env) error {
	p, err := e.openFresh(ctx, "study", c.Review)
	if err != nil {
		return err
	}
	defer p.Store.Close()
	rows, err := readStudy(ctx, p.Store, c.ID)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(rows)
	}
	s := rows.Study
	fmt.Fprintf(e.Stdout, "%s  %s\n  records: %s\n  papers: %s\n  design: %s; blinding: %s; substances: %s; conditions: %s\n", s.ID, s.Label,
		orNone(s.Records), orNone(s.Papers),
		orNone([]string{s.Design}), orNone([]string{s.Blinding}), orNone(s.Substances), orNone(s.Conditions))
	for _, l := range s.Links {
		fmt.Fprintf(e.Stdout, "  joined: %s — %s (%s, %s): %s\n", l.A, l.B, l.Kind, l.Strength, l.Reason)
	}
	fmt.Fprintf(e.Stdout, "\n%s\n", text.Count(len(rows.ArmResults), "arm result"))
	for _, a := range rows.ArmResults {
		fmt.Fprintf(e.Stdout, "  %s  %s\n    %s; %s: %s\n", a.ID, a.OutcomeTitle, a.GroupTitle, a.Verdict, a.Reason)
	}
	fmt.Fprintf(e.Stdout, "\n%s\n", text.Count(len(rows.Effects), "effect"))
	for _, ef := range rows.Effects {
		fmt.Fprintf(e.Stdout, "  %s  %s\n    %s; %s: %s\n", ef.ID, ef.TimepointRaw, effectWords(&ef), ef.Verdict, ef.Reason)
	}
	return nil
}

func orNone(list []string) string {
	if s := strings.Join(list, ", "); s != "" {
		return s
	}
	return "not stated"
}

// readStudy finds a study by its id or by one of its records or papers.
func readStudy(ctx context.Context, st *store.Store, id string) (studyRows, error) {
	rows := studyRows{ArmResults: []evidence.ArmResult{}, Effects: []evidence.Effect{}}
	found := false
	for s, err := range st.Studies(ctx) {
		if err != nil {
			return rows, err
		}
		for _, name := range append(append([]string{s.ID, s.Label}, s.Records...), s.Papers...) {
			if strings.EqualFold(name, id) && !found {
				rows.Study, found = s, true
			}
		}
	}
	if !found {
		return rows, fmt.Errorf("no study, record or paper here is called %q; past export --format csv --table trials --out - lists the trials",
			id)
	}
	for a, err := range st.ArmResults(ctx, store.ResultFilter{StudyID: rows.Study.ID}) {
		if err != nil {
			return rows, err
		}
		rows.ArmResults = append(rows.ArmResults, a)
	}
	for ef, err := range st.Effects(ctx) {
		if err != nil {
			return rows, err
		}
		if ef.StudyID == rows.Study.ID {
			rows.Effects = append(rows.Effects, ef)
		}
	}
	return rows, nil
}
