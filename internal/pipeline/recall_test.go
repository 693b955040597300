package pipeline

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"past/crawler"
	"past/internal/ident"
	"past/internal/recordedtest"
	"past/internal/starter"
)

// reviewed is a trial or paper that the published reviews include, with the
// words that are recorded of it.
type reviewed struct{ kind, id, label, substance, condition, words, basis string }

func readReviewed(t *testing.T) []reviewed {
	t.Helper()
	f, err := os.Open("testdata/recall.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []reviewed
	for _, r := range rows[1:] {
		out = append(out, reviewed{r[0], r[1], r[2], r[3], r[4], r[5], r[6]})
	}
	return out
}

// foundBy gives the key of the first query that would return a text, "" for
// none.
func foundBy(t *testing.T, queries []crawler.Query, words string) string {
	t.Helper()
	for _, q := range queries {
		text := q.Text
		if u, err := url.Parse(q.URL); err == nil && u.Query().Has("query.intr") { // two fields, both must hold
			text = "(" + u.Query().Get("query.intr") + ")"
			if c := u.Query().Get("query.cond"); c != "" {
				text += " AND (" + c + ")"
			}
		}
		ok, err := starter.Finds(text, words)
		if err != nil {
			t.Fatalf("query %s: %v", q.Key, err)
		}
		if ok {
			return q.Key
		}
	}
	return ""
}

// TestRecall counts, for every trial and paper that the published reviews
// include, by which query each source would return it, and holds the table of
// docs/sources.md to it.
func TestRecall(t *testing.T) {
	sources, err := Sources([]string{"ctgov", "pubmed", "europepmc"})
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| source | included in the reviews | words recorded | found of these | by the query of | not found, or " +
		"not to be judged |\n|---|---|---|---|---|---|\n")
	for _, s := range sources {
		queries, err := s.Plan(CrawlQuestion())
		if err != nil {
			t.Fatal(err)
		}
		kind := "paper"
		if s.Name() == "ctgov" {
			kind = "trial"
		}
		all, judged, found, by := 0, 0, 0, map[string]int{}
		misses := map[string][]string{}
		for _, r := range readReviewed(t) {
			if r.kind != kind {
				continue
			}
			all++
			why := ""
			switch _, nct := ident.Of(ident.NCT, r.id); {
			case kind == "trial" && r.id == "":
				why = "no register number in the reviews' data"
			case kind == "trial" && !nct:
				why = "registered elsewhere (ICTRP export)"
			case r.words == "":
				why = "no title recorded"
			default:
				judged++
				key := foundBy(t, queries, r.words)
				if key == "" {
					why = fmt.Sprintf("%s in %s", r.substance, r.condition)
				} else {
					found++
					by[strings.SplitN(key, "-", 2)[0]]++
				}
			}
			if why != "" {
				misses[why] = append(misses[why], r.label)
			}
		}
		var queriesText, missText []string
		for k, n := range by {
			queriesText = append(queriesText, fmt.Sprintf("%s %d", k, n))
		}
		for why, labels := range misses {
			missText = append(missText, fmt.Sprintf("%d: %s", len(labels), why))
		}
		slices.Sort(queriesText)
		slices.Sort(missText)
		fmt.Fprintf(&table, "| %s | %d %ss | %d | %d (%.0f %%) | %s | %s |\n", s.Name(), all, kind, judged, found,
			100*float64(found)/float64(judged), strings.Join(queriesText, ", "), strings.Join(missText, "; "))
	}
	doc, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), table.String()) {
		t.Errorf("docs/sources.md does not hold the measured recall:\n%s", table.String())
	}
}

// TestRecallIsComplete: every trial of the recorded tables of the reviews is in the
// table of this test.
func TestRecallIsComplete(t *testing.T) {
	fold := func(s string) string {
		s, _, _ = strings.Cut(s, " (") // "Robison 2025 (MM120)"
		return strings.NewReplacer(" ", "", "\u00a0", "", ".", "").Replace(strings.ToLower(s))
	}
	have := map[string]bool{}
	for _, r := range readReviewed(t) {
		have[fold(r.label)] = true
	}
	for file, column := range map[string]string{"outcomes.csv": "study_label", "adverse_events.csv": "author_year"} {
		f, err := os.Open(recordedtest.Path(t, "effects", file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := slices.Index(rows[0], column)
		for _, r := range rows[1:] {
			if label := r[at]; !have[fold(label)] {
				have[fold(label)] = true
				t.Errorf("%s: %s is not in the table of recall", file, label)
			}
		}
	}
}

// TestQueriesHoldTheField: each kind of word reaches each source.
func TestQueriesHoldTheField(t *testing.T) {
	for _, x := range []struct{ source, words string }{
		{"ctgov", "psilocybin for alcohol use disorder"}, // rare: whatever the condition
		{"ctgov", "arketamine for depression"}, {"ctgov", "esketamine couples therapy"}, {"ctgov", "ketamine female sexual function index"},
		{"pubmed", "Psilocybin and depressive disorders"}, {"pubmed", "MDMA post traumatic stress disorder"},
		{"pubmed", "lysergide: a randomised trial in cluster headache"},
		{"pubmed", "ketamine and the International Index of Erectile Function"}, {"pubmed", "MDMA and compulsive sexual behaviour"},
		{"europepmc", "psilocybin and sexual dysfunctions"}, {"isrctn", "LSD in healthy volunteers"}, {"euctr", "psilocybin in smoking"},
		{"europepmc", "MDMA and polyamory"},
	} {
		sources, err := Sources([]string{x.source})
		if err != nil {
			t.Fatal(err)
		}
		queries, err := sources[0].Plan(CrawlQuestion())
		if err != nil {
			t.Fatal(err)
		}
		if foundBy(t, queries, x.words) == "" {
			t.Errorf("%s: no query finds %q", x.source, x.words)
		}
	}
	sources, err := Sources([]string{"ctgov"})
	if err != nil {
		t.Fatal(err)
	}
	queries, err := sources[0].Plan(CrawlQuestion())
	if err != nil {
		t.Fatal(err)
	}
	if k := foundBy(t, queries, "ketamine for general anaesthesia in children"); k != "" {
		t.Errorf("ketamine is asked for without a condition: %s", k)
	}
}
