package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"past/analysis/effect"
	"past/internal/cite/shelftest"
	"past/internal/evidence"
	"past/internal/export"
	"past/internal/extract"
	"past/internal/needtest"
	"past/internal/store"
	"past/internal/synthesis"
)

var ed = export.Edition{ID: "e-1", Date: "2026-11-22", DataHash: "h", SoftwareVersion: "test"}

// The columns of arm_results are a published format.
func TestArmResultColumns(t *testing.T) {
	st, _, _ := shelftest.Open(t)
	var b bytes.Buffer
	if _, err := export.CSV(context.Background(), st, "arm_results", &b); err != nil {
		t.Fatal(err)
	}
	want := "record_id,outcome_index,outcome_title,class_index,class_title,category_index,category_title,group_id,group_title," +
		"param_type,value_raw,value,dispersion_type,spread_raw,lower_raw,upper_raw,n,unit,timepoint_raw,timepoint_weeks,instrument," +
		"domain,score_type,verdict,reason,payload_sha256,pointer,timepoint_origin,flags,use\r\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", b.String(), want)
	}
}

func TestEveryColumnIsDescribed(t *testing.T) {
	st, _, _ := shelftest.Open(t)
	for _, table := range store.TableNames() {
		columns, _, err := st.Rows(context.Background(), table)
		if err != nil {
			t.Fatal(err)
		}
		if export.About(table) == "" {
			t.Errorf("table %s is not described", table)
		}
		for _, c := range export.Dictionary(table, columns) {
			if c.About == "(not described)" {
				t.Errorf("column %s of %s is not described", c.Name, table)
			}
		}
	}
}

// The licence of a data set goes with the table that has its rows, and with no other.
func TestPackageStatesLicences(t *testing.T) {
	st, _, _ := shelftest.Open(t)
	for _, starter := range []bool{true, false} {
		dir, own := t.TempDir(), ed
		own.Starter = starter
		if _, err := export.Package(context.Background(), st, []string{"effects", "links"}, dir, own); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "datapackage.json"))
		if err != nil {
			t.Fatal(err)
		}
		type source struct{ Title, Path string }
		var doc struct {
			Licenses  []any
			Sources   []source
			Resources []struct {
				Description string
				Licenses    []struct{ Name, Path string }
				Sources     []source
			}
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		effects, links := doc.Resources[0], doc.Resources[1]
		if len(doc.Licenses)+len(links.Licenses)+len(links.Sources) > 0 {
			t.Errorf("a licence that no source states: %s", b)
		}
		if !starter {
			if len(effects.Licenses) > 0 || len(doc.Sources) != 1 {
				t.Errorf("licences of data sets that are not in it: %+v", effects.Licenses)
			}
			continue
		}
		if len(effects.Licenses) != 1 || effects.Licenses[0].Name != "ODC-BY-1.0" || len(effects.Sources) != 2 || len(doc.Sources) != 3 ||
			!strings.Contains(effects.Description, "Metapsy project") {
			t.Errorf("%+v, sources %+v", effects, doc.Sources)
		}
	}
}

// A trial that two registers hold has two rows, each as old as its collection.
func TestRowsOfTrialsAreRecords(t *testing.T) {
	if about := export.About("trials"); !strings.Contains(about, "per trial record,") || strings.Contains(about, " now") {
		t.Error(about)
	}
}

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a", "=1+1": "'=1+1", "@x": "'@x", "\tx": "'\tx", "-1.5": "-1.5", "+3": "+3",
		"-1e-5": "-1e-5", "-cmd|x": "'-cmd|x", "'=x": "''=x", "'": "'", "'a": "'a", "-": "-"} {
		if got := export.Guard(in); got != want {
			t.Errorf("Guard(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`['=+@\t\-a1]{0,6}`).Draw(t, "s")
		if g := export.Guard(s); g != s && export.Unguard(g) != s {
			t.Fatalf("%q became %q and came back as %q", s, g, export.Unguard(g))
		}
	})
}

