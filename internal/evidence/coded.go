package evidence

// Coded is one code read in a record's free text, with the words that say so.
type Coded struct {
	RecordID string `json:"record_id"`
	Group    string `json:"group"`  // left-out | care
	Code     string `json:"code"`   // id in the code book
	Stance   string `json:"stance"` // excluded | required | allowed | mentioned; described
	Quote    string `json:"quote"`  // the criterion or sentence as the record has it
	Field    string `json:"field"`  // where in the record, in words
	Pointer  string `json:"pointer,omitempty"`
}
