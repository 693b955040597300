package starter

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CTGov serves the starter trials in the wire format of the ClinicalTrials.gov
// API, version 2: /studies with query.*, filter.ids, pageSize, pageToken and
// countTotal, /studies/{id}, and /version. It retells identity and design, and
// dates and status of the trials for which a source shows them.
func CTGov() (http.Handler, error) {
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
	var studies []json.RawMessage
	var ids, texts, updated []string
	for _, t := range trials {
		if !strings.HasPrefix(t.ID, "NCT") {
			continue
		}
		var r Registration
		if i := slices.IndexFunc(stated, func(r Registration) bool { return r.ID == t.ID }); i >= 0 {
			r = stated[i]
		}
		b, err := json.Marshal(wireStudy(t, papers, r))
		if err != nil {
			return nil, err
		}
		studies = append(studies, b)
		ids = append(ids, t.ID)
		texts = append(texts, fold(string(b)))
		updated = append(updated, r.Updated)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/version", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]string{"apiVersion": "2.0.5", "dataTimestamp": Date + "T00:00:00"})
	})
	mux.HandleFunc("GET /api/v2/studies/{id}", func(w http.ResponseWriter, r *http.Request) {
		i := slices.Index(ids, r.PathValue("id"))
		if i < 0 {
			http.Error(w, "NCT number not found", http.StatusNotFound)
			return
		}
		writeJSON(w, studies[i])
	})
	mux.HandleFunc("GET /api/v2/studies", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		var hits []json.RawMessage
		for i := range studies {
			if matches(q, ids[i], texts[i], updated[i]) {
				hits = append(hits, studies[i])
			}
		}
		writePage(w, q.Get("pageSize"), q.Get("pageToken"), q.Get("countTotal") == "true", hits)
	})
	return mux, nil
}

// matches applies the parameters that a search can carry. A trial whose last
// update is not known is found by no range of update dates.
func matches(q map[string][]string, id, text, updated string) bool {
	get := func(k string) string { return strings.Join(q[k], " ") }
	if f := get("filter.ids"); f != "" && !slices.Contains(strings.FieldsFunc(f, func(r rune) bool { return r == ',' || r == '|' || r == ' ' }), id) {
		return false
	}
	if _, span, ok := strings.Cut(get("filter.advanced"), "AREA[LastUpdatePostDate]RANGE["); ok {
		span, _, _ = strings.Cut(span, "]")
		from, to, _ := strings.Cut(span, ",")
		if !(term{text: from, to: to}).within(updated) {
			return false
		}
	}
	for _, k := range []string{"query.term", "query.cond", "query.intr", "query.titles"} {
		if expr := get(k); expr != "" && !anyTerm(expr, text) {
			return false
		}
	}
	return true
}

// anyTerm reads an expression as groups joined by AND, each a list of terms
// joined by OR; that is all the grammar that the tracker's own queries use.
func anyTerm(expr, text string) bool {
	for _, group := range strings.Split(expr, " AND ") {
		found := false
		for _, term := range strings.Split(strings.Trim(group, "() "), " OR ") {
			t := fold(strings.Trim(term, `()" `))
			if i := strings.Index(t, "]"); i >= 0 { // AREA[…]term
				t = t[i+1:]
			}
			if t != "" && strings.Contains(text, t) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func fold(s string) string { return strings.ToLower(strings.ReplaceAll(s, `\"`, "")) }

func writePage(w http.ResponseWriter, size, token string, count bool, hits []json.RawMessage) {
	n, _ := strconv.Atoi(size)
	if n <= 0 {
		n = 10
	}
	n = min(n, 1000)
	from, err := strconv.Atoi(strings.TrimPrefix(token, "t"))
	if token != "" && (err != nil || from < 0 || from > len(hits)) {
		http.Error(w, "invalid pageToken", http.StatusBadRequest)
		return
	}
	to := min(from+n, len(hits))
	page := map[string]any{"studies": append([]json.RawMessage{}, hits[from:to]...)}
	if to < len(hits) {
		page["nextPageToken"] = "t" + strconv.Itoa(to)
	}
	if count && token == "" {
		page["totalCount"] = len(hits)
	}
	writeJSON(w, page)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
