package starter

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ictrpField is a field of an export of the WHO's platform.
type ictrpField struct{ name, value string }

// ictrp gives the fields of one trial in the order of the exports.
func (r Registration) ictrp() []ictrpField {
	var secondary []string
	for _, id := range append([]string{r.NCT, r.ISRCTN, r.EudraCT}, r.OtherIDs...) {
		if id != "" {
			secondary = append(secondary, id)
		}
	}
	design := map[string]string{"parallel-rct": "Allocation: Randomized. Intervention model: Parallel",
		"crossover-rct": "Allocation: Randomized. Intervention model: Crossover",
		"single-arm":    "Allocation: Non-randomized. Intervention model: Single group"}[r.Design]
	switch {
	case design != "" && r.Blinding == "double-blind":
		design += ". Masking: Double blind"
	case design != "" && r.Blinding == "open-label":
		design += ". Masking: Open label"
	}
	address := map[string]string{"ISRCTN": "http://isrctn.com/" + r.ID, "ANZCTR": ""}[r.SourceRegister]
	if number, ok := strings.CutPrefix(r.ID, "EUCTR"); ok && len(number) >= 14 {
		address = "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:" + number[:14]
	}
	return []ictrpField{
		{"TrialID", r.ID}, {"Public_title", r.title()}, {"Acronym", r.Acronym}, {"Primary_sponsor", r.Sponsor},
		{"Date_registration3", strings.ReplaceAll(r.FirstPosted, "-", "")}, {"Date_registration", r.FirstPosted}, {"Date_enrollement", r.Start},
		{"Source_Register", r.SourceRegister}, {"web_address", address}, {"Recruitment_Status", r.Status}, {"Inclusion_gender", r.Sex},
		{"Target_size", count(r.Target)}, {"Study_type", "Interventional"}, {"Study_design", design}, {"Phase", r.Phase},
		{"Countries", strings.Join(r.Countries, ";")}, {"Condition", strings.Join(r.Conditions, ";")},
		{"Intervention", strings.Join(r.names(), "<br>")},
		{"Secondary_ID", strings.Join(secondary, ";")},
	}
}

// ICTRPExport gives an export of the WHO's platform, as its search page saves
// it, of the starter trials known from there: XML, or CSV. The platform is
// never crawled; the file is for past import.
func ICTRPExport(format string) ([]byte, error) {
	trials, err := registered("ictrp")
	if err != nil {
		return nil, err
	}
	switch format {
	case "xml":
		return ictrpXML(trials), nil
	case "csv":
		return ictrpCSV(trials)
	}
	return nil, fmt.Errorf("an export of the ICTRP is xml or csv, not %q", format)
}

func ictrpXML(trials []Registration) []byte {
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Trials_downloaded_from_ICTRP>\n")
	for _, t := range trials {
		b.WriteString("  <Trial>\n")
		for _, f := range t.ictrp() {
			fmt.Fprintf(&b, "    <%s>%s</%s>\n", f.name, escaped(f.value), f.name)
		}
		b.WriteString("  </Trial>\n")
	}
	b.WriteString("</Trials_downloaded_from_ICTRP>\n")
	return b.Bytes()
}

func ictrpCSV(trials []Registration) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for i, t := range trials {
		var names, values []string
		for _, f := range t.ictrp() {
			names, values = append(names, f.name), append(values, f.value)
		}
		if i == 0 {
			if err := w.Write(names); err != nil {
				return nil, err
			}
		}
		if err := w.Write(values); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// ICTRP serves the two exports for downloading.
func ICTRP() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, format := range []string{"xml", "csv"} {
		body, err := ICTRPExport(format)
		if err != nil {
			return nil, err
		}
		media := map[string]string{"xml": "text/xml; charset=utf-8", "csv": "text/csv; charset=utf-8"}[format]
		mux.HandleFunc("GET /export."+format, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			_, _ = w.Write(slices.Clone(body))
		})
	}
	return mux, nil
}