// A package's files have the sizes, columns and values that it declares.
func TestPackage(t *testing.T) {
	st, _, _ := shelftest.Open(t)
	dir := t.TempDir()
	counts, err := export.Package(context.Background(), st, store.TableNames(), dir, ed)
	kept := 0
	for _, err := range st.Effects(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		kept++
	}
	if err != nil || counts["effects"] != kept || kept < 315 {
		t.Fatal(counts, kept, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "datapackage.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Resources []struct {
			Name, Path string
			Bytes      int
			Schema     struct{ Fields []struct{ Name, Type string } }
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	for _, r := range doc.Resources {
		file, err := os.ReadFile(filepath.Join(dir, r.Path))
		if err != nil || len(file) != r.Bytes {
			t.Fatalf("%s: %d bytes, declared %d: %v", r.Path, len(file), r.Bytes, err)
		}
		rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range r.Schema.Fields {
			if rows[0][i] != f.Name {
				t.Errorf("%s: column %d is %s, declared %s", r.Path, i, rows[0][i], f.Name)
			}
			for _, row := range rows[1:] {
				if !fits(f.Type, row[i]) {
					t.Errorf("%s: %s holds %q, declared %s", r.Path, f.Name, row[i], f.Type)
				}
			}
		}
	}
}

func fits(typ, cell string) bool {
	var err error
	switch {
	case cell == "":
	case typ == "integer":
		_, err = strconv.ParseInt(cell, 10, 64)
	case typ == "number":
		_, err = strconv.ParseFloat(cell, 64)
	case typ == "boolean":
		return cell == "1" || cell == "0"
	case typ == "array":
		var a []any
		err = json.Unmarshal([]byte(cell), &a)
	}
	return err == nil
}

// What Parquet and JSON give back is what the table holds, to the last digit.
func TestParquetAndJSONRoundTrip(t *testing.T) {
	st, _, _ := shelftest.Open(t)
	ctx := context.Background()
	for _, table := range []string{"effects", "findings", "arm_results"} {
		columns, rows, err := st.Rows(ctx, table)
		if err != nil {
			t.Fatal(err)
		}
		var want [][]string
		for r, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, r)
		}
		var b, js bytes.Buffer
		if n, err := export.ParquetTable(ctx, st, table, &b, ed); err != nil || n != len(want) {
			t.Fatal(n, err)
		}
		f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := f.Lookup("past.edition"); v != "e-1" {
			t.Errorf("%s: edition %q in the file", table, v)
		}
		for i, c := range f.Schema().Columns() {
			if c[0] != columns[i] {
				t.Fatalf("%s: column %d is %s, want %s", table, i, c[0], columns[i])
			}
		}
		at := 0
		for _, g := range f.RowGroups() {
			r := g.Rows()
			buf := make([]parquet.Row, 64)
			for {
				n, err := r.ReadRows(buf)
				for _, row := range buf[:n] {
					for i, v := range row {
						if got := parquetText(v); got != want[at][i] {
							t.Errorf("%s row %d, %s: %q, want %q", table, at, columns[i], got, want[at][i])
						}
					}
					at++
				}
				if err != nil {
					break
				}
			}
			r.Close()
		}
		if at != len(want) {
			t.Errorf("%s: %d of %d rows came back", table, at, len(want))
		}
		var objects []map[string]any
		if _, err := export.Table(ctx, st, table, &js); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(js.Bytes(), &objects); err != nil || len(objects) != len(want) {
			t.Fatalf("%s: %d objects of %d: %v", table, len(objects), len(want), err)
		}
	}
}

func parquetText(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Int64:
		return strconv.FormatInt(v.Int64(), 10)
	case v.Kind() == parquet.Double:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case v.Kind() == parquet.Boolean:
		return map[bool]string{true: "1", false: "0"}[v.Boolean()]
	}
	return string(v.ByteArray())
}

