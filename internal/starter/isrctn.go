package starter

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// isrctnShelf has the trials registered there. As in the registry's own answers no
// trial has a status.
func isrctnShelf() (Shelf, error) {
	return registrations("isrctn", func(r Registration) []byte { return []byte(r.fullTrial()) }, Registration.isrctnTerm)
}

// isrctnAt serves trials in the wire format of the registry's API: queries with
// limit and offset, and single trials.
func isrctnAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/query/format/default", func(w http.ResponseWriter, r *http.Request) {
		hits, err := shelf.find(r.FormValue("q"), func(e Entry, t term) bool {
			switch {
			case t.compare != "":
				return t.field == "lastEdited" && t.compares(e.day())
			case strings.EqualFold(t.text, e.ID):
				return true
			}
			return t.field == "" && e.finds(t)
		})
		if err != nil {
			http.Error(w, "the query cannot be read: "+err.Error(), http.StatusBadRequest)
			return
		}
		from, to := window(len(hits), number(r.FormValue("offset"), 0), number(r.FormValue("limit"), 10))
		writeTrials(w, len(hits), hits[from:to])
	})
	mux.HandleFunc("GET /api/trial/{id}/format/default", func(w http.ResponseWriter, r *http.Request) {
		e, ok := shelf.Get("ISRCTN" + strings.TrimPrefix(strings.ToUpper(r.PathValue("id")), "ISRCTN"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		writeTrials(w, 1, []Entry{e})
	})
	return mux
}

func writeTrials(w http.ResponseWriter, total int, trials []Entry) {
	w.Header().Set("Content-Type", "application/xml;charset=utf-8")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+
		`<allTrials totalCount="%d" xmlns="http://www.67bricks.com/isrctn">`, total)
	for _, t := range trials {
		_, _ = w.Write(t.Body)
	}
	fmt.Fprint(w, "</allTrials>\n")
}

// isrctnTerm evaluates one term: words anywhere in the record, or in the
// fields condition, intervention and sponsor, or a comparison of the day of
// the last edit, which finds nothing where that is not known.
func (r Registration) isrctnTerm(t term) bool {
	switch {
	case t.compare != "":
		return t.field == "lastEdited" && t.compares(r.Updated) || t.field == "dateApplied" && t.compares(r.Submitted)
	case t.field == "condition":
		return holds(folded(strings.Join(r.Conditions, " ")), t.text)
	case t.field == "intervention":
		return holds(folded(strings.Join(r.names(), " ")), t.text)
	case t.field == "sponsor":
		return holds(folded(r.Sponsor), t.text)
	case t.field != "":
		return false
	}
	return strings.EqualFold(t.text, r.ID) || holds(r.text(), t.text)
}

// text is what a search without a field looks through.
func (r Registration) text() string {
	words := slices.Concat(r.names(), r.Conditions, r.OtherIDs,
		[]string{r.ID, r.NCT, r.ISRCTN, r.EudraCT, r.IRAS, r.Acronym, r.ProductCode, r.Population, r.Comparator, r.Code, r.Sponsor})
	return folded(strings.Join(words, " "))
}

// element writes an XML element with a text, or nothing for an empty one.
func element(name, text string) string {
	if text == "" {
		return ""
	}
	return "<" + name + ">" + escaped(text) + "</" + name + ">"
}

// stamp is a day as the registry writes it: with a time of day, which is
// midnight where only the day is known.
func stamp(day string) string {
	if day == "" {
		return ""
	}
	return day + "T00:00:00.000Z"
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// secondary is the registry's wording of a design.
var secondary = map[string]string{"parallel-rct": "Randomised controlled trial", "crossover-rct": "Randomised cross over trial",
	"single-arm": "Non randomised study"}

// fullTrial retells one trial.
func (r Registration) fullTrial() string {
	var b strings.Builder
	b.WriteString("<fullTrial><trial")
	if r.Updated != "" {
		fmt.Fprintf(&b, ` lastUpdated="%s"`, stamp(r.Updated))
	}
	b.WriteString("><isrctn")
	if r.FirstPosted != "" {
		fmt.Fprintf(&b, ` dateAssigned="%s"`, stamp(r.FirstPosted))
	}
	fmt.Fprintf(&b, ">%s</isrctn>", strings.TrimPrefix(r.ID, "ISRCTN"))
	b.WriteString("<trialDescription>" + element("title", r.title()) + element("acronym", r.Acronym) + "</trialDescription>")
	b.WriteString("<externalRefs>" + element("eudraCTNumber", r.EudraCT) + element("irasNumber", r.IRAS) +
		element("clinicalTrialsGovNumber", r.NCT) + "<secondaryNumbers>")
	for _, id := range r.OtherIDs {
		b.WriteString(element("secondaryNumber", id))
	}
	b.WriteString("</secondaryNumbers></externalRefs><trialDesign>" + element("primaryStudyDesign", "Interventional") +
		element("secondaryStudyDesign", secondary[r.Design]) + element("overallEndDate", stamp(r.End)))
	switch r.Blinding {
	case "open-label":
		b.WriteString(element("masking", "Open (masking not used)"))
	case "double-blind":
		b.WriteString(element("masking", "Blinded (masking used)"))
	}
	b.WriteString("</trialDesign><participants><recruitmentCountries>")
	for _, c := range r.Countries {
		b.WriteString(element("country", c))
	}
	b.WriteString("</recruitmentCountries>" + element("gender", r.Sex) + element("targetEnrolment", count(r.Target)) +
		element("totalFinalEnrolment", count(r.Enrolled)) + element("recruitmentStart", stamp(r.Start)) + "</participants><conditions>")
	for _, c := range r.Conditions {
		b.WriteString("<condition>" + element("description", c) + "</condition>")
	}
	b.WriteString("</conditions><interventions><intervention>" + element("interventionType", "Drug") + element("phase", r.Phase) +
		element("drugNames", strings.Join(r.names(), ", ")) + "</intervention></interventions>")
	b.WriteString("<parties><sponsorId>s1</sponsorId></parties></trial>")
	if r.Sponsor != "" {
		b.WriteString(`<sponsor id="s1">` + element("organisation", r.Sponsor) + "</sponsor>")
	}
	b.WriteString("</fullTrial>")
	return b.String()
}
