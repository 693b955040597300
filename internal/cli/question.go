package cli

import (
	"fmt"
	"past/internal/text"
)

type questionCmd struct {
	Check questionCheckCmd `cmd:"" help:"Explain the mistakes of a questions file."`
}

type questionCheckCmd struct {
	reviewFlag
	File string `arg:"" help:"Questions file (YAML)."`
}

func (c *questionCheckCmd) Run(e *Env) error {
	if err := e.useVocabulary(c.Review); err != nil {
		return err
	}
	qs, mistakes, err := loadQuestions(c.File)
	if err != nil {
		return err
	}
	for _, m := range mistakes {
		fmt.Fprintf(e.Stderr, "past: %s:%d: question %s: %s\n", c.File, m.Line, m.ID, m.Message)
	}
	if e.Globals.JSON {
		return e.printJSON(qs)
	}
	for _, q := range qs {
		fmt.Fprintf(e.Stdout, "%s: %s (%s, %s, %s, %s)\n", q.ID, q.Title, q.Measure, q.Method, q.Test, q.Formula)
	}
	if len(mistakes) > 0 {
		return &ExitError{Code: ExitFailed, Err: fmt.Errorf("%s: %s", c.File, text.Count(len(mistakes), "mistake"))}
	}
	if len(qs) == 0 {
		return &ExitError{Code: ExitFailed, Err: fmt.Errorf("%s: no questions found", c.File)}
	}
	fmt.Fprintf(e.Stdout, "%s, no mistakes\n", text.Count(len(qs), "question"))
	return nil
}
