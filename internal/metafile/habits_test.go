package metafile

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"past/analysis/effect"
)

// The same studies in the habits of many spreadsheets give the same pool. The
// wanted estimates and standard errors are those of metafor (REML, knha) for the
// plain table of each kind.
func TestHabitsOfSpreadsheets(t *testing.T) {
	const (
		means   = "A 2010,10.5,5,1020,14,5,1018\nB 2012,11,6,35,13,6,36\nC 2015,9,4,50,12,4.5,52\n"
		effects = "A,-0.4,0.2\nB,-0.2,0.25\nC,-0.5,0.3\n"
		counts  = "A,12,45,20,46\nB,10,40,18,41\nC,9,30,11,31\n"
	)
	for kind, c := range map[string]struct {
		beta, se float64
		measure  string
		tables   map[string]string
	}{
		"means": {-0.6872666927, 0.0471196667, "SMD", map[string]string{
			"plain":                    "Study,mean1,sd1,n1,mean2,sd2,n2\n" + means,
			"points between thousands": "Study,mean1,sd1,n1,mean2,sd2,n2\nA,10.5,5,1.020,14,5,1.018\nB,11,6,35,13,6,36\nC,9,4,50,12,4.5,52\n",
			"spaces between thousands": "Study,mean1,sd1,n1,mean2,sd2,n2\nA,10.5,5,1 020,14,5,1\u202f018\nB,11,6,35,13,6,36\nC,9,4,50,12,4.5,52\n",
			"apostrophes":              "Study,mean1,sd1,n1,mean2,sd2,n2\nA,10.5,5,1'020,14,5,1\u2019018\nB,11,6,35,13,6,36\nC,9,4,50,12,4.5,52\n",
			"commas between thousands": "Study,mean1,sd1,n1,mean2,sd2,n2\nA,10.5,5,\"1,020\",14,5,\"1,018\"\nB,11,6,35,13,6,36\n" +
				"C,9,4,50,12,4.5,52\n",
			"decimal commas": "Study;mean1;sd1;n1;mean2;sd2;n2\nA;10,5;5;1.020;14;5;1.018\nB;11;6;35;13;6;36\nC;9;4;50;12;4,5;52\n",
			"n = in the cells": "Study,mean1,sd1,n1,mean2,sd2,n2\nA,10.5,5,n=1020,14,5,N = 1018\nB,11,6,n=35,13,6,n=36\n" +
				"C,9,4,n=50,12,4.5,n=52\n",
			"title rows":      "Table 2: outcomes at week 4,,,,,,\n\nStudy,mean1,sd1,n1,mean2,sd2,n2\n" + means,
			"units":           "Study,mean1,sd1,n1,mean2,sd2,n2\n,points,points,people,points,points,people\n" + means,
			"merged header":   "Study,Treatment,,,Control,,\n,Mean,SD,N,Mean,SD,N\n" + means,
			"repeated header": "Study,Treatment,Treatment,Treatment,Control,Control,Control\n,Mean,SD,N,Mean,SD,N\n" + means,
			"named groups":    "Study,Esketamine,,,Placebo,,\n,Mean,SD,n,Mean,SD,n\n" + means,
			"notes below": "Study,mean1,sd1,n1,mean2,sd2,n2\n" + means + "\n* imputed from the figure\n" +
				"\"Note: SD, standard deviation.\",,,,,,\n",
			"total below": "Study,mean1,sd1,n1,mean2,sd2,n2\n" + means + "Total (95% CI),,,1105,,,1106\n",
			"plus-minus": "Study;Treatment (mean ± SD);n treatment;Control (mean ± SD);n control\nA;10,5 ± 5;1020;14 ± 5;1018\n" +
				"B;11 ± 6;35;13 ± " +
				"6;36\nC;9 ± 4;50;12 ± 4,5;52\n",
			"brackets": "Study,mean (SD) treatment,n treatment,mean (SD) control,n control\nA,10.5 (5),1020,14 (5),1018\nB,11 (6),35,13 " +
				"(6),36\nC,9 (4),50,12 (4.5),52\n",
			"standard errors": fmt.Sprintf("Study,mean1,se1,n1,mean2,se2,n2\nA,10.5,%.12g,1020,14,%.12g,1018\nB,11,%.12g,35,13,1,36\n"+
				"C,9,%.12g,50,12,%.12g,52\n",
				5/math.Sqrt(1020), 5/math.Sqrt(1018), 6/math.Sqrt(35), 4/math.Sqrt(50), 4.5/math.Sqrt(52)),
			"bars":   "Study|mean_t|sd_t|n_t|mean_c|sd_c|n_c\n" + strings.ReplaceAll(means, ",", "|"),
			"German": "Studie;MW Verum;SD Verum;n Verum;MW Kontrolle;SD Kontrolle;n Kontrolle\n" + continental(means),
			"French": "Étude;moyenne traitement;écart-type traitement;n traitement;moyenne témoin;écart-type témoin;n témoin\n" +
				continental(means),
			"Spanish": "Estudio;media intervención;DE intervención;n intervención;media control;DE control;n control\n" + continental(means),
			"German cells": "Studie;Verum (MW ± SD);n Verum;Placebo (MW ± SD);n Placebo\n" +
				"A;10,5 ± 5;1020;14 ± 5;1018\nB;11 ± 6;35;13 ± 6;36\n" +
				"C;9 ± 4;50;12 ± 4,5;52\n",
			"German arms": "Studie;Gruppe;N;MW;SD\nA;Ketamin;1020;10,5;5\nA;Kontrolle;1018;14;5\nB;Ketamin;35;11;6\nB;Kontrolle;36;13;6\n" +
				"C;Ketamin;50;9;4\nC;Kontrolle;52;12;4,5\n",
			"t values": standardised("t", func(d, n1, n2 float64) float64 { return d / math.Sqrt(1/n1+1/n2) }),
			"t values in German": strings.ReplaceAll(standardised("t-Wert",
				func(d, n1, n2 float64) float64 { return d / math.Sqrt(1/n1+1/n2) }), "n1,n2", "n Verum,n Placebo"),
			"Cohen's d": standardised("Cohen's d", func(d, _, _ float64) float64 { return d }),
			"Hedges' g": standardised("Hedges' g", func(d, n1, n2 float64) float64 { return effect.J(n1+n2-2) * d }),
			"one row per arm, merged study cells": "Study,Arm,Mean,SD,N\nA,Ketamine,10.5,5,1020\n,Placebo,14,5,1018\nB,Ketamine,11,6,35\n" +
				",Placebo,13,6,36\nC,Ketamine,9,4,50\n,Placebo,12,4.5,52\n",
			"one row per arm, standard errors": fmt.Sprintf("Trial;Treatment;Mean change;SE;N\nA;Ketamine;10,5;%s;1020\nA;Saline "+
				"placebo;14;%s;1018\nB;Ketamine;11;%s;35\nB;Placebo;13;1;36\nC;Ketamine;9;%s;50\nC;Placebo;12;%s;52\n",
				comma(5/math.Sqrt(1020)), comma(5/math.Sqrt(1018)), comma(6/math.Sqrt(35)), comma(4/math.Sqrt(50)), comma(4.5/math.Sqrt(52))),
			"one row per arm, with totals": "Study,Arm,Mean (SD),N\nA,Ketamine,10.5 (5),1020\nA,Placebo,14 (5),1018\nA,Total,12.2 (5.3),2038\n" +
				"B,Ketamine,11 (6),35\nB,Placebo,13 (6),36\n" +
				"B,Total,12 (6),71\nC,Ketamine,9 (4),50\nC,Placebo,12 (4.5),52\nC,Total,10 (4.4),102\n",
		}},
		"effects": {-0.3599147122, 0.0800212964, "", map[string]string{
			"plain":     "Study,g,SE\n" + effects,
			"total":     "Study,g,SE\n" + effects + "Total,-0.36,0.14\n",
			"pooled":    "Study,g,SE\n" + effects + "Random effects model,-0.36,0.14\nHeterogeneity: tau2 = 0.00 (p = 0.7),,\n",
			"German":    "Studie;g;SE\nA;-0,4;0,2\nB;-0,2;0,25\nC;-0,5;0,3\nGesamt;-0,36;0,14\n",
			"subtotals": "Study,g,SE\nA,-0.4,0.2\nB,-0.2,0.25\nSubtotal,-0.33,0.16\nC,-0.5,0.3\nOverall (I² = 0 %),-0.36,0.14\n",
			"limits": "Study,g,95% CI low,95% CI high\nA,-0.4,-0.791992797,-0.008007203\nB,-0.2,-0.689990996,0.289990996\n" +
				"C,-0.5,-1.087989195,0.087989195\n",
			"one cell": "Study,Mean difference (95% CI)\nA,-0.4 (-0.791992797 to -0.008007203)\nB,-0.2 (-0.689990996 to 0.289990996)\nC,-0.5 " +
				"(-1.087989195–0.087989195)\n",
			"90 % limits": "Study,g (90% CI)\nA,-0.4 (-0.728970725 to -0.071029275)\nB,-0.2 (-0.611213407 to 0.211213407)\nC,-0.5 (-0.993456088 " +
				"to -0.006543912)\n",
			"German limits": "Studie;Effekt;KI untere Grenze;KI obere Grenze\nA;-0,4;-0,791992797;-0,008007203\n" +
				"B;-0,2;-0,689990996;0,289990996\nC;-0,5;-1,087989195;0,087989195\n",
			"French limits": "Etude;Taille d'effet;IC 95% inf;IC 95% sup\nA;-0,4;-0,791992797;-0,008007203\n" +
				"B;-0,2;-0,689990996;0,289990996\nC;-0,5;-1,087989195;0,087989195\n",
			"named by a program":  "Study name,Std diff in means,Std Err\n" + effects,
			"no value":            "Studie;g;SE\nA;-0,4;0,2\nB;-0,2;0,25\nC;-0,5;0,3\nD;#NV;0,3\nE;k.A.;0,1\n",
			"minus signs":         "Study,g,SE\nA,−0.4,0.2\nB,– 0.2,0.25\nC,﹣0.5,0.3\n",
			"footnote marks":      "Study,g,SE\nA*,-0.4,0.2†\nB,-0.2*,0.25\nC‡,-0.5,0.3\n",
			"standard error cell": "Study,Hedges' g (SE)\nA,-0.40 (0.20)\nB,-0.20 (0.25)\nC,-0.50 (0.30)\n",
			"Windows-1252":        "Studie;g;SE\nM\xfcller;\x960,4;0,2\nB;\x960,2;0,25\nC;\x960,5;0,3\n",
			"named apart":         "Study,SMD,SE,Weight\nA,-0.4,0.2,50%\nB,-0.2,0.25,30%\nC,-0.5,0.3,20%\n",
		}},
		"counts": {-0.4296709692, 0.1126602536, "RR", map[string]string{
			"plain":    "Study,events1,n1,events2,n2\n" + counts,
			"subtotal": "Study,events1,n1,events2,n2\nA,12,45,20,46\nB,10,40,18,41\nSubtotal,22,85,38,87\nC,9,30,11,31\nTotal,31,115,49,118\n",
			"n/N":      "Study,treatment,control\nA,12/45,20/46\nB,10/40,18/41\nC,9/30,11/31\n",
			"n of N":   "Study,responders treatment,responders placebo\nA,12 of 45,20 of 46\nB,10 of 40,18 of 41\nC,9 of 30,11 of 31\n",
			"n/N (%)": "Study,events treatment,events control\nA,12/45 (26.7%),20/46 (43.5%)\nB,10/40 (25%),18/41 (43.9%)\nC,9/30 (30%),11/31 " +
				"(35.5%)\n",
			"n (%)":      "Study,events1,n1,events2,n2\nA,12 (26.7%),45,20 (43.5%),46\nB,10 (25%),40,18 (43.9%),41\nC,9 (30%),30,11 (35.5%),31\n",
			"four cells": "Study,a,b,c,d\nA,12,33,20,26\nB,10,30,18,23\nC,9,21,11,20\n",
			"French arms": "Étude;Bras;Événements;Effectif\nA;Kétamine;12;45\nA;Placebo;20;46\nB;Kétamine;10;40\nB;Placebo;18;41\n" +
				"C;Kétamine;9;30\nC;Placebo;11;31\n",
			"percent": "Study,events1,n1,events2,n2\nA,26.7%,45,43.5%,46\nB,25%,40,43.9%,41\nC,30%,30,35.5%,31\n",
			"percent in header": "Study,% responders treatment,n treatment,% responders control,n control\nA,26.7,45,43.5,46\nB,25,40,43.9,41\n" +
				"C,30,30,35.5,31\n",
			"arms": "Study,Group,Responders,Total\nA,Psilocybin,12,45\nA,Placebo,20,46\nB,Psilocybin,10,40\nB,Placebo,18,41\n" +
				"C,Psilocybin,9,30\nC,Placebo,11,31\n",
			"arms n/N": "Study,Group,Responders\nA,Psilocybin,12/45\nA,Placebo,20/46\nB,Psilocybin,10/40\nB,Placebo,18/41\n" +
				"C,Psilocybin,9/30\nC,Placebo,11/31\n",
		}},
		"ratios": {-0.3664302261, 0.1266972747, "", map[string]string{
			"brackets":       "Study,OR (95% CI)\nA,\"0.50 (0.25, 1.00)\"\nB,0.70 (0.40-1.22)\nC,0.80 (0.50–1.28)\n",
			"to":             "Study,OR 95% CI\nA,0.50 (0.25 to 1.00)\nB,0.70 (0.40 to 1.22)\nC,0.80 (0.50 to 1.28)\n",
			"interval apart": "Study,OR,95% CI\nA,0.50,[0.25; 1.00]\nB,0.70,[0.40; 1.22]\nC,0.80,[0.50; 1.28]\n",
			"decimal commas": "Studie;OR [95%-CI]\nA;\"0,50 [0,25; 1,00]\"\nB;\"0,70 [0,40; 1,22]\"\nC;\"0,80 [0,50; 1,28]\"\n",
			"adjusted":       "Study,adjusted OR (95% CI)\nA,0.50 (0.25-1.00)\nB,0.70 (0.40-1.22)\nC,0.80 (0.50-1.28)\n",
			"German limits":  "Studie;OR;95%-KI unten;95%-KI oben\nA;0,50;0,25;1,00\nB;0,70;0,40;1,22\nC;0,80;0,50;1,28\n",
			"with a total":   "Study,OR (95% CI)\nA,0.50 [0.25; 1.00]\nB,0.70 [0.40; 1.22]\nC,0.80 [0.50; 1.28]\nOverall,0.69 [0.50; 0.95]\n",
		}},
	} {
		for name, table := range c.tables {
			t.Run(kind+"/"+name, func(t *testing.T) {
				got := fitOf(t, table, Command{Measure: c.measure})
				b, s := got["beta"].(float64), got["se"].(float64)
				if got["k"] != 3.0 || math.Abs(b-c.beta) > 2e-8 || math.Abs(s-c.se) > 2e-8 {
					t.Errorf("k = %v, %v (%v), want %v (%v)", got["k"], b, s, c.beta, c.se)
				}
			})
		}
	}
}

