package evidence

// Absolute is a finding in numbers that a reader can picture: people of a
// hundred for counted outcomes, points of a named scale for severity. It follows
// from the headline; a finding without one has none.
type Absolute struct {
	People *PeopleOf100 `json:"people,omitempty"`
	Points *ScalePoints `json:"points,omitempty"`
}

// PeopleOf100 says how many of 100 people have the event with and without the
// treatment.
type PeopleOf100 struct {
	Without       float64 `json:"without"`        // of 100 with the comparator
	WithoutSource string  `json:"without_source"` // where the comparator risk comes from
	With          float64 `json:"with"`
	WithLower     float64 `json:"with_lb"` // from the headline interval
	WithUpper     float64 `json:"with_ub"`
	// NNT is the number of people treated for one more, or one fewer, event; nil
	// when the interval includes no effect. NNTLower is the end nearer to 1.
	NNT      *float64 `json:"nnt"`
	NNTLower *float64 `json:"nnt_lb"`
	NNTUpper *float64 `json:"nnt_ub"`
	// NNTFor is what the one more or fewer event is: "one more person with …".
	NNTFor string `json:"nnt_for,omitempty"`
}

// ScalePoints is a difference on the scale that most of the studies used, as its
// scores run.
type ScalePoints struct {
	Instrument string  `json:"instrument"` // vocabulary id
	Scale      string  `json:"scale"`      // its short name
	Range      string  `json:"range,omitempty"`
	Better     string  `json:"better,omitempty"` // lower | higher
	Points     float64 `json:"points"`           // treatment minus comparator
	Lower      float64 `json:"lb"`
	Upper      float64 `json:"ub"`
	Way        string  `json:"way"` // pooled mean difference, or g times a standard deviation: which, and of what
	// Threshold is the smallest difference in points that matters, nil where no
	// source gives one.
	Threshold       *float64 `json:"threshold"`
	ThresholdSource string   `json:"threshold_source,omitempty"`
}
