package cli

import (
	"context"

	"past/internal/mcp"
	"past/internal/web/lookup"
)

type mcpCmd struct {
	Base string `name:"base" help:"Public address, for citations." placeholder:"URL" env:"PAST_BASE"`
}

func (c *mcpCmd) Run(ctx context.Context, e *Env) error {
	st, err := e.openStore(ctx, "mcp", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := e.readersVocabulary(); err != nil {
		return err
	}
	s := &mcp.Server{Library: lookup.New(st, c.Base), Version: e.Version}
	return s.Serve(ctx, e.Stdin, e.Stdout)
}
