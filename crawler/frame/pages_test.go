package frame

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"past/crawler"
	"past/crawler/boolean"
	"past/internal/evidence"
)

// answers is a register whose answers are lists "TOTAL MARK id id …"; by id it gives
// "id …".
type answers struct {
	asked []string
	list  func(q url.Values) string
}

func (a *answers) Do(_ context.Context, r crawler.Request) (crawler.Response, error) {
	a.asked = append(a.asked, r.URL)
	u, err := url.Parse(r.URL)
	if err != nil {
		return crawler.Response{}, err
	}
	body := a.list(u.Query())
	return crawler.Response{Payload: evidence.Payload{URL: r.URL, Body: []byte(body)}}, nil
}

func search() *Search {
	return &Search{SourceID: "x", Size: 2, Words: boolean.Writer{Term: boolean.Quoted, Max: 1000},
		List: func(at string, a Ask) crawler.Request {
			v := url.Values{"q": {a.Query}, "size": {strconv.Itoa(a.Size)}, "seen": {strconv.Itoa(a.Seen)}, "mark": {a.Mark},
				"from": {a.From}, "to": {a.To}}
			return crawler.Request{URL: at + "/?" + v.Encode()}
		},
		Read: func(body []byte, _ Ask) (List, error) {
			w := strings.Fields(string(body))
			total, err := strconv.Atoi(w[0])
			return List{Total: total, Next: strings.Trim(w[1], "-"), IDs: w[2:]}, err
		},
		Get: &Get{Size: 1, Request: func(at string, ids []string) crawler.Request { return crawler.Request{URL: at + "/?id=" + ids[0]} },
			Read: func(res *crawler.Response, _ []string) ([]string, error) {
				return strings.Fields(string(res.Body)), nil
			}},
	}
}

// walk reads a query to its end.
func walk(t *testing.T, s *Search, f crawler.Fetcher, q crawler.Query) (hits []string, problems []evidence.Problem) {
	t.Helper()
	cursor := ""
	for range 50 {
		p, err := s.Page(t.Context(), f, q, cursor)
		if err != nil {
			t.Fatal(err)
		}
		hits, problems = append(hits, p.Hits...), append(problems, p.Problems...)
		if cursor = p.Next; cursor == "" {
			return hits, problems
		}
	}
	t.Fatal("no end")
	return nil, nil
}

// numbered gives the records of a page counted by those before it.
func numbered(n int) func(url.Values) string {
	return func(q url.Values) string {
		if q.Has("id") {
			return q.Get("id")
		}
		seen, _ := strconv.Atoi(q.Get("seen"))
		size, _ := strconv.Atoi(q.Get("size"))
		out := fmt.Sprint(n, " -")
		for i := seen; i < min(seen+size, n); i++ {
			out += " r" + strconv.Itoa(i)
		}
		return out
	}
}

func TestPages(t *testing.T) {
	all := []string{"r0", "r1", "r2", "r3", "r4"}
	for _, c := range []struct {
		name  string
		s     *Search
		f     *answers
		asked int
	}{
		{"by number", search(), &answers{list: numbered(5)}, 3},
		{"an exact last page", search(), &answers{list: numbered(4)}, 2},
		{"two steps", func() *Search { s := search(); s.Overview = true; return s }(), &answers{list: numbered(5)}, 8},
		{"by mark", func() *Search { s := search(); s.Marks = true; return s }(), &answers{list: func(q url.Values) string {
			return map[string]string{"": "5 a r0 r1", "a": "-1 b r2 r3", "b": "-1 c r4"}[q.Get("mark")]
		}}, 3}, // all have come: the mark c leads to nothing
	} {
		hits, problems := walk(t, c.s, c.f, crawler.Query{Form: "q"})
		want := all
		if c.asked == 2 {
			want = all[:4]
		}
		if !slices.Equal(hits, want) || len(problems) > 0 || len(c.f.asked) != c.asked {
			t.Errorf("%s: %v, %v, asked %d times, want %d: %v", c.name, hits, problems, len(c.f.asked), c.asked, c.f.asked)
		}
	}
}

// A listed record that the register does not give is asked for twice and reported,
// and is no word on whether it is gone.
func TestListedAndNotGiven(t *testing.T) {
	s := search()
	s.Overview = true
	f := &answers{list: func(q url.Values) string {
		if q.Get("id") == "r1" {
			return ""
		}
		return numbered(2)(q)
	}}
	hits, problems := walk(t, s, f, crawler.Query{Form: "q"})
	if len(hits) != 2 || len(problems) != 1 || problems[0].RecordID != "r1" || problems[0].Kind != crawler.KindMissing || len(f.asked) != 4 {
		t.Errorf("%v %v %v", hits, problems, f.asked)
	}
	page, err := s.Refresh(t.Context(), f, []string{"r0", "r1"})
	if err != nil || !slices.Equal(page.Gone, []string{"r1"}) || len(page.Payloads) != 1 {
		t.Errorf("%+v, %v", page, err)
	}
}

// A mark that leads to its own page is a fault and no end.
func TestSameMark(t *testing.T) {
	s := search()
	s.Marks = true
	f := &answers{list: func(url.Values) string { return "9 a r0 r1" }}
	first, err := s.Page(t.Context(), f, crawler.Query{Form: "q"}, "")
	if err != nil {
		t.Fatal(err)
	}
	var bad *crawler.AnswerError
	if _, err = s.Page(t.Context(), f, crawler.Query{Form: "q"}, first.Next); !errors.As(err, &bad) || bad.Kind != crawler.KindTokenLoop {
		t.Errorf("%v", err)
	}
}

func TestForeignCursors(t *testing.T) {
	marks, steps := search(), search()
	marks.Marks, steps.Overview = true, true
	for _, s := range []*Search{search(), marks, steps} {
		for _, at := range []string{"7", "x", "null null", `{"seen":-1}`, `{"size":-2}`, `{"part":1}`, `{"part":-1}`,
			`{"ended":true}`, `[]`, `{"fetch":1}`} {
			if _, err := s.Page(t.Context(), &answers{list: numbered(5)}, crawler.Query{Form: "q"}, at); !errors.Is(err, crawler.ErrCursorExpired) {
				t.Errorf("%s: %v", at, err)
			}
		}
	}
	if _, err := marks.Page(t.Context(), &answers{list: numbered(5)}, crawler.Query{Form: "q"},
		`{"seen":4}`); !errors.Is(err, crawler.ErrCursorExpired) {
		t.Errorf("a later page without its mark: %v", err)
	}
	if _, err := search().Page(t.Context(), &answers{list: numbered(5)}, crawler.Query{Form: "q"},
		`{"fetch":["a"]}`); !errors.Is(err, crawler.ErrCursorExpired) {
		t.Errorf("records to fetch where lists hold them: %v", err)
	}
}
