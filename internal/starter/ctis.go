package starter

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ctisShelf has the trials of the EU Clinical Trials Information System.
func ctisShelf() (Shelf, error) {
	return registrations("ctis", func(r Registration) []byte {
		b, _ := json.Marshal(r.ctisTrial())
		return b
	}, Registration.ctisTerm)
}

// ctisAt serves trials as the public interface does: POST /search, GET
// /retrieve/{number} and the feed of updates. An unknown number gives {} as there.
func ctisAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ctis-public-api/search", func(w http.ResponseWriter, r *http.Request) { ctisSearch(shelf, w, r) })
	mux.HandleFunc("GET /ctis-public-api/search", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Forbidden", http.StatusForbidden)
	})
	mux.HandleFunc("GET /ctis-public-api/retrieve/{number}", func(w http.ResponseWriter, r *http.Request) {
		e, ok := shelf.Get(r.PathValue("number"))
		if !ok {
			e.Body = []byte("{}")
		}
		writeJSON(w, json.RawMessage(e.Body))
	})
	mux.HandleFunc("GET /ctis-public-api/rss/updates.rss", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
			`<rss version="2.0"><channel><title>Clinical trial updates [retold facts]</title>`)
		for _, e := range shelf() {
			fmt.Fprint(w, "<item>"+element("guid", e.ID)+element("link", "https://euclinicaltrials.eu/ctis-public/view/"+e.ID)+"</item>")
		}
		fmt.Fprint(w, "<item>"+element("guid", shelf.Stamp())+"</item></channel></rss>\n")
	})
	return mux
}

func ctisSearch(shelf Shelf, w http.ResponseWriter, r *http.Request) {
	var q struct {
		Pagination struct{ Page, Size int } `json:"pagination"`
		Criteria   map[string]any           `json:"searchCriteria"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q)
	if err != nil || q.Criteria == nil || r.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusBadRequest)
		writeJSON(w, map[string]string{"error": "Bad Request"})
		return
	}
	hits := slices.DeleteFunc(shelf(), func(e Entry) bool {
		means := e.means(ctisEntryTerm)
		for field, v := range q.Criteria {
			text, ok := v.(string)
			if !ok || !means(term{field: field, text: text}) {
				return true
			}
		}
		return false
	})
	page, size := min(max(q.Pagination.Page, 1), mostPages), q.Pagination.Size
	if size < 1 || size > 100 {
		size = 100
	}
	from, to := window(len(hits), (page-1)*size, size)
	data := []any{}
	for _, e := range hits[from:to] {
		one := map[string]any{"ctNumber": e.ID}
		if !e.Updated.IsZero() {
			one["lastUpdated"] = e.Updated.Format("02/01/2006")
		}
		data = append(data, one)
	}
	writeJSON(w, map[string]any{"showWarning": false, "data": data, "pagination": map[string]any{
		"totalRecords": len(hits), "currentPage": page, "totalPages": (len(hits) + size - 1) / size, "nextPage": to < len(hits),
		"prevPage": page > 1}})
}

// ctisTerm evaluates a field of the search form; one that is not restated finds
// nothing.
func (r Registration) ctisTerm(t term) bool {
	anyWord := func() bool {
		return slices.ContainsFunc(strings.Fields(folded(t.text)), func(word string) bool { return holds(r.text(), word) })
	}
	switch t.field {
	case "containAll":
		return allWords(r.text(), t.text)
	case "containAny":
		return anyWord()
	case "containNot":
		return !anyWord()
	case "medicalCondition":
		return allWords(folded(strings.Join(r.Conditions, " ")), t.text)
	case "sponsor":
		return allWords(folded(r.Sponsor), t.text)
	case "number":
		return t.text == r.ID
	}
	return false
}

// ctisEntryTerm does so for an entry of which nothing but its words is known.
func ctisEntryTerm(e Entry, t term) bool {
	if t.field == "number" {
		return t.text == e.ID
	}
	return !e.Hidden && allWords(folded(e.Words), t.text)
}

// ctisPhases are the codes of the phases that the starter set has.
var ctisPhases = map[string]string{"PHASE2": "4", "PHASE3": "5"}

// ctisTrial retells one trial. A public status is given only where a source
// shows it.
func (r Registration) ctisTrial() map[string]any {
	ids := map[string]any{"publicTitle": r.title()}
	if r.NCT != "" {
		ids["secondaryIdentifyingNumbers"] = map[string]any{"nctNumber": map[string]string{"number": r.NCT}}
	}
	information := map[string]any{}
	if code := ctisPhases[r.Phase]; code != "" {
		information["trialCategory"] = map[string]string{"trialPhase": code}
	}
	conditions := []any{}
	for _, c := range r.Conditions {
		conditions = append(conditions, map[string]string{"medicalCondition": c})
	}
	names := r.names()
	groups := []any{map[string]any{"productRoleName": "Test", "products": []any{map[string]string{
		"productName": names[0], "jsonActiveSubstanceNames": strings.Join(names[1:], ", ")}}}}
	if r.Comparator == "placebo" {
		groups = append(groups, map[string]any{"productRoleName": "Placebo", "products": []any{map[string]string{"productName": "Placebo"}}})
	}
	part := map[string]any{"medicalConditions": conditions, "productRoleGroupInfos": groups,
		"trialDetails": map[string]any{"clinicalTrialIdentifiers": ids, "trialInformation": information}}
	if r.Sponsor != "" {
		part["sponsors"] = []any{map[string]any{"primary": true, "organisation": map[string]string{"name": r.Sponsor}}}
	}
	return map[string]any{"ctNumber": r.ID, "authorizedApplication": map[string]any{"authorizedPartI": part}}
}
