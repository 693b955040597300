package starter

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// OpenAlex serves the papers that have a DOI. Abstracts are left out but for the
// trial ids that they name.
func OpenAlex() (http.Handler, error) {
	shelf, err := shelved(work.openAlexWork)
	return served(shelf, err, OpenAlexAt)
}

// OpenAlexAt serves works in the wire format of OpenAlex's API: /works with
// filter=doi:a|b, and /works/doi:{doi}.
func OpenAlexAt(shelf Shelf) http.Handler {
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
		e, ok := shelf.work(strings.TrimPrefix(r.PathValue("id"), "doi:"))
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
