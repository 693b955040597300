package starter

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// CTIS serves the trials of the EU Clinical Trials Information System as its
// public interface does: POST /search, GET /retrieve/{number} and the feed of
// updates. An unknown number gives {} as there.
func CTIS() (http.Handler, error) {
	trials, err := registered("ctis")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ctis-public-api/search", func(w http.ResponseWriter, r *http.Request) { ctisSearch(trials, w, r) })
	mux.HandleFunc("GET /ctis-public-api/search", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Forbidden", http.StatusForbidden)
	})
	mux.HandleFunc("GET /ctis-public-api/retrieve/{number}", func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(trials, func(t Registration) bool { return t.ID == r.PathValue("number") })
		if i < 0 {
			writeJSON(w, map[string]any{})
			return
		}
		writeJSON(w, trials[i].ctisTrial())
	})
	mux.HandleFunc("GET /ctis-public-api/rss/updates.rss", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
			`<rss version="2.0"><channel><title>Clinical trial updates [retold facts]</title>`)
		for _, t := range trials {
			fmt.Fprint(w, "<item>"+element("title", t.title())+element("guid", t.ID)+element("link",
				"https://euclinicaltrials.eu/ctis-public/view/"+t.ID)+"</item>")
		}
		fmt.Fprint(w, "</channel></rss>\n")
	})
	return mux, nil
}

func ctisSearch(trials []Registration, w http.ResponseWriter, r *http.Request) {
	var q struct {
		Pagination struct{ Page, Size int } `json:"pagination"`
		Criteria   map[string]any           `json:"searchCriteria"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q); err != nil || q.Criteria == nil {
		w.WriteHeader(http.StatusBadRequest)
		writeJSON(w, map[string]string{"error": "Bad Request"})
		return
	}
	var hits []Registration
	for _, t := range trials {
		if t.ctisCriteria(q.Criteria) {
			hits = append(hits, t)
		}
	}
	page, size := min(max(q.Pagination.Page, 1), mostPages), q.Pagination.Size
	if size < 1 || size > 100 {
		size = 100
	}
	from, to := window(len(hits), (page-1)*size, size)
	data := []any{}
	for _, t := range hits[from:to] {
		data = append(data, map[string]any{"ctNumber": t.ID, "ctTitle": t.title(), "conditions": strings.Join(t.Conditions, ", "),
			"product": strings.Join(t.names(), ", ")})
	}
	writeJSON(w, map[string]any{"showWarning": false, "data": data, "pagination": map[string]any{
		"totalRecords": len(hits), "currentPage": page, "totalPages": (len(hits) + size - 1) / size, "nextPage": to < len(hits),
		"prevPage": page > 1}})
}

// ctisCriteria evaluates the search form's fields; one that is not restated
// finds nothing.
func (r Registration) ctisCriteria(criteria map[string]any) bool {
	for k, v := range criteria {
		s, ok := v.(string)
		if !ok {
			return false
		}
		switch k {
		case "containAll":
			ok = allWords(r.text(), s)
		case "containAny":
			ok = slices.ContainsFunc(strings.Fields(folded(s)), func(word string) bool { return holds(r.text(), word) })
		case "containNot":
			ok = !slices.ContainsFunc(strings.Fields(folded(s)), func(word string) bool { return holds(r.text(), word) })
		case "medicalCondition":
			ok = allWords(folded(strings.Join(r.Conditions, " ")), s)
		case "sponsor":
			ok = allWords(folded(r.Sponsor), s)
		case "number":
			ok = s == r.ID
		default:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return true
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
