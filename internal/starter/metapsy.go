package starter

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// dataset is a release of the Metapsy project as the extraction table retells
// it: the rows whose id begins with prefix.
type dataset struct {
	name, tag, prefix string
}

// The tag of the dataset on MDMA is not known: it is served by its current
// address alone.
var datasets = []dataset{
	{"data-depression-psiloctr", "25.1.2", "depression-psiloctr:"},
	{"data-ptsd-mdmactr", "", "ptsd-mdmactr:"},
}

// metapsyShelf has the datasets of the Metapsy project in the Metapsy data standard
// (semicolons, decimal commas, NA). The rows are those of the extraction table, with
// the columns that it retells.
func metapsyShelf() (Shelf, error) {
	var entries []Entry
	for _, d := range datasets {
		body, err := d.table()
		if err != nil {
			return nil, err
		}
		entries = append(entries, Entry{ID: strings.TrimSuffix(d.name+"@"+d.tag, "@"), Body: body})
	}
	return fixed(entries), nil
}

// metapsyAt serves datasets at the paths of their files: the current one, and that of
// a version where it is known.
func metapsyAt(shelf Shelf) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metapsy-project/{name}/master/{file...}", func(w http.ResponseWriter, r *http.Request) {
		file := r.PathValue("file")
		for _, e := range shelf() {
			name, tag, _ := strings.Cut(e.ID, "@")
			if name != r.PathValue("name") || file != "data.csv" && file != "versions/"+tag+"/data.csv" {
				continue
			}
			sum := sha256.Sum256(e.Body)
			etag := `"` + hex.EncodeToString(sum[:16]) + `"`
			w.Header().Set("ETag", etag)
			if r.Header.Get("If-None-Match") == etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write(e.Body)
			return
		}
		http.NotFound(w, r)
	})
	return mux
}

// extractionRows are the rows of the extraction table by column.
var extractionRows = sync.OnceValues(func() ([]map[string]string, error) {
	b, err := Extractions()
	if err != nil {
		return nil, err
	}
	records, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("starter set: data/extractions.csv: %w", err)
	}
	var out []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, c := range r {
			row[records[0][i]] = c
		}
		out = append(out, row)
	}
	return out, nil
})

// columns of the standard that the extraction table retells, with where each
// comes from; a number is written with a decimal comma.
var columns = []struct {
	name, from string
	number     bool
}{
	{"study", "study", false}, {"condition_arm1", "*arm1", false}, {"condition_arm2", "*arm2", false}, {"multi_arm1", "arm_treat", false},
	{"multi_arm2", "arm_ctrl", false},
	{"outcome_type", "*outcome", false}, {"instrument", "instrument", false}, {"instrument_symptom", "domain", false},
	{"primary_instrument", "primary_instrument", false},
	{"study_time_point", "time_label", false}, {"time_weeks", "time_weeks", true}, {"primary_timepoint", "primary_time", false},
	{"post_crossover", "post_crossover", false},
	{"n_arm1", "-n1", true}, {"mean_arm1", "-mean1", true}, {"sd_arm1", "-sd1", true}, {"n_arm2", "-n2", true},
	{"mean_arm2", "-mean2", true}, {"sd_arm2", "-sd2", true},
	{"n_change_arm1", "+n1", true}, {"mean_change_arm1", "+mean1", true}, {"sd_change_arm1", "+sd1", true},
	{"n_change_arm2", "+n2", true}, {"mean_change_arm2", "+mean2", true}, {"sd_change_arm2", "+sd2", true},
	{"event_arm1", "events1", true}, {"totaln_arm1", "total1", true}, {"event_arm2", "events2", true}, {"totaln_arm2", "total2", true},
	{"d1", "d1", false}, {"d2", "d2", false}, {"d3", "d3", false}, {"d4", "d4", false}, {"d5", "d5", false}, {"rob", "rob", false},
	{"year", "year", false},
	{"drug_arm1", "substance", false}, {"drug_arm2", "comparator", false}, {"dose_arm1", "dose_treat", false},
	{"dose_arm2", "dose_ctrl", false}, {"n_dosing_sessions", "sessions", false},
	{"target_group", "population", false}, {"design", "*design", false}, {"blinding", "blinding", false}, {"doi", "doi", false},
	{"registration_number", "trial_id", false},
}

// The standard's codes of conditions: of the drugs, and of controls by the
// first word of the comparator.
var (
	drugCodes = map[string]string{"psilocybin": "psil", "mdma": "mdma", "cyb003": "psil-d"}
	controls  = map[string]string{"placebo": "pcb", "niacin": "ncn", "escitalopram": "esc", "waitlist": "wl", "mannitol": "pcb",
		"lactose": "pcb"}
)

// table writes the release.
func (d dataset) table() ([]byte, error) {
	rows, err := extractionRows()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = ';'
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = c.name
	}
	if err := w.Write(head); err != nil {
		return nil, err
	}
	for _, row := range rows {
		if !strings.HasPrefix(row["id"], d.prefix) {
			continue
		}
		cells := make([]string, len(columns))
		for i, c := range columns {
			cell := cellOf(row, c.from)
			if c.number {
				cell = strings.Replace(cell, ".", ",", 1)
			}
			if cell == "" {
				cell = "NA"
			}
			cells[i] = cell
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// cellOf gives the cell of a column; "-" marks what endpoints have and "+"
// what changes have.
func cellOf(row map[string]string, from string) string {
	change := row["score_type"] == "change"
	switch from {
	case "*arm1":
		code := drugCodes[row["substance"]]
		if row["comparator_class"] == "therapy-alone" { // the drug with that therapy
			code += "-" + row["comparator"]
		}
		return code
	case "*arm2":
		word, _, _ := strings.Cut(strings.ToLower(row["comparator"]), " ")
		if code, ok := drugCodes[word]; ok {
			return code
		}
		if code, ok := controls[word]; ok {
			return code
		}
		return word
	case "*outcome":
		switch {
		case row["score_type"] != "endpoint":
			return row["score_type"]
		case row["imputed"] == "1":
			return "imsd"
		}
		return "msd"
	case "*design":
		return strings.TrimSuffix(row["design"], "-rct")
	}
	switch from[0] {
	case '-':
		if change {
			return ""
		}
		return row[from[1:]]
	case '+':
		if !change {
			return ""
		}
		return row[from[1:]]
	}
	return row[from]
}