// TestMetapsyOfOurEffects reads the file back as R's read.csv2 does: each row is one
// effect with its digits, NA where the effect states nothing.
func TestMetapsyOfOurEffects(t *testing.T) {
	st, _, _ := shelftest.Open(t)
	var effects []evidence.Effect
	for e, err := range st.Effects(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		effects = append(effects, e)
	}
	effects = append(effects, evidence.Effect{ID: "odd", StudyLabel: "=cmd; \"a\"\nb", Measure: "SMD"})
	b, err := export.Metapsy(effects)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != len(effects)+1 {
		t.Fatalf("%d rows of %d effects: %v", len(rows)-1, len(effects), err)
	}
	for i, e := range effects {
		cell := func(column string) string { return rows[i+1][slices.Index(rows[0], column)] }
		if cell(".id") != e.ID {
			t.Fatalf("row %d is %q, want %q", i, cell(".id"), e.ID)
		}
		for column, want := range map[string]*float64{".g": e.Estimate, ".g_se": e.SE} {
			x, err := strconv.ParseFloat(strings.Replace(cell(column), ",", ".", 1), 64)
			switch {
			case e.Measure != "SMD" || e.SE == nil:
				if cell(column) != "NA" {
					t.Errorf("%s: %s is %q where the effect has none", e.ID, column, cell(column))
				}
			case err != nil || x != *want:
				t.Errorf("%s: %s is %q, want %v", e.ID, column, cell(column), *want)
			}
		}
	}
	if last := rows[len(rows)-1]; last[0] != "'=cmd; \"a\"\nb" {
		t.Errorf("the label became %q", last[0])
	}
}

// hard findings try what the starter set does not: every formula mode and
// measure, with cells of zero.
func hard(t *testing.T) []evidence.Finding {
	num := func(x float64) *float64 { return &x }
	var out []evidence.Finding
	for _, mode := range []effect.Formula{effect.Metafor, effect.Metapsy, effect.RevMan} {
		for _, measure := range []string{"SMD", "RR", "OR", "RD"} {
			for _, method := range []string{"REML", "PM", "DL", "EE"} {
				f := evidence.Finding{ID: strings.ToLower(strings.Join([]string{string(mode), measure, method}, "-")),
					Title: "Ünïcode \"quoted\"\nline"}
				for i, r := range [][4]float64{{0, 20, 3, 21}, {4, 30, 9, 28}, {7, 15, 7, 16}, {1, 40, 8, 41}, {12, 22, 13, 20}} {
					e := evidence.Effect{ID: strconv.Itoa(i), StudyLabel: "Ot'alora \\ " + strconv.Itoa(i), Event1: num(r[0]), N1: num(r[1]),
						Event2: num(r[2]), N2: num(r[3]), Mean1: num(10 - 3*r[0]), SD1: num(9 + r[2]), Mean2: num(r[2]), SD2: num(11)}
					d := effect.Data{AI: []float64{r[0]}, N1I: []float64{r[1]}, CI: []float64{r[2]}, N2I: []float64{r[3]}}
					if measure == "SMD" {
						d = effect.Data{M1I: []float64{*e.Mean1}, SD1I: []float64{*e.SD1}, N1I: []float64{r[1]}, M2I: []float64{*e.Mean2},
							SD2I: []float64{11}, N2I: []float64{r[3]}}
					}
					if err := extract.ComputeAs(&e, effect.Measure(measure), d, mode); err != nil {
						t.Fatal(err)
					}
					f.Effects = append(f.Effects, e)
				}
				test := map[string]string{"REML": "knha", "PM": "knha"}[method]
				if test == "" {
					test = "z"
				}
				p, err := synthesis.Pool(synthesis.Model{Measure: measure, Formula: string(mode), Method: method, Test: test,
					Prediction: map[bool]string{true: "k-2"}[method == "PM"]}, f.Effects)
				if err != nil {
					t.Fatal(err)
				}
				f.Primary = p
				out = append(out, f)
			}
		}
	}
	return out
}

