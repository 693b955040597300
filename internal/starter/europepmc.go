package starter

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// europeShelf has the papers whose PubMed number is known.
func europeShelf() (Shelf, error) { return shelved(byPMID, inJSON(work.europeResult), work.europeTerm) }

// europeAt serves publications in the wire format of Europe PMC's REST search:
// fields, cursorMark, and the result types core and idlist.
func europeAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /europepmc/webservices/rest/search", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, europe(shelf, r))
	})
	return mux
}

// europeTerm says what a term means for an entry of which nothing but its words is
// known.
func europeTerm(e Entry, t term) bool {
	src, ext, _ := strings.Cut(e.ID, ":")
	switch strings.ToUpper(t.field) {
	case "EXT_ID":
		return t.text == ext
	case "SRC":
		return t.text == src || t.text == "MED" && src == "pmid"
	case "UPDATE_DATE":
		return t.within(e.day())
	}
	return e.finds(t)
}

// europe answers one search.
func europe(shelf Shelf, r *http.Request) map[string]any {
	text := r.FormValue("query")
	hits, err := shelf.find(text, europeTerm)
	if err != nil {
		return map[string]any{"version": "6.9", "errCode": 404, "errMsg": "Invalid query: " + err.Error()}
	}
	size := number(r.FormValue("pageSize"), 25)
	if size < 1 || size > 1000 {
		size = 25
	}
	mark := r.FormValue("cursorMark")
	offset, ok := markOffset(mark)
	if !ok {
		return map[string]any{"version": "6.9", "errCode": 404, "errMsg": "Invalid cursorMark"}
	}
	from, to := window(len(hits), offset, size)
	kind := r.FormValue("resultType")
	results := bodies(hits[from:to])
	for i := range results {
		var id struct {
			ID     string `json:"id"`
			Source string `json:"source"`
		}
		if kind == "idlist" && json.Unmarshal(results[i], &id) == nil {
			results[i], _ = json.Marshal(id)
		}
	}
	next := mark
	if to > from {
		next = markOf(to)
	}
	return map[string]any{"version": "6.9", "hitCount": len(hits), "nextCursorMark": next,
		"request":    map[string]any{"queryString": text, "resultType": kind, "cursorMark": mark, "pageSize": size, "sort": "", "synonym": false},
		"resultList": map[string]any{"result": results}}
}

// A cursor mark is opaque to who asks; here it is the offset.
func markOf(offset int) string {
	return base64.StdEncoding.EncodeToString([]byte("AoI" + strconv.Itoa(offset)))
}

func markOffset(mark string) (int, bool) {
	if mark == "" || mark == "*" {
		return 0, true
	}
	b, err := base64.StdEncoding.DecodeString(mark)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(string(b), "AoI"))
	return n, err == nil && n >= 0
}

// europeTerm evaluates one term. Dates are not known, so that a range of dates
// finds nothing, and so does a field that is not restated.
func (w work) europeTerm(t term) bool {
	switch strings.ToUpper(t.field) {
	case "TITLE_ABS":
		return holds(folded(w.title+" "+w.abstract()), t.text)
	case "TITLE":
		return holds(folded(w.title), t.text)
	case "ABSTRACT":
		return holds(folded(w.abstract()), t.text)
	case "EXT_ID":
		return t.text == w.pmid
	case "SRC":
		return strings.EqualFold(t.text, "MED")
	case "DOI":
		return strings.EqualFold(t.text, w.doi)
	case "PMCID":
		return w.pmcid != "" && strings.EqualFold(t.text, w.pmcid)
	case "":
		return t.text == w.pmid || holds(w.text(), t.text)
	}
	return false
}

func (w work) europeResult() map[string]any {
	m := map[string]any{"id": w.pmid, "source": "MED"}
	set := func(key, value string) {
		if value != "" {
			m[key] = value
		}
	}
	set("pmid", w.pmid)
	set("pmcid", w.pmcid)
	set("doi", w.doi)
	set("title", w.title)
	set("pubYear", w.year)
	set("pageInfo", w.pages)
	var names []string
	var list []any
	for _, a := range w.authors {
		given := strings.NewReplacer(".", "", " ", "").Replace(a.Given)
		full := strings.TrimSpace(a.Family + " " + given)
		names = append(names, full)
		list = append(list, map[string]string{"fullName": full, "lastName": a.Family, "initials": given})
	}
	if len(names) > 0 {
		m["authorString"] = strings.Join(names, ", ") + "."
	}
	if len(list) > 0 {
		m["authorList"] = map[string]any{"author": list}
	}
	journal := map[string]any{}
	for k, v := range map[string]string{"volume": w.volume, "issue": w.issue} {
		if v != "" {
			journal[k] = v
		}
	}
	if w.journal != "" {
		journal["journal"] = map[string]string{"title": w.journal}
	}
	if len(journal) > 0 {
		m["journalInfo"] = journal
	}
	set("abstractText", w.abstract())
	m["pubTypeList"] = map[string]any{"pubType": []string{"Journal Article"}}
	return m
}
