package starter

import "encoding/json"

// postedTrial is a trial of whose record the set holds what its posted results
// show, and no more: the set says nothing of other trials of its substance.
type postedTrial struct {
	ID      string          `json:"id"`
	Sources []string        `json:"sources"`
	Study   json.RawMessage `json:"study"` // as the API gives a study
}

// PostedExport returns ketamine and esketamine trials with their posted results
// as a file of ClinicalTrials.gov's download. They come as a file and not
// from the fake registers, so that no search for their substance is claimed:
// [Substances] does not list it.
func PostedExport() ([]byte, error) {
	var trials []postedTrial
	if err := decode("data/posted.json", &trials); err != nil {
		return nil, err
	}
	var out struct {
		Studies []json.RawMessage `json:"studies"`
	}
	for _, t := range trials {
		out.Studies = append(out.Studies, t.Study)
	}
	return json.Marshal(out)
}
