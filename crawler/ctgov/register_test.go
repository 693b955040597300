package ctgov

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"past/crawler"
	"past/crawler/sourcetest"
)

// study writes the synthetic study as the nth one, in a version.
func study(t testing.TB, n, version int, updated time.Time) string {
	s := compact(t, n)
	s = strings.Replace(s, `"acronym":"SYN"`, fmt.Sprintf(`"acronym":"SYN v%d"`, version), 1)
	if !updated.IsZero() {
		s = strings.Replace(s, `"2024-02-22"`, strconv.Quote(updated.Format(time.DateOnly)), 1)
	}
	return s
}

func entry(t testing.TB) func(n, version int) sourcetest.Entry {
	return func(n, version int) sourcetest.Entry {
		return sourcetest.Entry{ID: fmt.Sprintf("NCT9990%04d", n), Body: []byte(study(t, n, version, time.Time{}))}
	}
}

var rangeFrom = regexp.MustCompile(`AREA\[LastUpdatePostDate\]RANGE\[(\d{4}-\d\d-\d\d),MAX\]`)

// register speaks API v2 as far as the source uses it, perPage studies a page
// at most.
func register(w *sourcetest.World, perPage int) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/version", func(rw http.ResponseWriter, _ *http.Request) {
		_, stamp := w.Look()
		reply(rw, map[string]string{"apiVersion": "2.0.5", "dataTimestamp": stamp})
	})
	mux.HandleFunc("GET /api/v2/studies/{id}", func(rw http.ResponseWriter, r *http.Request) {
		es, _ := w.Look()
		for _, e := range es {
			if e.ID == r.PathValue("id") {
				reply(rw, json.RawMessage(e.Body))
				return
			}
		}
		http.Error(rw, "NCT number "+r.PathValue("id")+" not found", http.StatusNotFound)
	})
	mux.HandleFunc("GET /api/v2/studies", func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		hits, stamp := found(w, q.Get("filter.ids"), q.Get("filter.advanced"))
		from := 0
		if token := q.Get("pageToken"); token != "" {
			at, day, _ := strings.Cut(token, "@")
			n, err := strconv.Atoi(at)
			if err != nil || day != stamp {
				http.Error(rw, "pageToken is not valid", http.StatusBadRequest)
				return
			}
			from = n
		}
		size, _ := strconv.Atoi(q.Get("pageSize"))
		to := min(from+min(size, perPage), len(hits))
		page := map[string]any{}
		if q.Get("countTotal") == "true" && from == 0 {
			page["totalCount"] = len(hits)
		}
		var studies []json.RawMessage
		for _, e := range hits[from:to] {
			if q.Get("fields") != "" {
				e.Body = []byte(fmt.Sprintf(`{"protocolSection":{"identificationModule":{"nctId":%q},`+
					`"statusModule":{"lastUpdatePostDateStruct":{"date":%q}}}}`,
					e.ID, e.Updated.Format(time.DateOnly)))
			}
			studies = append(studies, e.Body)
		}
		page["studies"] = append([]json.RawMessage{}, studies...)
		if to < len(hits) {
			page["nextPageToken"] = strconv.Itoa(to) + "@" + stamp
		}
		reply(rw, page)
	})
	return mux
}

func found(w *sourcetest.World, ids, advanced string) ([]sourcetest.Entry, string) {
	es, stamp := w.Look()
	if ids != "" {
		want := strings.Split(ids, "|")
		return slices.DeleteFunc(es, func(e sourcetest.Entry) bool { return !slices.Contains(want, e.ID) }), stamp
	}
	from := ""
	if m := rangeFrom.FindStringSubmatch(advanced); m != nil {
		from = m[1]
	}
	return slices.DeleteFunc(es, func(e sourcetest.Entry) bool {
		return e.Hidden || e.Updated.Format(time.DateOnly) < from
	}), stamp
}

func reply(rw http.ResponseWriter, v any) {
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(v)
}

var question = crawler.QuestionSet{
	Substances: []crawler.Concept{{ID: "mdma", Terms: []string{"MDMA", "midomafetamine", "3,4-methylenedioxymethamphetamine"}}},
	Conditions: []crawler.Concept{{ID: "ptsd", Terms: []string{"PTSD", "post-traumatic stress disorder"}},
		{ID: "anxiety", Terms: []string{"anxiety"}}},
}

func subject(t testing.TB) sourcetest.Subject {
	const perPage = 4
	return sourcetest.Subject{
		Source: New(), Question: question, Entry: entry(t), Path: "/api/v2", Probe: "/version", PerPage: perPage,
		Serve: func(w *sourcetest.World) http.Handler { return register(w, perPage) },
	}
}

func TestConformance(t *testing.T) { sourcetest.Run(t, subject(t)) }
