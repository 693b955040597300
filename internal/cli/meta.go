package cli

import (
	"context"
	"encoding/json"
	"io"
	"os"

	"past/internal/metafile"
)

type metaCmd struct {
	File string `arg:"" help:"A CSV table or a JSON case; - for standard input."`
}

func (c *metaCmd) Run(ctx context.Context, e *Env) error {
	in := io.Reader(e.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	cs, err := metafile.ReadCase(in)
	if err != nil {
		return err
	}
	if err := cs.Prepare(); err != nil {
		return err
	}
	return json.NewEncoder(e.Stdout).Encode(cs.Answer())
}
