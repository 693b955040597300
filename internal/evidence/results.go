package evidence

// Results are a record's posted results, as posted. Numbers stay the raw
// strings of the register; parsing happens at extraction, so that no rounding
// or guess can hide here.
type Results struct {
	Flow     []FlowPeriod    `json:"flow,omitempty"`
	FlowGrps []Group         `json:"flow_groups,omitempty"`
	Baseline []PostedOutcome `json:"baseline,omitempty"` // Type "BASELINE"
	BaseGrps []Group         `json:"baseline_groups,omitempty"`
	BaseDen  []Denom         `json:"baseline_denoms,omitempty"`
	Outcomes []PostedOutcome `json:"outcomes,omitempty"`
	Adverse  *AdverseEvents  `json:"adverse_events,omitempty"`
}

// Group is a reporting group; its ID is unique only within its module and
// outcome, never across them.
type Group struct {
	ID          string `json:"id"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// Denom is a row of denominators: how many of Units stand behind each group.
type Denom struct {
	Units  string       `json:"units,omitempty"`
	Counts []DenomCount `json:"counts,omitempty"`
}

// DenomCount is one group's denominator, raw.
type DenomCount struct {
	GroupID string `json:"group_id"`
	Value   string `json:"value"`
	// Pointer is its place in the payload where that does not follow from the
	// outcome's, as in XML.
	Pointer string `json:"pointer,omitempty"`
}

// PostedOutcome is one outcome (or baseline) measure with its table.
type PostedOutcome struct {
	Index           int     `json:"index"` // 0-based, in the payload
	Type            string  `json:"type,omitempty"`
	Title           string  `json:"title,omitempty"`
	Description     string  `json:"description,omitempty"`
	Population      string  `json:"population,omitempty"`
	ReportingStatus string  `json:"reporting_status,omitempty"`
	TimeFrame       string  `json:"time_frame,omitempty"`
	ParamType       string  `json:"param_type,omitempty"`
	DispersionType  string  `json:"dispersion_type,omitempty"`
	Unit            string  `json:"unit,omitempty"`
	DenomUnits      string  `json:"denom_units,omitempty"`    // denomUnitsSelected
	UnitsAnalyzed   string  `json:"units_analyzed,omitempty"` // typeUnitsAnalyzed
	Calculate       string  `json:"calculate_pct,omitempty"`
	Groups          []Group `json:"groups,omitempty"`
	Denoms          []Denom `json:"denoms,omitempty"`
	// WholeSizes is set where the format that was read has no sizes of the
	// classes, so that an outcome's size may be more than a class's.
	WholeSizes bool       `json:"whole_sizes,omitempty"`
	Classes    []Class    `json:"classes,omitempty"`
	Analyses   []Analysis `json:"analyses,omitempty"`
	Pointer    string     `json:"pointer"` // of the outcome object
}

// Class is a row block: a time point, a subscale, a subgroup, or nothing.
type Class struct {
	Title      string     `json:"title,omitempty"`
	Denoms     []Denom    `json:"denoms,omitempty"` // override the outcome's
	Categories []Category `json:"categories,omitempty"`
}

// Category is a row within a class.
type Category struct {
	Title        string        `json:"title,omitempty"`
	Measurements []Measurement `json:"measurements,omitempty"`
}

// Measurement is one cell, raw as posted.
type Measurement struct {
	GroupID string `json:"group_id"`
	Value   string `json:"value,omitempty"`
	Spread  string `json:"spread,omitempty"`
	Lower   string `json:"lower,omitempty"`
	Upper   string `json:"upper,omitempty"`
	Comment string `json:"comment,omitempty"`
	Pointer string `json:"pointer"` // of the measurement object
}

// Analysis is a sponsor's statistical analysis of an outcome, raw as posted.
type Analysis struct {
	GroupIDs          []string `json:"group_ids,omitempty"`
	GroupDescription  string   `json:"group_description,omitempty"`
	NonInferiority    string   `json:"non_inferiority,omitempty"`
	NonInfComment     string   `json:"non_inferiority_comment,omitempty"`
	TestedNonInf      string   `json:"tested_non_inferiority,omitempty"`
	Method            string   `json:"method,omitempty"`
	MethodComment     string   `json:"method_comment,omitempty"`
	PValue            string   `json:"p_value,omitempty"`
	PValueComment     string   `json:"p_value_comment,omitempty"`
	ParamType         string   `json:"param_type,omitempty"`
	ParamValue        string   `json:"param_value,omitempty"`
	CIPct             string   `json:"ci_pct,omitempty"`
	CISides           string   `json:"ci_sides,omitempty"`
	CILower           string   `json:"ci_lower,omitempty"`
	CIUpper           string   `json:"ci_upper,omitempty"`
	CILowerComment    string   `json:"ci_lower_comment,omitempty"`
	CIUpperComment    string   `json:"ci_upper_comment,omitempty"`
	DispersionType    string   `json:"dispersion_type,omitempty"`
	DispersionValue   string   `json:"dispersion_value,omitempty"`
	EstimateComment   string   `json:"estimate_comment,omitempty"`
	OtherAnalysisDesc string   `json:"other_analysis_description,omitempty"`
	Pointer           string   `json:"pointer"`
}

// FlowPeriod is a period of the participant flow.
type FlowPeriod struct {
	Title      string          `json:"title,omitempty"`
	Milestones []FlowMilestone `json:"milestones,omitempty"`
	Withdrawn  []FlowMilestone `json:"drop_withdraws,omitempty"`
}

// FlowMilestone is one row of a period (STARTED, COMPLETED, a reason, …).
type FlowMilestone struct {
	Type    string      `json:"type,omitempty"`
	Comment string      `json:"comment,omitempty"`
	Counts  []FlowCount `json:"counts,omitempty"`
}

// FlowCount is one group's number in a milestone, raw.
type FlowCount struct {
	GroupID  string `json:"group_id"`
	Subjects string `json:"subjects,omitempty"`
	Units    string `json:"units,omitempty"`
	Comment  string `json:"comment,omitempty"`
	Pointer  string `json:"pointer,omitempty"`
}

// AdverseEvents is the adverse event module.
type AdverseEvents struct {
	// FrequencyThreshold in percent, raw: other events below it are not
	// listed, so a missing term is not zero.
	FrequencyThreshold string         `json:"frequency_threshold,omitempty"`
	TimeFrame          string         `json:"time_frame,omitempty"`
	Description        string         `json:"description,omitempty"`
	AllCauseComment    string         `json:"all_cause_comment,omitempty"`
	Groups             []EventGroup   `json:"groups,omitempty"`
	Events             []AdverseEvent `json:"events,omitempty"` // serious first, in payload order
}

// EventGroup carries a group's totals; nil means not stated, never zero.
type EventGroup struct {
	Group
	DeathsAffected  *int `json:"deaths_affected,omitempty"`
	DeathsAtRisk    *int `json:"deaths_at_risk,omitempty"`
	SeriousAffected *int `json:"serious_affected,omitempty"`
	SeriousAtRisk   *int `json:"serious_at_risk,omitempty"`
	OtherAffected   *int `json:"other_affected,omitempty"`
	OtherAtRisk     *int `json:"other_at_risk,omitempty"`
	// Pointers lead to the counts of people in the payload.
	Pointers EventPointers `json:"-"`
}

// EventPointers are where the counts of an adverse event group stand.
type EventPointers struct{ Serious, SeriousAtRisk, Other, OtherAtRisk string }

// AdverseEvent is one term's row.
type AdverseEvent struct {
	Serious    bool        `json:"serious"`
	Term       string      `json:"term"`
	System     string      `json:"organ_system,omitempty"`
	Vocabulary string      `json:"vocabulary,omitempty"`
	Assessment string      `json:"assessment,omitempty"`
	Notes      string      `json:"notes,omitempty"`
	Stats      []EventStat `json:"stats,omitempty"`
}

// TotalSystem is the heading under which the former XML of ClinicalTrials.gov
// gives the sums of a table of adverse events.
const TotalSystem = "Total"

// IsTotal reports whether the row is the sum of its table rather than a term.
func (e AdverseEvent) IsTotal() bool { return e.System == TotalSystem }

// EventStat is one group's count of a term; nil means not stated.
type EventStat struct {
	GroupID  string `json:"group_id"`
	Events   *int   `json:"events,omitempty"`
	Affected *int   `json:"affected,omitempty"`
	AtRisk   *int   `json:"at_risk,omitempty"`
	Pointer  string `json:"pointer,omitempty"`
}

// Counts are the sizes that `past status --json` reports and that an import
// must not lose: they are taken from a record in the same units as from JSON.
type Counts struct {
	PlannedOutcomes int `json:"planned_outcomes"`
	PostedOutcomes  int `json:"posted_outcomes"`
	OutcomeGroups   int `json:"outcome_groups"`
	Classes         int `json:"classes"`
	Measurements    int `json:"measurements"`
	Contrasts       int `json:"contrasts"`
	EventStats      int `json:"event_stats"`
	References      int `json:"references"`
}

// Count sizes up a record.
func (r *Record) Count() Counts {
	c := Counts{PlannedOutcomes: len(r.Planned), References: len(r.References)}
	if r.Results == nil {
		return c
	}
	for _, o := range r.Results.Outcomes {
		c.PostedOutcomes++
		c.OutcomeGroups += len(o.Groups)
		c.Contrasts += len(o.Analyses)
		c.Classes += len(o.Classes)
		for _, cl := range o.Classes {
			for _, ca := range cl.Categories {
				c.Measurements += len(ca.Measurements)
			}
		}
	}
	if a := r.Results.Adverse; a != nil {
		for _, e := range a.Events {
			c.EventStats += len(e.Stats)
		}
	}
	return c
}
