package pipeline

import (
	"context"

	"past/crawler/registers"
	"past/internal/imports"
)

// Import takes in files, folders, archives and the standard input ("-"): what
// each is, is seen from its content.
func (p *Pipeline) Import(ctx context.Context, run string, paths []string) (imports.Report, error) {
	im := imports.Importer{Store: p.Store, Parse: registers.Parse, Now: p.Now, Run: run}
	return im.Files(ctx, paths)
}
