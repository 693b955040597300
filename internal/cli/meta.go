package cli

import (
	"context"
	"fmt"
	"os"
	"reflect"

	"past/internal/metafile"
	"past/reports"
)

type metaCmd struct {
	File     string    `arg:"" help:"A CSV table or a JSON case; - for standard input."`
	Measure  string    `name:"measure" help:"Effect measure: SMD, MD, RR, OR, RD, ZCOR, PLO, …; chosen by the columns if left out." placeholder:"NAME"`
	Method   string    `name:"method" help:"Estimator of the between-study variance: REML (default), DL, PM, ML, EB, SJ, HE, HS, EE, …" placeholder:"NAME"`
	Test     string    `name:"test" help:"z, t, knha (default) or adhoc." placeholder:"NAME"`
	Mods     string    `name:"mods" help:"Moderators: \"year, type\" or \"~ year + factor(type)\"." placeholder:"COLUMNS"`
	Subgroup string    `name:"subgroup" help:"Column that divides the studies." placeholder:"COLUMN"`
	Cluster  string    `name:"cluster" help:"Column that says which study an effect belongs to." placeholder:"COLUMN"`
	Rho      *float64  `name:"rho" help:"Correlation of sampling errors within a cluster (default 0.6)." placeholder:"R"`
	Time     string    `name:"time" help:"Time of an effect, with --cluster and --phi: sampling errors correlate less the farther apart." placeholder:"COLUMN"`
	Phi      *float64  `name:"phi" help:"Correlation of sampling errors of a study one unit of time apart." placeholder:"X"`
	Dose     string    `name:"dose" help:"Terms of a dose-response curve over all studies, in one stage: dose, or \"dose + I(dose^2)\"." placeholder:"TERMS"`
	Formula  string    `name:"formula" enum:",metafor,metapsy,revman" default:"" help:"Conventions of effect sizes and intervals: metafor (default), metapsy or revman."`
	Where    []string  `name:"where" help:"Keep rows that fit, such as primary=1; repeatable." placeholder:"COND" sep:"none"`
	Level    *float64  `name:"level" help:"Coverage of the intervals, such as 0.9 (default 0.95); also of given limits." placeholder:"X"`
	VType    string    `name:"vtype" help:"Variance of the effect: LS (default), LS2, UB, AV, HO, … as the measure allows." placeholder:"NAME"`
	Add      *float64  `name:"add" help:"Added to the cells of tables with a zero (default 0.5)." placeholder:"X"`
	Drop00   bool      `name:"drop00" help:"Leave out studies without events in both arms."`
	Scale    string    `name:"scale" enum:",log,ratio,ratio-log-se" default:"" help:"Given effects of a ratio measure are logarithms (log), ratios (ratio), or ratios with standard errors of their logarithms (ratio-log-se)."`
	Control  string    `name:"control" help:"Control arm of a table with one row per arm." placeholder:"NAME"`
	With     []string  `name:"with" help:"Further analyses: egger, trimfill, selection, leave-one-out, influence, permutation, bayes; or all." placeholder:"NAMES"`
	Out      string    `name:"out" help:"Write a figure (FILE.svg) or a report with figures, table and R script (FILE.html)." placeholder:"FILE"`
	R        bool      `name:"r" help:"Write an R script that does the same with metafor."`
	Columns  roleFlags `embed:"" group:"Columns"`
}

