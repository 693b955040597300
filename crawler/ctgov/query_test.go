package ctgov

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"past/crawler"
)

func TestDryRunAsksNothing(t *testing.T) {
	asked := false
	at := pages(t, func(int, http.ResponseWriter, *http.Request) { asked = true })
	sum, err := crawl(t, nil, at, func(o *crawler.Options) { o.DryRun = true })
	if err != nil || asked || len(sum.Queries) != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	q := sum.Queries[0]
	want := `Condition/disease: PTSD OR "post-traumatic stress disorder" OR anxiety | Intervention/treatment: MDMA OR ` +
		`midomafetamine OR "3,4-methylenedioxymethamphetamine"`
	if q.Text != want || !strings.HasPrefix(q.URL, at+"/studies?") {
		t.Errorf("%s\n%s", q.Text, q.URL)
	}
	u, _ := url.Parse(q.URL)
	if got := u.Query().Get("query.intr"); got != `MDMA OR midomafetamine OR "3,4-methylenedioxymethamphetamine"` {
		t.Errorf("%q", got)
	}
}

func TestPlanKeepsWithinLimits(t *testing.T) {
	var long []string
	for n := range 400 {
		long = append(long, fmt.Sprintf("condition number %d", n))
	}
	q := crawler.QuestionSet{Substances: []crawler.Concept{{ID: "lsd", Terms: []string{"LSD", "lsd", `a "quoted" OR`, "AND"}}},
		Conditions: []crawler.Concept{{ID: "c", Terms: long}}, Since: time.Date(2026, 1, 15, 3, 0, 0, 0, time.UTC)}
	qs, err := New().Plan(q)
	if err != nil || len(qs) < 2 {
		t.Fatal(len(qs), err)
	}
	seen := map[string]bool{}
	for _, x := range qs {
		if len(x.URL) > 7000 {
			t.Errorf("address of %d bytes", len(x.URL))
		}
		u, _ := url.Parse(x.URL)
		v := u.Query()
		if v.Get("query.intr") != `LSD OR "a quoted OR" OR "AND"` || v.Get("filter.advanced") != "AREA[LastUpdatePostDate]RANGE[2026-01-14,MAX]" {
			t.Errorf("%v", v)
		}
		for _, c := range strings.Split(v.Get("query.cond"), " OR ") {
			seen[strings.Trim(c, `"`)] = true
		}
	}
	for _, c := range long {
		if !seen[c] {
			t.Errorf("%q is asked nowhere", c)
		}
	}
	q.Conditions[0].Terms[0], q.Conditions[0].Terms[1] = q.Conditions[0].Terms[1], q.Conditions[0].Terms[0]
	again, _ := New().Plan(q)
	if again[0].Key != qs[0].Key {
		t.Error("the order of words changes the key")
	}
}
