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
	var studies []study
	for _, t := range trials {
		if !strings.HasPrefix(t.ID, "NCT") {
			continue
		}
		var r Registration
		if i := slices.IndexFunc(stated, func(r Registration) bool { return r.ID == t.ID }); i >= 0 {
			r = stated[i]
		}
		one, err := studyOf(t, papers, r)
		if err != nil {
			return nil, err
		}
		studies = append(studies, one)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/version", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]string{"apiVersion": "2.0.5", "dataTimestamp": Date + "T00:00:00"})
	})
	mux.HandleFunc("GET /api/v2/studies/{id}", func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(studies, func(s study) bool { return s.id == r.PathValue("id") })
		if i < 0 {
			http.Error(w, "NCT number not found", http.StatusNotFound)
			return
		}
		writeJSON(w, studies[i].body)
	})
	mux.HandleFunc("GET /api/v2/studies", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		var hits []json.RawMessage
		for _, s := range studies {
			ok, err := s.matches(q)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if ok {
				hits = append(hits, s.body)
			}
		}
		writePage(w, q.Get("pageSize"), q.Get("pageToken"), q.Get("countTotal") == "true", hits)
	})
	return mux, nil
}

// study is a trial as it is sent and as it is searched.
type study struct {
	id, updated string
	body        json.RawMessage
	// texts are what each search parameter looks through, folded.
	texts map[string]string
}

// studyOf retells one trial.
func studyOf(t Trial, papers []Paper, r Registration) (study, error) {
	wire := wireStudy(t, papers, r)
	body, err := json.Marshal(wire)
	if err != nil {
		return study{}, err
	}
	p := wire["protocolSection"].(map[string]any)
	titles, conditions, arms := values(p["identificationModule"]), values(p["conditionsModule"]), values(p["armsInterventionsModule"])
	texts := map[string]string{"query.term": values(p), "query.cond": conditions + " " + titles, "query.intr": arms + " " + titles,
		"query.titles": titles}
	for k, v := range texts {
		texts[k] = folded(v)
	}
	return study{id: t.ID, updated: r.Updated, body: body, texts: texts}, nil
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

// matches applies the parameters that a search can carry; a search that cannot
// be read is an error. A trial whose last update is not known is found by no
// range of update dates.
func (s study) matches(q url.Values) (bool, error) {
	ids := strings.FieldsFunc(q.Get("filter.ids"), func(r rune) bool { return r == ',' || r == '|' || r == ' ' })
	if len(ids) > 0 && !slices.Contains(ids, s.id) {
		return false, nil
	}
	if _, span, ok := strings.Cut(q.Get("filter.advanced"), "AREA[LastUpdatePostDate]RANGE["); ok {
		span, _, _ = strings.Cut(span, "]")
		from, to, _ := strings.Cut(span, ",")
		if !(term{text: from, to: to}).within(s.updated) {
			return false, nil
		}
	}
	for param, text := range s.texts {
		if q.Get(param) == "" {
			continue
		}
		e, err := question(q.Get(param))
		if err != nil {
			return false, fmt.Errorf("%s: %w", param, err)
		}
		if !e.matches(func(t term) bool {
			words := t.text
			if _, rest, ok := strings.Cut(words, "]"); ok { // AREA[…]word
				words = strings.Trim(rest, `"`)
			}
			return holds(text, words)
		}) {
			return false, nil
		}
	}
	return true, nil
}

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
