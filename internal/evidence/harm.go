package evidence

import (
	"math"
	"strconv"
	"strings"
)

// Units of a harm's denominator: some reports count every dosing session of a
// person, so that the same person is in it more than once.
const (
	UnitPeople   = "people"
	UnitSessions = "sessions"
)

// HarmRounded is the flag of a row whose count follows from a proportion that its
// source states.
const HarmRounded = "the count was worked back from a proportion"

// HarmRow is one adverse event term in one arm, as posted or extracted. What the
// source does not state is nil: a term missing from a table with a reporting
// threshold is not zero, and a row that does not say how grave the event was is
// neither serious nor harmless.
type HarmRow struct {
	ID        string `json:"id"`
	StudyID   string `json:"study_id"`
	RecordID  string `json:"record_id,omitempty"`
	Label     string `json:"label"`
	Substance string `json:"substance"`
	Arm       string `json:"arm"`
	Dose      string `json:"dose_mg,omitempty"` // a number of milligrams
	// OtherDose is what the trial's arms or results state instead, where the dose of the
	// table is none of theirs.
	OtherDose string `json:"other_dose,omitempty"`
	// Control is set for the comparison arm; nil where the source does not tell.
	Control *bool  `json:"control"`
	Term    string `json:"term"` // as reported
	// TermID is the folded name under which rows are compared.
	TermID   string `json:"term_id"`
	System   string `json:"organ_system,omitempty"`
	Sexual   bool   `json:"sexual,omitempty"` // a sexual or genital side effect by the vocabulary
	Serious  *bool  `json:"serious"`
	Affected *int   `json:"affected"` // in Unit
	Events   *int   `json:"events"`
	AtRisk   *int   `json:"at_risk"`
	// Unit is people or sessions; empty where the source leaves it open.
	Unit string `json:"unit"`
	// Shared says whether people of one arm are in another arm of the same table, as
	// far as the sizes of what the trial compared tell.
	Shared    Tri        `json:"shared_people,omitempty"`
	Window    string     `json:"window,omitempty"`    // session, follow-up, …
	Threshold string     `json:"threshold,omitempty"` // reporting threshold in percent, raw
	Channel   string     `json:"channel"`             // register | paper | dataset
	DOI       string     `json:"doi,omitempty"`
	Source    string     `json:"source,omitempty"`
	Flags     []string   `json:"flags,omitempty"`
	Prov      Provenance `json:"provenance"`
}

// InBoth reports whether the same people may be in two arms of a trial's table:
// by the sizes of what the trial compared where they are known, else by its design.
func InBoth(shared Tri, design string, treat, control int) bool {
	if shared != NotStated {
		return shared == Yes
	}
	return design == "crossover-rct" || design == "" && treat == control
}

// Given is the arm for people, with its dose: "MDMA 125 mg", "LSD 200 µg".
func (r *HarmRow) Given() string { return given(r.Arm, r.Dose) }

// DoseWords is the dose with its unit, and what other sources of the trial give
// instead; "" where it is not known.
func (a *HarmArm) DoseWords() string {
	if a.OtherDose != "" {
		return given("", a.Dose) + " or " + a.OtherDose + " (sources differ)"
	}
	return given("", a.Dose)
}

func given(arm, dose string) string {
	mg, err := strconv.ParseFloat(dose, 64)
	switch {
	case err != nil:
		return strings.TrimSpace(arm + " " + dose)
	case mg > 0 && mg < 1:
		return strings.TrimSpace(arm + " " + strconv.FormatFloat(math.Round(mg*1e7)/1e4, 'f', -1, 64) + " µg")
	}
	return strings.TrimSpace(arm + " " + dose + " mg")
}

// HarmCount is a number of people over the studies that state it.
type HarmCount struct {
	Affected *int `json:"affected"` // nil: no study states it
	AtRisk   *int `json:"at_risk"`
	Stated   int  `json:"stated"`     // studies that state it
	Unstated int  `json:"not_stated"` // studies with harm rows that do not
}

// Harms are the harms of one substance over its studies.
type Harms struct {
	Substance string `json:"substance"`
	State     State  `json:"state"`
	Rows      int    `json:"rows"`
	Studies   int    `json:"studies"`
	// Exposed are people in treatment arms, each counted once per study at its
	// largest stated arm size.
	Exposed HarmCount `json:"exposed"`
	Serious HarmCount `json:"serious"`
	Deaths  HarmCount `json:"deaths"`
	Stopped HarmCount `json:"stopped"`
	// Terms are compared within trials, sexual ones apart; most people first.
	Terms  []HarmTerm `json:"terms"`
	Sexual []HarmTerm `json:"sexual"`
	// SexualNote says why Sexual is empty, where it is.
	SexualNote string `json:"sexual_note,omitempty"`
	// Notices bear on these counts; NoticeNote says how.
	Notices    []Notice `json:"notices,omitempty"`
	NoticeNote string   `json:"notice_note,omitempty"`
	Coverage   Coverage `json:"coverage"`
}

// HarmTerm is one term over the trials that report it. Comparisons are never
// added up across trials.
type HarmTerm struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Comparisons []HarmComparison `json:"comparisons,omitempty"`
	// Alone are arms without a comparison row in the same table.
	Alone []HarmArm `json:"alone,omitempty"`
}

// HarmArm is one arm's count of a term.
type HarmArm struct {
	StudyID string `json:"study_id"`
	Label   string `json:"label"`
	Arm     string `json:"arm"`
	Dose    string `json:"dose,omitempty"`
	// OtherDose is that of [HarmRow], Flags are those of its rows.
	OtherDose string   `json:"other_dose,omitempty"`
	Flags     []string `json:"flags,omitempty"`
	Window    string   `json:"window,omitempty"`
	Unit      string   `json:"unit"`
	Serious   *bool    `json:"serious"`
	Affected  *int     `json:"affected"`
	AtRisk    *int     `json:"at_risk"`
	Rows      []string `json:"rows"` // ids of the harm rows
}

// HarmComparison is a term in a treatment arm against the comparison arm of the
// same trial and the same table, with that table's own denominators.
type HarmComparison struct {
	Treat   HarmArm `json:"treat"`
	Control HarmArm `json:"control"`
	// Difference is the risk difference with its 95 % interval (Newcombe's
	// hybrid score); nil where the same people are in both arms or the
	// denominators are not people.
	Difference *float64 `json:"risk_difference"`
	Lower      *float64 `json:"rd_lb"`
	Upper      *float64 `json:"rd_ub"`
	Note       string   `json:"note,omitempty"`
}
