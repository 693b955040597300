package starter

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Crossref serves the papers that have a DOI. A retraction that a source reports
// is in updated-by; its notice has no DOI here where no source shows one. Lists
// of references are not known.
func Crossref() (http.Handler, error) {
	shelf, err := shelved(work.crossrefWork)
	return served(shelf, err, CrossrefAt)
}

// CrossrefAt serves works in the wire format of Crossref's REST API: /works with
// filter=doi:… and query.bibliographic, and /works/{doi}.
func CrossrefAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /works", func(w http.ResponseWriter, r *http.Request) { crossrefList(shelf, w, r) })
	mux.HandleFunc("GET /works/{doi...}", func(w http.ResponseWriter, r *http.Request) {
		e, ok := shelf.work(r.PathValue("doi"))
		if !ok {
			http.Error(w, "Resource not found.", http.StatusNotFound)
			return
		}
		writeJSON(w, map[string]any{"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": json.RawMessage(e.Body)})
	})
	return mux
}

func crossrefList(shelf Shelf, w http.ResponseWriter, r *http.Request) {
	var dois []string
	since := ""
	for _, f := range strings.Split(r.FormValue("filter"), ",") {
		name, value, _ := strings.Cut(f, ":")
		switch name {
		case "":
		case "doi":
			dois = append(dois, "doi:"+strings.ToLower(value))
		case "from-update-date", "from-index-date", "from-deposit-date":
			since = value
		default:
			w.WriteHeader(http.StatusBadRequest)
			writeJSON(w, map[string]any{"status": "failed", "message-type": "validation-failure", "message": []any{map[string]string{
				"type": "filter-not-available", "value": name, "message": "Filter " + name + " is not available"}}})
			return
		}
	}
	hits := slices.DeleteFunc(shelf(), func(e Entry) bool {
		return e.Hidden || since != "" && e.day() < since || len(dois) > 0 && !slices.Contains(dois, e.ID) ||
			!allWords(folded(e.Words), r.FormValue("query.bibliographic"))
	})
	rows := min(max(number(r.FormValue("rows"), 20), 0), 1000)
	from, to := window(len(hits), number(r.FormValue("offset"), 0), rows)
	writeJSON(w, map[string]any{"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": map[string]any{
		"facets": map[string]any{}, "total-results": len(hits), "items": bodies(hits[from:to]), "items-per-page": rows,
		"query": map[string]any{"start-index": from, "search-terms": nil}}})
}

// allWords reports whether a folded text has each word of a question.
func allWords(text, words string) bool {
	return !slices.ContainsFunc(strings.Fields(folded(words)), func(word string) bool { return !holds(text, word) })
}

// dateParts is a day, month or year in Crossref's form.
func dateParts(iso string) map[string]any {
	parts := []int{}
	for _, p := range strings.Split(iso, "-") {
		if n, err := strconv.Atoi(p); err == nil {
			parts = append(parts, n)
		}
	}
	return map[string]any{"date-parts": [][]int{parts}}
}

func (w work) crossrefWork() map[string]any {
	m := map[string]any{"DOI": w.doi, "URL": "https://doi.org/" + w.doi, "type": "journal-article", "source": "Crossref",
		"title": []string{w.title}}
	for k, v := range map[string]string{"volume": w.volume, "issue": w.issue, "page": w.pages} {
		if v != "" {
			m[k] = v
		}
	}
	switch {
	case strings.HasPrefix(w.doi, "10.1101/"): // medRxiv and bioRxiv
		m["type"], m["subtype"], m["institution"] = "posted-content", "preprint", []any{map[string]string{"name": w.journal}}
	case w.journal != "":
		m["container-title"] = []string{w.journal}
	}
	if w.year != "" {
		m["issued"] = dateParts(w.year)
	}
	var authors []any
	for i, a := range w.authors {
		one := map[string]string{"family": a.Family, "sequence": "additional"}
		if a.Given != "" {
			one["given"] = a.Given
		}
		if i == 0 {
			one["sequence"] = "first"
		}
		authors = append(authors, one)
	}
	if len(authors) > 0 {
		m["author"] = authors
	}
	if a := w.abstract(); a != "" {
		m["abstract"] = "<jats:p>" + escaped(a) + "</jats:p>"
	}
	if w.registration != "" {
		m["clinical-trial-number"] = []any{map[string]string{"clinical-trial-number": strings.ToLower(w.registration)}}
	}
	if w.retracted != "" {
		m["updated-by"] = []any{map[string]any{"type": "retraction", "label": "Retraction", "source": "publisher",
			"updated": dateParts(w.retracted)}}
	}
	return m
}
