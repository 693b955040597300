package cite_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/internal/cite"
	"past/internal/cite/shelftest"
	"past/internal/needtest"
)

// The rules of csl-data.json 1.0.2 that bear on what we write: known types, no
// property beyond the listed ones, and the shape of each kind of property.
var (
	cslTypes = strings.Fields(`article article-journal article-magazine article-newspaper bill book broadcast chapter classic ` +
		`collection dataset document entry
 entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation manuscript map ` +
		`motion_picture musical_score pamphlet paper-conference
 patent performance periodical personal_communication post post-weblog regulation report review review-book software song ` +
		`speech standard thesis treaty webpage`)
	cslTexts = strings.Fields(`id type title container-title volume issue number page publisher version DOI PMID PMCID URL ` +
		`archive archive_location language note`)
)

func validCSL(t *testing.T, js string) {
	t.Helper()
	var items []map[string]any
	if err := json.Unmarshal([]byte(js), &items); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	for _, it := range items {
		if id, ok := it["id"].(string); !ok || id == "" {
			t.Errorf("an item without an id: %v", it)
		}
		if typ, _ := it["type"].(string); !slices.Contains(cslTypes, typ) {
			t.Errorf("%v: type %q is not in the schema", it["id"], it["type"])
		}
		for k, v := range it {
			switch {
			case slices.Contains(cslTexts, k):
				if _, ok := v.(string); !ok {
					t.Errorf("%v: %s is no text", it["id"], k)
				}
			case k == "author":
				for _, n := range v.([]any) {
					for part, val := range n.(map[string]any) {
						if _, ok := val.(string); !ok || !slices.Contains([]string{"family", "given", "suffix", "literal"}, part) {
							t.Errorf("%v: name with %s", it["id"], part)
						}
					}
				}
			case k == "issued" || k == "accessed":
				parts := v.(map[string]any)["date-parts"].([]any)
				if len(parts) < 1 || len(parts) > 2 || len(parts[0].([]any)) < 1 || len(parts[0].([]any)) > 3 {
					t.Errorf("%v: %s %v", it["id"], k, v)
				}
			default:
				t.Errorf("%v: %s is not a property of the schema", it["id"], k)
			}
		}
	}
}

// TestPandocReadsBack is for machines with pandoc: what it reads from our
// BibTeX and CSL-JSON must be the authors, titles and DOIs that we wrote.
func TestPandocReadsBack(t *testing.T) {
	pandoc := needtest.Program(t, "pandoc")
	_, _, shelf := shelftest.Open(t)
	items, err := shelf.Cite("psilocybin-depression-severity")
	if err != nil {
		t.Fatal(err)
	}
	js, err := cite.CSLJSON(items)
	if err != nil {
		t.Fatal(err)
	}
	for from, text := range map[string]string{"bibtex": cite.BibTeX(items), "csljson": js} {
		file := filepath.Join(t.TempDir(), "in")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(pandoc, "-f", from, "-t", "csljson", file).Output()
		if err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		var back []struct {
			ID, Title, DOI, Version string
			Author                  []struct{ Family, Given, Literal string }
		}
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatal(err)
		}
		if len(back) != len(items) {
			t.Fatalf("%s: %d of %d items came back", from, len(back), len(items))
		}
		plain := strings.NewReplacer("<span class=\"nocase\">", "", "</span>", "", "’", "'", "“", "\"", "”", "\"", "\u00a0", " ").Replace
		for _, it := range items {
			i := slices.IndexFunc(back, func(b struct {
				ID, Title, DOI, Version string
				Author                  []struct{ Family, Given, Literal string }
			}) bool {
				return b.ID == it.Key
			})
			if i < 0 {
				t.Errorf("%s: %s did not come back", from, it.Key)
				continue
			}
			b := back[i]
			if plain(b.Title) != plain(it.Title) || b.DOI != it.DOI || b.Version != it.Version {
				t.Errorf("%s: %s came back as %q %q %q, wrote %q %q %q", from, it.Key, b.Title, b.DOI, b.Version, it.Title, it.DOI, it.Version)
			}
			if len(b.Author) < len(it.Authors) {
				t.Errorf("%s: %s: %d of %d authors", from, it.Key, len(b.Author), len(it.Authors))
				continue
			}
			for j, n := range it.Authors {
				if n.Family != "" && n.Suffix == "" && !strings.HasSuffix(plain(n.Family), plain(b.Author[j].Family)) {
					t.Errorf("%s: %s: author %q came back as %q", from, it.Key, n.Family, b.Author[j].Family)
				}
			}
		}
	}
}
