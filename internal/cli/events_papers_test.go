package cli_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"past/internal/edition"
	"past/internal/edition/changes"
	"past/internal/evidence"
	"past/internal/starter"
	"past/internal/store"
)

// noticed serves the starter papers as PubMed; once set, the paper of one DOI
// has a retraction notice, that of another a correction.
type noticed struct{ later atomic.Bool }

func (n *noticed) serve(t *testing.T, retracted, corrected string) string {
	t.Helper()
	h, err := starter.Register("pubmed")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		articles := strings.SplitAfter(rec.Body.String(), "</PubmedArticle>")
		for i, a := range articles {
			for doi, kind := range map[string]string{retracted: "RetractionIn", corrected: "ErratumIn"} {
				if n.later.Load() && strings.Contains(a, ">"+doi+"<") {
					articles[i] = strings.Replace(a, "</MedlineCitation>", `<CommentsCorrectionsList><CommentsCorrections RefType="`+kind+
						`"><RefSource>J Example. 2026;1:1</RefSource><PMID Version="1">39999999</PMID></CommentsCorrections>`+
						`</CommentsCorrectionsList></MedlineCitation>`, 1)
				}
			}
		}
		body := strings.Join(articles, "")
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(rec.Code)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/entrez/eutils"
}

// What happens to papers, to a signed certainty and to a claim is said in the
// feed with before, after and cause.
func TestPapersCertaintyAndVerdictsAreTold(t *testing.T) {
	t.Parallel()
	const retracted, corrected = "10.1371/journal.pone.0295926", "10.1080/20008066.2023.2297536" // both of trials that the finding pools
	const severity = "mdma-ptsd-severity"
	n := &noticed{}
	pubmed := "pubmed=" + n.serve(t, retracted, corrected)
	x := newGated(t)
	x.args = append(x.args, "--source", "pubmed", "--endpoint", pubmed)
	x.human("claims.yaml", func(string) string {
		return "- id: course-1\n  text: MDMA-assisted therapy lowers the severity of PTSD\n  questions: [mdma-ptsd-severity]\n"
	})
	want(t, x.refresh(), 0, "published")
	told := func() []store.Change {
		t.Helper()
		r := past(t, "changes", "--db", x.db, "--json")
		want(t, r, 0)
		var list []store.Change
		if err := json.Unmarshal([]byte(r.stdout), &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	hold := func(list []store.Change, kind, subject, before, after, cause string) {
		t.Helper()
		i := slices.IndexFunc(list, func(c store.Change) bool { return c.Kind == kind && (subject == "" || c.Subject == subject) })
		if i < 0 {
			t.Errorf("%s is not told in %+v", kind, list)
			return
		}
		c := list[i]
		if !strings.Contains(c.Before, before) || !strings.Contains(c.After, after) || !strings.Contains(c.Cause, cause) || c.Before == c.After {
			t.Errorf("%s: before %q, after %q, cause %q", kind, c.Before, c.After, c.Cause)
		}
		if d := changes.ReadDetail(c); !slices.Contains(d.Findings, severity) {
			t.Errorf("%s does not bear on the finding: %+v", kind, d)
		}
		feed, err := os.ReadFile(filepath.Join(x.out, "current", "feeds", "finding-"+severity+".json"))
		if err != nil || !strings.Contains(string(feed), c.ID) {
			t.Errorf("%s is not in the feed of the finding: %v", kind, err)
		}
	}
	shown := func() edition.Document {
		t.Helper()
		var doc edition.Document
		b, err := os.ReadFile(filepath.Join(x.out, "current", "edition.json"))
		if err != nil || json.Unmarshal(b, &doc) != nil {
			t.Fatal(err)
		}
		return doc
	}
	flat := func() edition.Flat {
		fs := shown().Findings
		return fs[slices.IndexFunc(fs, func(f edition.Flat) bool { return f.ID == severity })]
	}

	was := shown().Claims
	verdict := was[slices.IndexFunc(was, func(c evidence.ClaimVerdict) bool { return c.ID == "course-1" })].Verdict

	n.later.Store(true)
	want(t, past(t, "crawl", "pubmed", "--since", "all", "--db", x.db, "--endpoint", pubmed), 0)
	f := flat()
	x.human("certainty.csv", func(string) string {
		return "target,level,estimate,k,who,when,why\n" + severity + ",moderate," + strconv.FormatFloat(*f.Estimate, 'g', -1, 64) + "," +
			strconv.Itoa(f.K) + ",the panel,2026-01-01,judged together\n"
	})
	want(t, x.refresh("--no-crawl"), 0, "published")
	list := told()
	hold(list, "paper-retracted", "", "", "retracted", "a retraction notice reached pubmed/")
	hold(list, "paper-corrected", "", "", "correction 39999999", "a notice reached pubmed/")
	hold(list, "certainty-changed", severity, "", "moderate", "review file certainty.csv is new")
	hold(list, "verdict-changed", "course-1", string(verdict), "", "")

	if err := os.Remove(filepath.Join(x.review, "certainty.csv")); err != nil {
		t.Fatal(err)
	}
	x.human("inclusion.csv", func(string) string {
		return "target,decision,who,when,why\nNCT03537014,exclude,the panel,2026-01-02,retracted\nNCT04077437,exclude,the " +
			"panel,2026-01-02,wrong arm\nNCT01211405,exclude,the panel,2026-01-02,wrong arm\nNCT00353938,exclude,the panel,2026-01-02,wrong arm\n"
	})
	want(t, x.refresh("--no-crawl"), 4, "certainty.csv lost 1 row")
	want(t, past(t, "gate", "accept", x.verdict().Run, "--why", "the panel withdrew it", "--by", "the editors", "--db", x.db), 0)
	want(t, x.refresh("--no-crawl"), 0, "published")
	list = told()
	hold(list, "study-out", severity, "Mitchell 20", "", "")
	hold(list, "certainty-changed", severity, "moderate", "", "review file certainty.csv is gone")
	hold(list, "estimate-moved", severity, "analysis scale", "", "review file inclusion.csv is new")
}
