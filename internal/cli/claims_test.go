package cli_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"past/internal/evidence"
)

type editionClaims struct {
	ID     string
	Claims []evidence.ClaimVerdict
}

func claimsOf(t *testing.T, report string) editionClaims {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(report, "edition.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ed editionClaims
	if err := json.Unmarshal(b, &ed); err != nil {
		t.Fatal(err)
	}
	return ed
}

func claim(ed editionClaims, id string) evidence.ClaimVerdict {
	i := slices.IndexFunc(ed.Claims, func(c evidence.ClaimVerdict) bool { return c.ID == id })
	if i < 0 {
		return evidence.ClaimVerdict{}
	}
	return ed.Claims[i]
}

// Users' claims are judged and published as the program's own are; a mistake in
// one is reported with its file and line and stops no other.
func TestUsersClaims(t *testing.T) {
	t.Parallel()
	dir := demonstration(t)
	db, rev, out := filepath.Join(dir, "past.db"), filepath.Join(dir, "review"), filepath.Join(dir, "report")
	before := claimsOf(t, out)
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(rev, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("claims.yaml", `# of the autumn course
- id: course-1
  text: MDMA-assisted therapy raises the share of people who respond
  questions: [mdma-ptsd-response]
- id: course-2
  text: ketamine improves sexual satisfaction
  substances: [ketamine]
  outcomes: [sexual-function]
- id: C3
  text: taken
  outcomes: [ptsd]
- id: course-4
  text: answered by nothing
  questions: [no-such-question]
  substances: [aspirin]
`)
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 3, "2 claims of your own",
		"claims.yaml:9: bad-claim: the id is in use by the program", `claims.yaml:14: bad-claim: no question is called "no-such-question"`,
		`claims.yaml:15: bad-claim: substances: "aspirin" is none of the substances`)
	want(t, past(t, "analyse", "--db", db, "--review", rev), 3, "claims.yaml:9", "no-such-question")
	want(t, past(t, "report", "--db", db, "--review", rev, "--out", out), 3)
	ed := claimsOf(t, out)
	if ed.ID == before.ID {
		t.Error("another claims file is another edition")
	}
	if n := len(before.Claims); len(ed.Claims) != n+2 {
		t.Errorf("%d claims, there were %d", len(ed.Claims), n)
	}
	c := claim(ed, "course-1")
	if c.Verdict == "" || c.K != 5 || !slices.Equal(c.Findings, []string{"mdma-ptsd-response"}) || c.Rule == "" || c.Date == "" {
		t.Errorf("%+v", c)
	}
	if c := claim(ed, "course-2"); c.Verdict != "not looked for" {
		t.Errorf("%+v", c)
	}
	for _, own := range before.Claims {
		if got := claim(ed, own.ID); got.Verdict != own.Verdict || got.Why != own.Why {
			t.Errorf("%s changed: %+v", own.ID, got)
		}
	}
	page, err := os.ReadFile(filepath.Join(out, "claims.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"share of people who respond", "claims.yaml"} {
		if !strings.Contains(string(page), text) {
			t.Errorf("claims.html lacks %q", text)
		}
	}
	want(t, past(t, "cite", "course-1", "--db", db, "--review", rev), 0, "share of people who respond")
	want(t, past(t, "status", "--problems", "--db", db), 0, "bad-claim", "claims.yaml:9")
	// a file that is no YAML is named, and nothing is published without it
	site := filepath.Join(dir, "site")
	write("claims-b.yaml", "- id: course-5\n\ttext: [\n")
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 1, "claims-b.yaml")
	want(t, past(t, "refresh", "--no-crawl", "--db", db, "--review", rev, "--out", site), 4, "claims-b.yaml cannot be read")
	if err := os.Remove(filepath.Join(rev, "claims-b.yaml")); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 3, "2 claims of your own")
	// published by a cycle, they have a feed, and their change of verdict is an event
	want(t, past(t, "refresh", "--no-crawl", "--db", db, "--review", rev, "--out", site), 0)
	feeds, _ := filepath.Glob(filepath.Join(site, "editions", "*", "feeds", "claim-course-1.atom"))
	if len(feeds) != 1 {
		t.Errorf("the claim has no feed: %v", feeds)
	}
}

