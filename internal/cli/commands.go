package cli

import (
	"slices"

	"past/crawler"
	"past/crawler/ctgov"
	"past/internal/pipeline"
)

// commands are the verbs of past, in the order of the help text.
type commands struct {
	Demo       demoCmd       `cmd:"" help:"Run the whole job on the embedded starter set, without a network."`
	Init       initCmd       `cmd:"" help:"Set up a folder: settings, template tables with their legal words, a first question."`
	Crawl      crawlCmd      `cmd:"" help:"Collect records from public registers."`
	Import     importCmd     `cmd:"" help:"Take in saved payloads and registry exports."`
	Status     statusCmd     `cmd:"" help:"Show counts, freshness and problems."`
	Link       linkCmd       `cmd:"" help:"Say which records and papers are one study."`
	Extract    extractCmd    `cmd:"" help:"Read posted results and extraction tables into effect sizes."`
	Analyse    analyseCmd    `cmd:"" help:"Answer the questions: pool effects into findings."`
	Report     reportCmd     `cmd:"" help:"Write an edition as offline HTML."`
	Explain    explainCmd    `cmd:"" help:"Walk a number back to the bytes it came from."`
	Cite       citeCmd       `cmd:"" help:"Cite a finding, its studies, the edition or the program."`
	Export     exportCmd     `cmd:"" help:"Take tables, effects, scripts and counts elsewhere."`
	Check      checkCmd      `cmd:"" help:"Verify a document's citations and bound numbers against an edition."`
	Pack       packCmd       `cmd:"" help:"Write teaching material for the curriculum domains."`
	Meta       metaCmd       `cmd:"" help:"Meta-analyse a table of your own (CSV or JSON)."`
	Reproduce  reproduceCmd  `cmd:"" help:"Compute published reviews again and set ours beside the printed numbers."`
	Vocab      vocabCmd      `cmd:"" help:"Say what a text is about and why."`
	Review     reviewCmd     `cmd:"" help:"The human side: sheets, decisions, conflicts."`
	Study      studyCmd      `cmd:"" help:"Show one study with every row that rests on it."`
	History    historyCmd    `cmd:"" help:"Show what changed in a record, and when."`
	Question   questionCmd   `cmd:"" help:"Work with questions files."`
	Refresh    refreshCmd    `cmd:"" help:"Run a whole cycle and publish: once, or on a schedule."`
	Gate       gateCmd       `cmd:"" help:"Show what the gate refused, and let a run pass."`
	Changes    changesCmd    `cmd:"" help:"Show what editions changed, with cause."`
	Serve      serveCmd      `cmd:"" help:"Serve editions, a JSON API and search, read-only."`
	Mcp        mcpCmd        `cmd:"" help:"Answer assistants over the Model Context Protocol (stdio), read-only."`
	Backup     backupCmd     `cmd:"" help:"Write a consistent copy of the database, also while it is in use."`
	Restore    restoreCmd    `cmd:"" help:"Put a checked backup in the place of the database."`
	Doctor     doctorCmd     `cmd:"" help:"Check the set-up: configuration, disk, rights, clock, database, schedule."`
	Completion completionCmd `cmd:"" help:"Print a completion script for a shell."`
	Man        manCmd        `cmd:"" help:"Print the manual page."`
	Merge      mergeCmd      `cmd:"" help:"Take over what other databases collected, shards of a crawl for example."`
	Rebuild    rebuildCmd    `cmd:"" help:"Recreate every derived row from payloads and review files."`
}

// applyConfig hands configuration values to the commands that take them.
func (c *commands) applyConfig(cfg config) {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	for _, r := range []*string{&c.Refresh.Review, &c.Link.Review, &c.Extract.Review, &c.Analyse.Review, &c.Report.Review, &c.Rebuild.Review,
		&c.Merge.Review, &c.Explain.Review, &c.Crawl.Review, &c.Study.Review, &c.Question.Check.Review, &c.Vocab.List.Review,
		&c.Vocab.Test.Review, &c.Vocab.Match.Review, &c.Export.Review, &c.Cite.Review, &c.Check.Review, &c.Pack.Review, &c.Review.Check.Review,
		&c.Review.Import.Review} {
		set(r, cfg.Review)
	}
	set(&c.Report.Out, cfg.Out)
	set(&c.Serve.Out, cfg.Refresh.Out)
	set(&c.Serve.Base, cfg.Refresh.Base)
	set(&c.Doctor.Out, cfg.Refresh.Out)
	c.Serve.reportOut, c.Doctor.reportOut = cfg.Out, cfg.Out
	asked := c.Refresh.Endpoint != nil
	c.Refresh.applyConfig(cfg)
	if !asked {
		c.Refresh.Endpoint = endpointsOf(c.Refresh.Endpoint, c.Refresh.Source)
	}
	if len(c.Crawl.Sources)+len(c.Crawl.Source) == 0 {
		c.Crawl.Sources = cfg.Sources
	}
	if c.Crawl.Endpoint == nil {
		c.Crawl.Endpoint = endpointsOf(cfg.Endpoints, slices.Concat(c.Crawl.Sources, c.Crawl.Source))
	}
	if c.History.Endpoint == nil {
		c.History.Endpoint = endpointsOf(cfg.Endpoints, []string{ctgov.SourceName})
	}
	if c.Doctor.Endpoint == nil {
		c.Doctor.Endpoint = cfg.Endpoints
	}
}

// endpointsOf are the configured endpoints without those of registers that a
// command does not ask. A name that no register has stays, and is refused.
func endpointsOf(all map[string]string, names []string) map[string]string {
	asked, err := pipeline.Sources(names)
	if err != nil {
		return all // the command refuses the name itself
	}
	out := map[string]string{}
	for name, url := range all {
		_, unknown := pipeline.Sources([]string{name})
		if unknown != nil || slices.ContainsFunc(asked, func(s crawler.Source) bool { return s.Name() == name }) {
			out[name] = url
		}
	}
	return out
}