// TestScriptsInR is for machines with R and metafor: every script must run and
// agree, and one with a wrong number must not.
func TestScriptsInR(t *testing.T) {
	rscript := needtest.Program(t, "Rscript")
	if err := exec.Command(rscript, "-e", "library(metafor)").Run(); err != nil {
		needtest.Absent(t, "R's package metafor (sh .ci/programs installs it)", err)
	}
	st, _, _ := shelftest.Open(t)
	findings, err := st.Findings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	dir, n := t.TempDir(), 0
	for _, f := range append(findings, hard(t)...) {
		scripts, skipped := export.Scripts(f, "e-1")
		for _, why := range skipped {
			if !strings.Contains(why, `"CHE"`) || strings.HasPrefix(why, f.ID+":") {
				t.Errorf("not exported: %s", why)
			}
		}
		for _, s := range scripts {
			n++
			if err := os.WriteFile(filepath.Join(dir, s.Name), []byte(s.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	wrong := findings[0]
	for _, f := range findings {
		if f.Primary.K > 3 {
			wrong = f
		}
	}
	*wrong.Primary.Estimate += 1e-4
	scripts, _ := export.Scripts(wrong, "e-1")
	if err := os.WriteFile(filepath.Join(dir, "zz-wrong.R"), []byte(scripts[0].Text), 0o644); err != nil {
		t.Fatal(err)
	}
	run := `for (f in sort(list.files(".", pattern = "[.]R$"))) { r <- try(capture.output(source(f, local = new.env())), ` +
		`silent = TRUE); cat(if (inherits(r, "try-error")) "BAD" else "OK", f, if (inherits(r, "try-error")) r else "", "\n") }`
	cmd := exec.Command(rscript, "-e", run)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := strings.Count(string(out), "OK "); got != n || strings.Count(string(out), "BAD ") != 1 ||
		!strings.Contains(string(out), "BAD zz-wrong.R") {
		t.Errorf("%d of %d scripts agree\n%s", got, n, out)
	}
	t.Logf("%d scripts agree with metafor to 1e-6", n)
}

// A script says which number it agrees with: the one that is published, or the fitted one
// where the finding shows another answer.
func TestScriptsNameTheNumberTheyAgreeWith(t *testing.T) {
	st, _, _ := shelftest.Open(t)
	fs, err := st.Findings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[evidence.HeadlineKind]int{}
	for _, f := range fs {
		scripts, _ := export.Scripts(f, "e-1")
		if len(scripts) == 0 || scripts[0].Name != f.ID+".R" {
			continue
		}
		kinds[f.Headline.Kind]++
		fitted := f.Headline.Kind == evidence.HeadlineSmall || f.Headline.Kind == evidence.HeadlineNotPooled
		if said := scripts[0].Text; strings.Contains(said, "agrees with the published number") == fitted ||
			strings.Contains(said, "agrees with the fitted number") != fitted {
			t.Errorf("%s (%s) ends with another number than it names", f.ID, f.Headline.Kind)
		}
	}
	if kinds[evidence.HeadlineSmall] == 0 || kinds[evidence.HeadlinePooled] == 0 {
		t.Errorf("the set shows too little: %v", kinds)
	}
}

func TestRevManAndPRISMA(t *testing.T) {
	st, _, _ := shelftest.Open(t)
	fs, err := st.Findings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b, err := export.RevMan(fs)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := 1
	for _, f := range fs {
		want += len(f.Effects)
	}
	if len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for i, q := range export.CountPRISMA(fs) {
		if q.Assessed != len(fs[i].Effects)+len(fs[i].Excluded) {
			t.Errorf("%s: %d assessed", q.Finding, q.Assessed)
		}
	}
}