func continental(table string) string { return strings.NewReplacer(",", ";", ".", ",").Replace(table) }

// standardised is the table of means as one statistic of each row with the sizes.
func standardised(name string, of func(d, n1, n2 float64) float64) string {
	out := "Study," + name + ",n1,n2\n"
	for i, r := range [][3]float64{{-3.5 / 5, 1020, 1018}, {-2.0 / 6, 35, 36}, {-3 / math.Sqrt((49*16+51*4.5*4.5)/100), 50, 52}} {
		out += fmt.Sprintf("%c,%.15g,%g,%g\n", 'A'+i, of(r[0], r[1], r[2]), r[1], r[2])
	}
	return out
}

func comma(x float64) string { return strings.Replace(fmt.Sprintf("%.12g", x), ".", ",", 1) }

// What can be read in two ways ends in a question that shows both; what is no
// number of its kind is named by row and column.
func TestHabitsThatAreAsked(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		cmd   Command
		want  []string
	}{
		"three zeros": {"Study,mean1,sd1,n1,mean2,sd2,n2\nA,10.5,5,40.000,14,5,41.000\nB,11,6,35.000,13,6,36.000\n", Command{},
			[]string{"row 1 (line 2)", `"n1"`, "40 or 40000"}},
		"half a person": {"Study,mean1,sd1,n1,mean2,sd2,n2\nA,10,5,40.5,14,5,40\n", Command{},
			[]string{"row 1 (line 2)", `"n1"`, "no whole number"}},
		"size as percent": {"Study,events1,n1,events2,n2\nA,3,50%,4,50%\n", Command{Measure: "RR"}, []string{`"n1"`, "percentages"}},
		"percent of many": {"Study,events1,n1,events2,n2\nA,27%,710,30%,700\n", Command{Measure: "RR"},
			[]string{"27 % of 710", "from 189 to 195"}},
		"percent without sizes": {"Study,events1,events2,ni\nA,27%,30%,3\n", Command{Columns: map[string]string{"ai": "events1", "ci": "events2",
			"bi": "ni", "di": "ni"}, Measure: "OR"}, []string{"percentages"}},
		"which spread": {"Study,mean treatment,n treatment,mean control,n control\nA,10.2 ± 5.1,40,14 ± 5,40\n", Command{},
			[]string{`"mean treatment (SD)"`, `"mean treatment (SE)"`}},
		"which limits": {"Study,treatment,n treatment,control,n control\nA,10 (5 to 14),40,14 (9 to 19),40\n", Command{},
			[]string{"confidence interval", "quartiles", "range"}},
		"which group": {"Study,Ketamine mean,Ketamine SD,Ketamine n,Midazolam mean,Midazolam SD,Midazolam n\nA,10,5,40,14,5,40\n",
			Command{}, []string{`"Ketamine", "Midazolam"`, "--control"}},
		"a sum without a name": {"Study,ai,n1i,ci,n2i\nA,4,20,6,20\nB,5,30,9,30\nC,4,25,6,25\n,13,75,21,75\n", Command{Measure: "RR"},
			[]string{"row 4 (line 5)", "sum of the rows above", "--where"}},
		"a row without a name": {"Study,yi,vi\nA,-0.4,0.04\nB,-0.2,0.06\n,-0.32,0.024\n", Command{},
			[]string{"row 3 (line 4)", "no name", "--where"}},
		"a bound":            {"Study,d,p\nA,0.5,<0.001\nB,0.7,0.03\n", Command{}, []string{"row 1 (line 2)", `"p"`, "a bound"}},
		"a ratio below zero": {"Study,OR,SE\nA,-0.5,0.25\nB,0.7,0.4\n", Command{}, []string{"OR", "below 0", "--scale log"}},
		"two sizes": {"Study,events treatment,n treatment,events control,n control\nA,12/45,45,20/46,46\nB,10/40,41,18/41,41\n",
			Command{Measure: "RR"}, []string{"line 3", "40", "41"}},
		"times below each other": {"Study,Time,Mean,SD,N\nA,pre,20,5,30\nA,post,15,6,30\n", Command{},
			[]string{"labelled A", "--arm", "side by side"}},
		"interval of a mean": {"Study,mean1,95% CI 1,n1,mean2,95% CI 2,n2\nA,10,8-12,40,14,12-16,41\n", Command{},
			[]string{"interval of a group's mean"}},
		"person-time with a mark": {"study;x1i;t1i;x2i;t2i\nA;10;1.005;12;1020\nB;8;990;11;1001\n", Command{},
			[]string{"row 1 (line 2)", `"t1i"`, "1.005 or 1005"}},
		"person-time with a mark, rates": {"study;x;time\nA;10;1.005\nB;8;990\nC;9;1102\n", Command{},
			[]string{"row 1 (line 2)", `"time"`, "1.005 or 1005"}},
		"mean with a mark": {"study;mean1;sd1;n1;mean2;sd2;n2\nA;1.234;310;30;1301;305;31\nB;980;290;40;1222;300;41\n", Command{},
			[]string{"row 1 (line 2)", `"mean1"`, "1.234 or 1234"}},
		"a column t":       {"study,g,t\nA,0.4,4\nB,0.5,8\n", Command{}, []string{`"t"`, "--tval t"}},
		"t beside others":  {"study,t,n1,n2,score\nA,4,30,31,2\nB,8,20,22,3\n", Command{}, []string{`"t"`, "--tval t"}},
		"p without sign":   {"study,p,n1,n2\nA,0.04,30,31\nB,0.2,20,22\n", Command{}, []string{"direction"}},
		"d or g":           {"study,SMD,n1,n2\nA,0.4,30,31\nB,0.2,20,22\n", Command{}, []string{"Cohen's d", "Hedges' g"}},
		"a date in a cell": {"Study,Active n/N,Placebo n/N\nA,5/12,9/40\nB,Aug 44,9/45\nC,7/30,8/31\n", Command{}, []string{"line 3", "Aug 44"}},
		"percent without a sign": {"study,events1,n1,events2,n2\nA,26.7,45,43.5,46\nB,25,40,13.9,41\nC,30.5,50,15.5,31\n", Command{},
			[]string{"row 1 (line 2)", "events1 %"}},
		"totals everywhere": {"Outcome,yi,vi\nTotal,0.1,0.04\nTotal,0.2,0.05\nSubscale,0.3,0.06\n", Command{}, []string{"--study"}},
	} {
		_, err := run(t, c.table, c.cmd)
		if err == nil {
			t.Errorf("%s: no question", name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", name, err, w)
			}
		}
	}
}

