package cli

import (
	"context"
	"fmt"

	"past/internal/evidence"
	"past/internal/synthesis"
)

type explainCmd struct {
	reviewFlag
	ID string `arg:"" help:"A finding or an effect."`
}

func (c *explainCmd) Run(ctx context.Context, e *Env) error {
	p, err := e.openFresh(ctx, "explain", c.Review)
	if err != nil {
		return err
	}
	defer p.Store.Close()
	x, err := p.Explain(ctx, c.ID)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(x)
	}
	if f := x.Finding; f != nil {
		fmt.Fprintf(e.Stdout, "%s\n%s\n%s\n\n", f.ID, f.Title, f.Sentences.Researcher)
		for _, w := range f.Warnings {
			fmt.Fprintf(e.Stdout, "warning: %s\n", w)
		}
	}
	for _, ef := range x.Effects {
		fmt.Fprintf(e.Stdout, "%s  %s, %s\n  %s; %s\n", ef.ID, ef.StudyLabel, ef.TimepointRaw, effectWords(&ef), ef.Reason)
		for _, line := range x.Places[ef.ID] {
			fmt.Fprintf(e.Stdout, "    %s\n", line)
		}
		for _, flag := range ef.Flags {
			fmt.Fprintf(e.Stdout, "    note: %s\n", flag)
		}
		if ef.Source != "" {
			fmt.Fprintf(e.Stdout, "    source: %s\n", ef.Source)
		}
	}
	if f := x.Finding; f != nil {
		for _, ex := range f.Excluded {
			fmt.Fprintf(e.Stdout, "left out: %s (%s) %s\n", ex.EffectID, ex.Code, ex.Reason)
		}
	}
	return nil
}

// effectWords prints an effect as people read it: a ratio with its interval
// beside the logarithm that is analysed.
func effectWords(ef *evidence.Effect) string {
	number := func(p *float64) string { return synthesis.Number(evidence.Value(p), 4) }
	symbol := synthesis.MeasureSymbol(ef.Measure)
	switch {
	case ef.Estimate == nil:
		return "no effect size"
	case ef.Ratio != nil:
		return fmt.Sprintf("%s %s [%s, %s]; its logarithm %s, standard error %s, formula %s", symbol, number(ef.Ratio), number(ef.RatioLower),
			number(ef.RatioUpper), number(ef.Estimate), number(ef.SE), ef.Formula)
	}
	return fmt.Sprintf("%s %s [%s, %s], standard error %s, formula %s", symbol, number(ef.Estimate), number(ef.CILower), number(ef.CIUpper),
		number(ef.SE), ef.Formula)
}
