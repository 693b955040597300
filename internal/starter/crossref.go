package starter

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// crossrefShelf has the papers with a DOI. A retraction that a source reports
// is in updated-by; its notice has no DOI here where no source shows one. Lists
// of references are not known.
func crossrefShelf() (Shelf, error) { return shelved(byDOI, inJSON(work.crossrefWork), nil) }

// crossrefAt serves works in the wire format of Crossref's REST API: /works with
// filter=doi:… and query.bibliographic, and /works/{doi}.
func crossrefAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /works", func(w http.ResponseWriter, r *http.Request) { crossrefList(shelf, w, r) })
	mux.HandleFunc("GET /works/{doi...}", func(w http.ResponseWriter, r *http.Request) {
		e, ok := shelf.Get("doi:" + r.PathValue("doi"))
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

// openAlexShelf has the papers with a DOI. Abstracts are left out but for the
// trial ids that they name.
func openAlexShelf() (Shelf, error) { return shelved(byDOI, inJSON(work.openAlexWork), nil) }

// openAlexAt serves works in the wire format of OpenAlex's API: /works with
// filter=doi:a|b, and /works/doi:{doi}.
func openAlexAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /works", func(w http.ResponseWriter, r *http.Request) {
		list, ok := strings.CutPrefix(r.FormValue("filter"), "doi:")
		dois := strings.Split(strings.ToLower(list), "|")
		if !ok || len(dois) > 100 {
			w.WriteHeader(http.StatusBadRequest)
			writeJSON(w, map[string]string{"error": "Invalid query parameters error.", "message": "up to 100 values of doi are known here"})
			return
		}
		hits := slices.DeleteFunc(shelf(), func(e Entry) bool { return e.Hidden || !slices.Contains(dois, strings.TrimPrefix(e.ID, "doi:")) })
		size := min(max(number(r.FormValue("per_page"), 25), 1), 100)
		from, to := window(len(hits), (max(number(r.FormValue("page"), 1), 1)-1)*size, size)
		writeJSON(w, map[string]any{"meta": map[string]any{"count": len(hits), "db_response_time_ms": 1, "page": 1, "per_page": size,
			"groups_count": nil, "cost_usd": 0.0001}, "results": bodies(hits[from:to]), "group_by": []any{}})
	})
	mux.HandleFunc("GET /works/{id...}", func(w http.ResponseWriter, r *http.Request) {
		e, ok := shelf.Get("doi:" + strings.TrimPrefix(r.PathValue("id"), "doi:"))
		if !ok || e.Hidden {
			w.WriteHeader(http.StatusNotFound)
			writeJSON(w, map[string]string{"error": "Not Found", "message": "the work was not found"})
			return
		}
		writeJSON(w, json.RawMessage(e.Body))
	})
	return mux
}

func (w work) openAlexWork() map[string]any {
	ids := map[string]string{"doi": "https://doi.org/" + w.doi}
	if w.pmid != "" {
		ids["pmid"] = "https://pubmed.ncbi.nlm.nih.gov/" + w.pmid
	}
	if w.pmcid != "" {
		ids["pmcid"] = "https://www.ncbi.nlm.nih.gov/pmc/articles/" + strings.TrimPrefix(w.pmcid, "PMC")
	}
	m := map[string]any{"doi": ids["doi"], "ids": ids, "title": w.title, "display_name": w.title, "type": "article",
		"is_retracted": w.retracted != "", "abstract_inverted_index": inverted(w.abstract()), "mesh": []any{}}
	if strings.HasPrefix(w.doi, "10.1101/") { // medRxiv and bioRxiv
		m["type"] = "preprint"
	}
	if w.journal != "" {
		m["primary_location"] = map[string]any{"source": map[string]string{"display_name": w.journal}}
	}
	if year, err := strconv.Atoi(w.year[:min(len(w.year), 4)]); err == nil {
		m["publication_year"] = year
	}
	first, last, _ := strings.Cut(w.pages, "-")
	biblio := map[string]any{}
	for k, v := range map[string]string{"volume": w.volume, "issue": w.issue, "first_page": first, "last_page": last} {
		biblio[k] = v
		if v == "" {
			biblio[k] = nil
		}
	}
	m["biblio"] = biblio
	authorships := []any{}
	for _, a := range w.authors {
		authorships = append(authorships, map[string]any{"raw_author_name": strings.TrimSuffix(a.Family+", "+a.Given, ", ")})
	}
	m["authorships"] = authorships
	return m
}

// inverted is a text as an index of its words; nil for none.
func inverted(text string) map[string][]int {
	var index map[string][]int
	for i, word := range strings.Fields(text) {
		if index == nil {
			index = map[string][]int{}
		}
		index[word] = append(index[word], i)
	}
	return index
}
