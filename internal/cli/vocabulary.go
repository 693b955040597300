package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"past/internal/vocab"
)

type vocabCmd struct {
	Test  vocabTestCmd  `cmd:"" help:"Explain what one text is about."`
	Match vocabMatchCmd `cmd:"" help:"Match NDJSON lines {id, text} and write NDJSON."`
}

type vocabTestCmd struct {
	Text []string `arg:"" help:"The text."`
}

func (c *vocabTestCmd) Run(e *Env) error {
	x := vocab.Default().Explain(strings.Join(c.Text, " "))
	if e.Globals.JSON {
		return e.printJSON(x)
	}
	_, err := fmt.Fprintln(e.Stdout, x)
	return err
}

type vocabMatchCmd struct {
	File string `arg:"" help:"NDJSON file, - for standard input."`
}

func (c *vocabMatchCmd) Run(e *Env) error {
	in := io.Reader(e.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	rep, err := vocab.MatchNDJSON(in, e.Stdout)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if len(rep.Bad) > 0 {
		fmt.Fprintf(e.Stderr, "past: %s: %s could not be read; each is answered by a line with \"error\"\n", c.File, plural(len(rep.Bad), "line"))
		return warned()
	}
	return nil
}
