package starter

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ctgovShelf has the trials by NCT number: identity and design, and dates and status
// of those for which a source shows them.
func ctgovShelf() (Shelf, error) {
	trials, err := Trials()
	if err != nil {
		return nil, err
	}
	papers, err := Papers()
	if err != nil {
		return nil, err
	}
	stated, err := registered("ctgov")
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, t := range trials {
		if !strings.HasPrefix(t.ID, "NCT") {
			continue
		}
		var r Registration
		if i := slices.IndexFunc(stated, func(r Registration) bool { return r.ID == t.ID }); i >= 0 {
			r = stated[i]
		}
		wire := wireStudy(t, papers, r)
		body, err := json.Marshal(wire)
		if err != nil {
			return nil, err
		}
		entries = append(entries, Entry{ID: t.ID, Body: body, Updated: dated(r.Updated), is: studyTerm(wire)})
	}
	return fixed(entries), nil
}

// studyTerm says what a term means in the field of a search that looks through a
// part of the study.
func studyTerm(wire map[string]any) func(term) bool {
	p := wire["protocolSection"].(map[string]any)
	titles, conditions, arms := values(p["identificationModule"]), values(p["conditionsModule"]), values(p["armsInterventionsModule"])
	texts := map[string]string{"query.term": values(p), "query.cond": conditions + " " + titles, "query.intr": arms + " " + titles,
		"query.titles": titles}
	for k, v := range texts {
		texts[k] = folded(v)
	}
	return func(t term) bool { return holds(texts[t.field], t.text) }
}

// ctgovAt serves studies in the wire format of the ClinicalTrials.gov API, version 2:
// /studies with query.*, filter.ids, fields, pageSize, pageToken and countTotal,
// /studies/{id}, and /version.
func ctgovAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/version", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]string{"apiVersion": "2.0.5", "dataTimestamp": Date + "T00:00:00." + shelf.Stamp()})
	})
	mux.HandleFunc("GET /api/v2/studies/{id}", func(w http.ResponseWriter, r *http.Request) {
		e, ok := shelf.Get(r.PathValue("id"))
		if !ok {
			http.Error(w, "NCT number not found", http.StatusNotFound)
			return
		}
		writeJSON(w, json.RawMessage(e.Body))
	})
	mux.HandleFunc("GET /api/v2/studies", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		hits, err := studies(shelf, q)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		writePage(w, q, shelf.Stamp(), hits)
	})
	return mux
}

// studies applies the parameters that a search can carry; a search that cannot
// be read is an error. A trial whose last update is not known is found by no
// range of update dates.
func studies(shelf Shelf, q url.Values) ([]Entry, error) {
	hits := shelf()
	if ids := strings.FieldsFunc(q.Get("filter.ids"), func(r rune) bool { return r == ',' || r == '|' || r == ' ' }); len(ids) > 0 {
		return slices.DeleteFunc(hits, func(e Entry) bool { return !slices.Contains(ids, e.ID) }), nil
	}
	hits = slices.DeleteFunc(hits, func(e Entry) bool { return e.Hidden })
	if _, span, ok := strings.Cut(q.Get("filter.advanced"), "AREA[LastUpdatePostDate]RANGE["); ok {
		span, _, _ = strings.Cut(span, "]")
		from, to, _ := strings.Cut(span, ",")
		hits = slices.DeleteFunc(hits, func(e Entry) bool { return !term{text: from, to: to}.within(e.day()) })
	}
	for _, param := range []string{"query.term", "query.cond", "query.intr", "query.titles"} {
		if q.Get(param) == "" {
			continue
		}
		x, err := question(q.Get(param))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", param, err)
		}
		hits = slices.DeleteFunc(hits, func(e Entry) bool {
			means := e.means(Entry.finds)
			return !x.matches(func(t term) bool {
				if _, rest, ok := strings.Cut(t.text, "]"); ok { // AREA[…]word
					t.text = strings.Trim(rest, `"`)
				}
				t.field = param
				return means(t)
			})
		})
	}
	return hits, nil
}

// values joins the texts in a value, in a fixed order, without its keys.
func values(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, " ")
	case map[string]string:
		var out []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, v[k])
		}
		return strings.Join(out, " ")
	case map[string]any:
		var out []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, values(v[k]))
		}
		return strings.Join(out, " ")
	case []map[string]any:
		var out []string
		for _, x := range v {
			out = append(out, values(x))
		}
		return strings.Join(out, " ")
	case []map[string]string:
		var out []string
		for _, x := range v {
			out = append(out, values(x))
		}
		return strings.Join(out, " ")
	}
	return ""
}

// writePage writes a page of studies. The tokens of pages end with the data that they
// belong to.
func writePage(w http.ResponseWriter, q url.Values, stamp string, hits []Entry) {
	n := min(max(number(q.Get("pageSize"), 10), 1), 1000)
	at, of, _ := strings.Cut(strings.TrimPrefix(q.Get("pageToken"), "t"), "-")
	from, err := strconv.Atoi(at)
	if q.Has("pageToken") && (err != nil || from < 0 || from > len(hits) || of != stamp) {
		http.Error(w, "invalid pageToken", http.StatusBadRequest)
		return
	}
	to := min(from+n, len(hits))
	list := bodies(hits[from:to])
	if q.Has("fields") { // the two that are asked for
		for i, e := range hits[from:to] {
			module := map[string]any{"identificationModule": map[string]string{"nctId": e.ID}}
			if e.day() != "" {
				module["statusModule"] = map[string]any{"lastUpdatePostDateStruct": map[string]string{"date": e.day()}}
			}
			list[i], _ = json.Marshal(map[string]any{"protocolSection": module})
		}
	}
	page := map[string]any{"studies": list}
	if to < len(hits) || to-from == n { // a full page has a token, the last one too
		page["nextPageToken"] = "t" + strconv.Itoa(to) + "-" + stamp
	}
	if q.Get("countTotal") == "true" && from == 0 {
		page["totalCount"] = len(hits)
	}
	writeJSON(w, page)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
