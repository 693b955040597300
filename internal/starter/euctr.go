package starter

import (
	"bytes"
	"fmt"
	"net/http"
	"past/internal/ident"
	"slices"
	"strconv"
	"strings"
)

// euctrShelf has the protocols of the EU Clinical Trials Register, one for each
// country of a trial.
func euctrShelf() (Shelf, error) {
	trials, err := registered("euctr")
	var entries []Entry
	for _, t := range trials {
		for _, country := range t.Countries {
			entries = append(entries, Entry{ID: t.ID + "-" + country, Body: []byte(t.protocol(country)), is: t.euctrTerm})
		}
	}
	return fixed(entries), err
}

// euctrPage is how many trials the register shows at once.
const euctrPage = 20

// euctrAt serves protocols as the register does: a search page that counts trials,
// and text downloads of a page of results or of one protocol. Entries whose id is a
// trial's number alone are the archives of its results.
func euctrAt(shelf Shelf) http.Handler {
	isArchive := func(e Entry) bool { return e.ID == ident.Stem(e.ID) }
	// found gives the protocols of each trial that a search finds, and those of the
	// trials on its page.
	found := func(r *http.Request) (trials, page [][]Entry, err error) {
		hits := shelf()
		if r.FormValue("query") != "" { // without one the page shows the whole register
			if hits, err = shelf.find(r.FormValue("query"), Entry.finds); err != nil {
				return nil, nil, err
			}
		}
		hits = slices.DeleteFunc(hits, func(e Entry) bool {
			results, ok := shelf.Get(ident.Stem(e.ID))
			return e.Hidden || isArchive(e) || r.FormValue("resultsstatus") == "trials-with-results" && (!ok || results.Hidden)
		})
		for i, e := range hits {
			if i == 0 || ident.Stem(e.ID) != ident.Stem(hits[i-1].ID) {
				trials = append(trials, nil)
			}
			trials[len(trials)-1] = append(trials[len(trials)-1], e)
		}
		n := min(max(number(r.FormValue("page"), 1), 1), mostPages)
		from, to := window(len(trials), (n-1)*euctrPage, euctrPage)
		return trials, trials[from:to], nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ctr-search/search", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		trials, page, _ := found(r) // the page tells of no fault, it finds nothing
		fmt.Fprint(w, "<!DOCTYPE html>\n<html><head><title>Clinical Trials register - Search [retold facts]</title></head><body>\n")
		fmt.Fprintf(w, "<ul><li><a href=\"#tabs-1\">Trials with a EudraCT protocol (%d)</a></li></ul>\n<div id=\"tabs-1\">\n<p>%d "+
			"result(s) found for: %s.</p>\n", len(trials), len(trials), escaped(r.FormValue("query")))
		for _, t := range page {
			fmt.Fprintf(w, "<table class=\"result\"><tr><td>EudraCT Number: %s</td></tr></table>\n", ident.Stem(t[0].ID))
		}
		fmt.Fprint(w, "</div>\n</body></html>\n")
	})
	download := func(part func(Entry) []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, page, err := found(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			writeProtocols(w, slices.Concat(page...), part)
		}
	}
	whole := func(e Entry) []byte { return e.Body }
	mux.HandleFunc("GET /ctr-search/rest/download/full", download(whole))
	mux.HandleFunc("GET /ctr-search/rest/download/summary", download(func(e Entry) []byte {
		head, _, _ := bytes.Cut(e.Body, []byte("A. Protocol Information"))
		return head
	}))
	mux.HandleFunc("GET /ctr-search/rest/download/trial/{number}/{country}", func(w http.ResponseWriter, r *http.Request) {
		e, ok := shelf.Get(r.PathValue("number") + "-" + r.PathValue("country"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		writeProtocols(w, []Entry{e}, whole)
	})
	mux.HandleFunc("GET /ctr-search/rest/download/result/zip/xml/{number}", func(w http.ResponseWriter, r *http.Request) {
		e, ok := shelf.Get(r.PathValue("number"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/zip")
		_, _ = w.Write(e.Body)
	})
	return mux
}

func writeProtocols(w http.ResponseWriter, protocols []Entry, part func(Entry) []byte) {
	w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	fmt.Fprint(w, "This file contains full details on each clinical trial selected for download. [retold facts]\r\n\r\n")
	for _, e := range protocols {
		_, _ = w.Write(part(e))
	}
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
