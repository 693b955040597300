package cases

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"slices"
	"sort"
	"strings"
	"testing"

	"past/internal/metafile/answer"
	"past/internal/metafile/table"
)

// The rules below are those of the comparer that the reference cases come with:
// which numbers count, how array entries are paired (but see compareLists), how
// near a number must be.
var (
	notAsked = map[string]bool{"default_control": true, "error": true, "warnings": true, "polish_score": true,
		"sigma2_optimizer": true, "max_abs_gradient": true, "log_lik_check_diff": true, "lb_sign": true, "ub_sign": true,
		"formula": true, "reference": true, "note": true, "notes": true, "subsets_failed": true, "tau2_effectively_zero": true}
	identity = []string{"method", "test", "model", "estimator", "predictor", "measure", "type", "order", "formula", "dfs",
		"side", "side_forced", "steps", "alternative", "rho", "name"}
	looser = map[string]float64{"glmm": 2e-3, "selmodel": 2e-4, "multilevel": 1e-6, "sensitivity": 1e-6, "publication_bias": 1e-6,
		"confint_profile_likelihood": 1e-5, "gosh": 1e-6}
)

type difference struct {
	path      []string
	want, got any
	ok        bool
}

func compareTrees(want, got any, path []string, out *[]difference) {
	at := func(step string) []string { return append(append([]string(nil), path...), step) }
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		keys := make([]string, 0, len(w))
		for k := range w {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		_, failed := w["error"]
		for _, k := range keys {
			if notAsked[k] || failed && k != "escalc" {
				continue
			}
			compareTrees(w[k], g[k], at(k), out)
		}
	case []any:
		compareLists(w, got, at, out)
	case float64:
		tol := 1e-7
		for _, p := range path {
			tol = math.Max(tol, looser[p])
		}
		*out = append(*out, difference{path, want, got, near(w, got, tol)})
	case string:
		if w == "Inf" || w == "-Inf" {
			*out = append(*out, difference{path, want, got, got == want})
		}
	}
}

func compareLists(w []any, got any, at func(string) []string, out *[]difference) {
	g, _ := got.([]any)
	isObject := false
	if len(w) > 0 {
		_, isObject = w[0].(map[string]any)
	}
	gotObjects := false
	if len(g) > 0 {
		_, gotObjects = g[0].(map[string]any)
	}
	if !isObject || !gotObjects {
		for i := range w {
			var v any
			if i < len(g) {
				v = g[i]
			}
			compareTrees(w[i], v, at(fmt.Sprint(i)), out)
		}
		return
	}
	// an entry is known by what any entry of its list is known by: a forced side
	// would else be taken for the side that the data choose
	var ids []string
	for _, k := range identity {
		if slices.ContainsFunc(w, func(v any) bool { m, _ := v.(map[string]any); return m[k] != nil }) {
			ids = append(ids, k)
		}
	}
	key := func(v any) string {
		m, _ := v.(map[string]any)
		var s []string
		for _, k := range ids {
			b, _ := json.Marshal(m[k])
			s = append(s, string(b))
		}
		return strings.Join(s, " ")
	}
	byKey := map[string][]any{}
	for _, v := range g {
		byKey[key(v)] = append(byKey[key(v)], v)
	}
	for i := range w {
		k := key(w[i])
		var v any
		switch {
		case len(byKey[k]) > 0:
			v, byKey[k] = byKey[k][0], byKey[k][1:]
		case len(ids) == 0 && i < len(g):
			v = g[i]
		}
		if len(ids) == 0 {
			k = fmt.Sprint(i)
		}
		compareTrees(w[i], v, at(k), out)
	}
}

func near(w float64, got any, tol float64) bool {
	var g float64
	switch v := got.(type) {
	case float64:
		g = v
	case string:
		x, ok := table.Number(v)
		if !ok {
			return false
		}
		g = x
	default:
		return false
	}
	return g == w || math.Abs(g-w) <= 1e-9+tol*math.Max(math.Abs(w), 1e-6)
}

// score is the share of numbers reproduced in one case and block.
type score struct{ right, all int }

// TestOracle asks every reference case (computed with R's metafor, clubSandwich and robumeta) and prints the score by block. ORACLE_CASE
// limits it to cases whose name contains the text, ORACLE_BLOCK shows that
// block's wrong numbers (ORACLE_WORST of them, 40 by default).
func TestOracle(t *testing.T) {
	archive, err := zip.OpenReader("testdata/reference-cases.zip")
	if err != nil {
		t.Fatalf("no reference cases: %v", err)
	}
	defer archive.Close()
	cells := map[string]*score{}
	blocksScore := map[string]*score{}
	worst := 40
	fmt.Sscan(os.Getenv("ORACLE_WORST"), &worst)
	show := os.Getenv("ORACLE_BLOCK")
	for _, f := range archive.File {
		name := strings.TrimSuffix(path.Base(f.Name), ".json")
		if !strings.Contains(name, os.Getenv("ORACLE_CASE")) {
			continue
		}
		for _, d := range askCase(t, f) {
			b := d.path[0]
			if len(d.path) > 1 && (b == "publication_bias" || b == "sensitivity" || b == "multilevel") {
				b += "/" + d.path[1]
			}
			add(cells, name+" "+b, d.ok)
			add(blocksScore, b, d.ok)
			if !d.ok && show != "" && strings.HasPrefix(b, show) && worst > 0 {
				worst--
				t.Logf("%s %s: want %v, got %v", name, strings.Join(d.path, "/"), d.want, d.got)
			}
		}
	}
	if mean := report(t, cells, blocksScore); os.Getenv("ORACLE_CASE") == "" && mean < 0.995 {
		t.Errorf("%.3f %% of the reference numbers are reproduced (mean over case and block); 99.5 %% are required", 100*mean)
	}
}

func add(m map[string]*score, key string, ok bool) {
	if m[key] == nil {
		m[key] = &score{}
	}
	m[key].all++
	if ok {
		m[key].right++
	}
}

func askCase(t *testing.T, file *zip.File) []difference {
	t.Helper()
	r, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	want := doc["expect"]
	delete(doc, "expect")
	question, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	c, err := Parse(question)
	if err == nil {
		var tree answer.Tree
		if tree, err = c.Answer(); err == nil {
			var b bytes.Buffer
			if err = answer.Encode(&b, tree); err == nil {
				err = json.Unmarshal(b.Bytes(), &got)
			}
		}
	}
	if err != nil {
		t.Errorf("%s: no answer: %v", file.Name, err)
	}
	var out []difference
	compareTrees(want, got, nil, &out)
	return out
}

func report(t *testing.T, cells, byBlock map[string]*score) float64 {
	names := make([]string, 0, len(byBlock))
	for n := range byBlock {
		names = append(names, n)
	}
	sort.Strings(names)
	right, all := 0, 0
	for _, n := range names {
		s := byBlock[n]
		t.Logf("%7d/%-7d %6.2f %%  %s", s.right, s.all, 100*float64(s.right)/float64(s.all), n)
		right += s.right
		all += s.all
	}
	keys := make([]string, 0, len(cells))
	for k := range cells {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	mean := 0.0
	for _, k := range keys {
		mean += float64(cells[k].right) / float64(cells[k].all) / float64(len(keys))
	}
	t.Logf("%.3f %% mean over case x block; %d of %d numbers", 100*mean, right, all)
	return mean
}