// roleFlags name the column of each role; they are asked for where two columns or
// kinds of table fit.
type roleFlags struct {
	Study string `name:"study" help:"Name of the study." placeholder:"COLUMN"`
	Arm   string `name:"arm" help:"Arm, in a table with one row per arm." placeholder:"COLUMN"`
	Yi    string `name:"yi" help:"Effect." placeholder:"COLUMN"`
	Vi    string `name:"vi" help:"Its sampling variance." placeholder:"COLUMN"`
	Sei   string `name:"sei" help:"Its standard error." placeholder:"COLUMN"`
	CILb  string `name:"ci-lb" help:"Lower limit of its interval." placeholder:"COLUMN"`
	CIUb  string `name:"ci-ub" help:"Upper limit of its interval." placeholder:"COLUMN"`
	TVal  string `name:"tval" help:"Its t value; with the sizes of two groups, that of the difference." placeholder:"COLUMN"`
	ZVal  string `name:"zval" help:"Its z value." placeholder:"COLUMN"`
	PVal  string `name:"pval" help:"Its two-sided p value." placeholder:"COLUMN"`
	M1i   string `name:"m1i" help:"Mean of group 1 (treatment, or before)." placeholder:"COLUMN"`
	SD1i  string `name:"sd1i" help:"Standard deviation of group 1." placeholder:"COLUMN"`
	N1i   string `name:"n1i" help:"Size of group 1." placeholder:"COLUMN"`
	M2i   string `name:"m2i" help:"Mean of group 2 (comparator, or after)." placeholder:"COLUMN"`
	SD2i  string `name:"sd2i" help:"Standard deviation of group 2." placeholder:"COLUMN"`
	N2i   string `name:"n2i" help:"Size of group 2." placeholder:"COLUMN"`
	Ai    string `name:"ai" help:"Events of group 1; alpha." placeholder:"COLUMN"`
	Bi    string `name:"bi" help:"People without event, group 1." placeholder:"COLUMN"`
	Ci    string `name:"ci" help:"Events of group 2." placeholder:"COLUMN"`
	Di    string `name:"di" help:"People without event, group 2." placeholder:"COLUMN"`
	Xi    string `name:"xi" help:"Events of the only group." placeholder:"COLUMN"`
	Ni    string `name:"ni" help:"Size of the only group." placeholder:"COLUMN"`
	Ri    string `name:"ri" help:"Correlation." placeholder:"COLUMN"`
	Mi    string `name:"mi" help:"Mean of the only group; items." placeholder:"COLUMN"`
	SDi   string `name:"sdi" help:"Standard deviation of the only group." placeholder:"COLUMN"`
	X1i   string `name:"x1i" help:"Events of group 1, with person-time." placeholder:"COLUMN"`
	T1i   string `name:"t1i" help:"Person-time of group 1." placeholder:"COLUMN"`
	X2i   string `name:"x2i" help:"Events of group 2, with person-time." placeholder:"COLUMN"`
	T2i   string `name:"t2i" help:"Person-time of group 2." placeholder:"COLUMN"`
	SE1i  string `name:"se1i" help:"Standard error of the mean of group 1, in place of its standard deviation." placeholder:"COLUMN"`
	SE2i  string `name:"se2i" help:"Standard error of the mean of group 2." placeholder:"COLUMN"`
	Med1i string `name:"med1i" help:"Median of group 1 (with q11i and q31i, or min1i and max1i)." placeholder:"COLUMN"`
	Q11i  string `name:"q11i" hidden:""`
	Q31i  string `name:"q31i" hidden:""`
	Min1i string `name:"min1i" hidden:""`
	Max1i string `name:"max1i" hidden:""`
	Med2i string `name:"med2i" help:"Median of group 2." placeholder:"COLUMN"`
	Q12i  string `name:"q12i" hidden:""`
	Q32i  string `name:"q32i" hidden:""`
	Min2i string `name:"min2i" hidden:""`
	Max2i string `name:"max2i" hidden:""`
}

// roles gives the flags that were used under the names that tables know.
func (f roleFlags) roles() map[string]string {
	out := map[string]string{}
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("name")
		if n := (map[string]string{"ci-lb": "lb", "ci-ub": "ub", "tval": "ti", "zval": "zi", "pval": "pi"})[name]; n != "" {
			name = n
		}
		if s := v.Field(i).String(); s != "" {
			out[name] = s
		}
	}
	return out
}

// Run ends with the context, whatever the table takes: its models know no context.
func (c *metaCmd) Run(ctx context.Context, e *Env) error {
	done := make(chan error, 1)
	go func() { done <- c.run(ctx, e) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *metaCmd) run(ctx context.Context, e *Env) error {
	cmd := metafile.Command{File: c.File, Measure: c.Measure, Method: c.Method, Test: c.Test, Mods: c.Mods, Subgroup: c.Subgroup,
		Cluster: c.Cluster, Rho: c.Rho, Time: c.Time, Phi: c.Phi, Dose: c.Dose, Formula: c.Formula, Where: c.Where, JSON: e.Globals.JSON, R: c.R,
		Columns: c.Columns.roles(), Control: c.Control,
		Scale: c.Scale, Level: c.Level, VType: c.VType, Add: c.Add, Drop00: c.Drop00, With: c.With}
	if c.Out == "" {
		return metafile.Run(ctx, cmd, e.Stdin, e.Stdout)
	}
	return c.write(ctx, e, cmd)
}

// write makes the figure or the report of a table.
func (c *metaCmd) write(ctx context.Context, e *Env, cmd metafile.Command) error {
	format, err := metafile.OutFormat(c.Out)
	if err != nil {
		return usage("%w", err)
	}
	t, err := metafile.Analyse(ctx, cmd, e.Stdin)
	if err != nil {
		return err
	}
	f, err := t.Answer()
	if err != nil {
		return err
	}
	own := reports.Own{Finding: f, Methods: t.Methods, Text: t.Text, Script: t.Script, Warnings: t.Warnings}
	data, err := own.SVG()
	if format == ".html" {
		data, err = own.HTML()
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, data, 0o644); err != nil {
		return err
	}
	fmt.Fprint(e.Stdout, t.Text, "\nwritten: "+c.Out+"\n")
	return nil
}