// A number with marks between thousands is one number: nothing is asked of limits.
func TestOneLargeNumberIsNoPairOfLimits(t *testing.T) {
	_, err := run(t, "Study,e1,k1,e2,k2\nA,\"1,020\",\"12,300\",\"1,101\",\"12,280\"\nB,45,800,60,805\n", Command{})
	if err == nil || !strings.Contains(err.Error(), "no measure was named") || strings.Contains(err.Error(), "are the limits of") {
		t.Error(err)
	}
}

// A control that is named makes groups of columns of named arms.
func TestNamedControl(t *testing.T) {
	table := "Study,Ketamine mean,Ketamine SD,Ketamine n,Midazolam mean,Midazolam SD,Midazolam n\nA,10,5,40,14,5,40\nB,11,6,35,13,6,36\n"
	got := fitOf(t, table, Command{Control: "Midazolam"})
	swapped := fitOf(t, table, Command{Control: "ketamine"})
	if a, b := got["beta"].(float64), swapped["beta"].(float64); !(a < 0) || math.Abs(a+b) > 1e-9 {
		t.Errorf("%v and %v", a, b)
	}
}

// The columns of a table with one row per arm may be named, as those of any other;
// the wanted estimate is that of metafor for the same studies side by side.
func TestNamedColumnsOfArms(t *testing.T) {
	const rows = "A,drug,40,25,5\nA,pbo,42,22.5,5.5\nB,drug,60,24.1,6\nB,pbo,58,23,6.2\nC,drug,30,26,4\nC,pbo,29,22.1,4.4\n"
	for header, columns := range map[string]map[string]string{
		"trial,who,people,score,spread\n":               {"arm": "who", "mi": "score", "sdi": "spread", "ni": "people"},
		"Trial,Who,People,Score,Spread\n":               {"arm": "Who", "m1i": "Score", "sd1i": "Spread", "n1i": "People"},
		"trial,group,N,mean score,standard deviation\n": nil,
	} {
		got := fitOf(t, header+rows, Command{Control: "pbo", Columns: columns})
		if b := got["beta"].(float64); math.Abs(b-0.4840) > 1e-4 {
			t.Errorf("%s: %v", header, b)
		}
	}
}

// A row that is to the others what their pool is, is doubted whatever its name.
func TestPooledRowIsDoubted(t *testing.T) {
	_, err := run(t, "Study,yi,vi\nA,-0.4,0.04\nB,-0.2,0.06\nC,-0.5,0.09\nDiamond,-0.3579,0.01895\n", Command{})
	if err == nil || !strings.Contains(err.Error(), "row 4 (line 5) (Diamond) has the effect and the variance of a pooled result") {
		t.Error(err)
	}
	out, err := run(t, "Study,yi,vi\nDiamond,-0.3579,0.01895\nA,-0.4,0.04\nB,-0.2,0.06\nC,-0.5,0.09\n", Command{})
	if err != nil || !strings.Contains(out, "row 1 (line 2) (Diamond) has the effect and the variance of a pooled result") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = run(t, "Study,yi,vi\nTotal Knee Group 2010,0.1,0.04\nPooley,0.2,0.04\nOverall Health Trial,0.3,0.05\n", Command{})
	if err != nil || !strings.Contains(out, "3 of 3 rows") {
		t.Errorf("names of studies are taken for totals: %v\n%s", err, out)
	}
}
