package cli

import (
	"context"

	"past/internal/metafile"
)

type metaCmd struct {
	File     string   `arg:"" help:"A CSV table or a JSON case; - for standard input."`
	Measure  string   `name:"measure" help:"Effect measure: SMD, MD, RR, OR, RD, ZCOR, PLO, …; chosen by the columns if left out." placeholder:"NAME"`
	Method   string   `name:"method" help:"Estimator of the between-study variance: REML (default), DL, PM, ML, EB, SJ, HE, HS, EE, …" placeholder:"NAME"`
	Test     string   `name:"test" help:"z, t, knha (default) or adhoc." placeholder:"NAME"`
	Mods     string   `name:"mods" help:"Moderators: \"year, type\" or \"~ year + factor(type)\"." placeholder:"COLUMNS"`
	Subgroup string   `name:"subgroup" help:"Column that divides the studies." placeholder:"COLUMN"`
	Cluster  string   `name:"cluster" help:"Column that says which study an effect belongs to." placeholder:"COLUMN"`
	Rho      *float64 `name:"rho" help:"Correlation of sampling errors within a cluster (default 0.6)." placeholder:"R"`
	Formula  string   `name:"formula" enum:",metafor,metapsy,revman" default:"" help:"Conventions of effect sizes and intervals: metafor (default), metapsy or revman."`
	Where    []string `name:"where" help:"Keep rows that fit, such as primary=1; repeatable." placeholder:"COND" sep:"none"`
	R        bool     `name:"r" help:"Write an R script that does the same with metafor."`
}

func (c *metaCmd) Run(ctx context.Context, e *Env) error {
	return metafile.Run(ctx, metafile.Command{File: c.File, Measure: c.Measure, Method: c.Method, Test: c.Test, Mods: c.Mods, Subgroup: c.Subgroup,
		Cluster: c.Cluster, Rho: c.Rho, Formula: c.Formula, Where: c.Where, JSON: e.Globals.JSON, R: c.R}, e.Stdin, e.Stdout, e.Stderr)
}