// A person's word on a topic changes the gap map, and who, when and why are
// shown with it.
func TestTopicsAreCorrectedByPeople(t *testing.T) {
	t.Parallel()
	dir := demonstration(t)
	db, rev, out := filepath.Join(dir, "past.db"), filepath.Join(dir, "review"), filepath.Join(dir, "report")
	sheets := filepath.Join(dir, "sheets")
	want(t, past(t, "review", "export", "--db", db, "--out", sheets), 0, "topics.csv")
	b, err := os.ReadFile(filepath.Join(sheets, "topics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatal(rows, err)
	}
	study, topic := rows[1][0], rows[1][1]
	if rows[1][5] == "" {
		t.Error("the sheet does not say which words put the study there")
	}
	rows[1][2], rows[1][3], rows[1][4], rows[1][5] = "exclude", "reviewer A", "2026-11-21", "only an eligibility criterion"
	rows = append(rows, []string{study, "lgbtq", "include", "reviewer A", "2026-11-21", "the second arm"},
		[]string{"NCT99999999", "lgbtq", "include", "reviewer A", "2026-11-21", "unknown"},
		[]string{study, "gardening", "include", "reviewer A", "2026-11-21", "no such topic"})
	var text strings.Builder
	if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	filled := filepath.Join(dir, "topics.csv")
	if err := os.WriteFile(filled, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "review", "import", filled, "--review", rev), 0, "4 rows")
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 3, "NCT99999999", "gardening")
	for _, stage := range []string{"extract", "analyse"} {
		r := past(t, stage, "--db", db, "--review", rev)
		want(t, r, 3, `no topic is called "gardening"`)
		if n := strings.Count(r.stderr, "no topic is called"); n != 1 {
			t.Errorf("%s refuses %d topics; the sheet that review export wrote names topics only:\n%s", stage, n, r.stderr)
		}
	}
	want(t, past(t, "report", "--db", db, "--review", rev, "--out", out), 3, "gardening")
	page, err := os.ReadFile(filepath.Join(out, "gaps.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"included by reviewer A, 2026-11-21: the second arm", "only an eligibility criterion"} {
		if !strings.Contains(string(page), text) {
			t.Errorf("gaps.html lacks %q", text)
		}
	}
	again := filepath.Join(dir, "again")
	want(t, past(t, "review", "export", "--db", db, "--out", again), 0)
	now, err := os.ReadFile(filepath.Join(again, "topics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(now), study+","+topic+",") || !strings.Contains(string(now), study+",lgbtq,") {
		t.Errorf("the map still has it otherwise:\n%s", now)
	}
	// another person sees it otherwise: neither word acts, and that is reported
	other := "target,topic,decision,who,when,why\n" + study + ",lgbtq,exclude,reviewer B,2026-11-22,it is not\n"
	if err := os.WriteFile(filepath.Join(rev, "topics-b.csv"), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, past(t, "review", "check", "--db", db, "--review", rev), 3, "topic-conflict", "include and exclude")
	res := "target,field,value,who,when,why\n" + study + ",topic:lgbtq,include,third reader,2026-11-22,read the protocol\n"
	if err := os.WriteFile(filepath.Join(rev, "resolution.csv"), []byte(res), 0o600); err != nil {
		t.Fatal(err)
	}
	r := past(t, "review", "check", "--db", db, "--review", rev)
	if strings.Contains(r.stdout, "topic-conflict") || !strings.Contains(r.stdout, "resolved to include by third reader") {
		t.Errorf("%s", r.stdout)
	}
}
