package starter

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// EUCTR serves the trials of the EU Clinical Trials Register as that does: a
// search page that counts trials, and text downloads with one protocol for
// each country, of a page of results or of one protocol.
func EUCTR() (http.Handler, error) {
	trials, err := registered("euctr")
	if err != nil {
		return nil, err
	}
	find := func(r *http.Request) ([]Registration, error) {
		if r.FormValue("query") == "" {
			return trials, nil // the page shows the whole register
		}
		q, err := question(r.FormValue("query"))
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(slices.Clone(trials), func(t Registration) bool { return !q.matches(t.euctrTerm) }), nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ctr-search/search", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		hits, err := find(r)
		if err != nil { // the page tells of no fault, it finds nothing
			hits = nil
		}
		fmt.Fprint(w, "<!DOCTYPE html>\n<html><head><title>Clinical Trials register - Search [retold facts]</title></head><body>\n")
		fmt.Fprintf(w, "<ul><li><a href=\"#tabs-1\">Trials with a EudraCT protocol (%d)</a></li></ul>\n<div id=\"tabs-1\">\n<p>%d "+
			"result(s) found for: %s.</p>\n", len(hits), len(hits), escaped(r.FormValue("query")))
		for _, t := range onPage(hits, r) {
			fmt.Fprintf(w, "<table class=\"result\"><tr><td>EudraCT Number: %s</td></tr><tr><td>Trial protocol: %s</td></tr></table>\n", t.ID,
				strings.Join(t.Countries, " "))
		}
		fmt.Fprint(w, "</div>\n</body></html>\n")
	})
	page := func(write func(Registration, string) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			hits, err := find(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			var b strings.Builder
			for _, t := range onPage(hits, r) {
				for _, c := range t.Countries {
					b.WriteString(write(t, c))
				}
			}
			writeProtocols(w, b.String())
		}
	}
	mux.HandleFunc("GET /ctr-search/rest/download/full", page(Registration.protocol))
	mux.HandleFunc("GET /ctr-search/rest/download/summary", page(Registration.summary))
	mux.HandleFunc("GET /ctr-search/rest/download/trial/{number}/{country}", func(w http.ResponseWriter, r *http.Request) {
		for _, t := range trials {
			if t.ID == r.PathValue("number") && slices.Contains(t.Countries, r.PathValue("country")) {
				writeProtocols(w, t.protocol(r.PathValue("country")))
				return
			}
		}
		http.NotFound(w, r)
	})
	return mux, nil
}

// trialsAPage is how many trials the register shows at once.
const trialsAPage = 20

func onPage(hits []Registration, r *http.Request) []Registration {
	n := min(max(number(r.FormValue("page"), 1), 1), mostPages)
	from, to := window(len(hits), (n-1)*trialsAPage, trialsAPage)
	return hits[from:to]
}

func writeProtocols(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	fmt.Fprint(w, "This file contains full details on each clinical trial selected for download. [retold facts]\r\n\r\n"+text)
}

func (r Registration) euctrTerm(t term) bool {
	switch {
	case t.field == "eudract_number":
		return t.text == r.ID
	case t.field != "" || t.compare != "":
		return false
	}
	return t.text == r.ID || holds(r.text(), t.text)
}

// summary is the head of a country's protocol.
func (r Registration) summary(country string) string {
	var b strings.Builder
	b.WriteString("Summary\r\n")
	line := func(label, value string) {
		if value != "" {
			b.WriteString(label + ": " + value + "\r\n")
		}
	}
	line("EudraCT Number", r.ID)
	line("Sponsor's Protocol Code Number", r.Code)
	line("National Competent Authority", r.Authority)
	line("Trial Status", r.Status)
	line("Date on which this record was first entered in the EudraCT database", r.FirstPosted)
	line("Link", "https://www.clinicaltrialsregister.eu/ctr-search/trial/"+r.ID+"/"+country+"/")
	return b.String() + "\r\n"
}

// protocol retells one country's protocol.
func (r Registration) protocol(country string) string {
	var b strings.Builder
	b.WriteString(r.summary(country))
	line := func(label, value string) {
		if value != "" {
			b.WriteString(label + ": " + value + "\r\n")
		}
	}
	part := func(title string) { b.WriteString("\r\n" + title + "\r\n") }
	b.WriteString("A. Protocol Information\r\n")
	line("A.1 Member State Concerned", r.Authority)
	line("A.2 EudraCT number", r.ID)
	line("A.3 Full title of the trial", r.title())
	line("A.3.2 Name or abbreviated title of the trial where available", r.Acronym)
	line("A.4.1 Sponsor's protocol code number", r.Code)
	line("A.5.1 ISRCTN (International Standard Randomised Controlled Trial) Number", r.ISRCTN)
	line("A.5.2 US NCT (ClinicalTrials.gov registry) Number", r.NCT)
	for _, id := range r.OtherIDs {
		line("A.5.4 Other Identifiers", id)
	}
	part("B. Sponsor Information")
	line("B.1.1 Name of Sponsor", r.Sponsor)
	part("D. IMP Identification")
	line("D.IMP", "1")
	line("D.1.2 and D.1.3 IMP Role", "Test")
	line("D.3.2 Product code", r.ProductCode)
	for i, n := range r.names() {
		if i == 0 {
			line("D.3.8 INN - Proposed INN", n)
		} else {
			line("D.3.9.3 Other descriptive name", n)
		}
	}
	part("E. General Information on the Trial")
	line("E.1.1 Medical condition(s) being investigated", strings.Join(r.Conditions, ", "))
	r.euctrDesign(line)
	part("F. Population of Trial Subjects")
	if n := r.target(country); n > 0 {
		line("F.4.2.2 In the whole clinical trial", strconv.Itoa(n))
	}
	part("P. End of Trial")
	line("P. End of Trial Status", r.Status)
	line("P. Date of the global completion of the trial", r.End)
	return b.String() + "\r\n"
}

func (r Registration) euctrDesign(line func(label, value string)) {
	yes := map[bool]string{true: "Yes", false: "No"}
	if r.Design != "" {
		line("E.8.1 Controlled", yes[r.Design != "single-arm"])
		line("E.8.1.1 Randomised", yes[r.Design != "single-arm"])
	}
	if r.Blinding != "" {
		line("E.8.1.2 Open", yes[r.Blinding == "open-label"])
		line("E.8.1.4 Double blind", yes[r.Blinding == "double-blind"])
	}
	if r.Design != "" {
		line("E.8.1.5 Parallel group", yes[r.Design == "parallel-rct"])
		line("E.8.1.6 Cross over", yes[r.Design == "crossover-rct"])
	}
}
