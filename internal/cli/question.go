package cli

import (
	"fmt"
)

type questionCmd struct {
	Check questionCheckCmd `cmd:"" help:"Explain the mistakes of a questions file."`
}

type questionCheckCmd struct {
	File string `arg:"" help:"Questions file (YAML)."`
}

func (c *questionCheckCmd) Run(e *Env) error {
	qs, err := loadQuestions(c.File)
	if err != nil {
		return err
	}
	if e.Globals.JSON {
		return e.printJSON(qs)
	}
	for _, q := range qs {
		fmt.Fprintf(e.Stdout, "%s: %s (%s, %s, %s, %s)\n", q.ID, q.Title, q.Measure, q.Method, q.Test, q.Formula)
	}
	fmt.Fprintf(e.Stdout, "%s, no mistakes\n", plural(len(qs), "question"))
	return nil
}
