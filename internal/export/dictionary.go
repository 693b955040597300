package export

import (
	"slices"
	"strings"
)

// Type of a column.
type Type string

// The types. JSON is text that holds a JSON value.
const (
	Text    Type = "string"
	Integer Type = "integer"
	Number  Type = "number"
	Boolean Type = "boolean" // written 1 and 0
	JSON    Type = "array"
)

// Column of a table with what it means.
type Column struct {
	Name  string
	Type  Type
	About string
}

// tableAbout says what a row of each table is.
var tableAbout = map[string]string{
	"trials":           "One row per trial record, as it was when it was collected; a trial in two registers has two.",
	"arms":             "One row per planned arm of a trial.",
	"planned_outcomes": "One row per outcome of a protocol.",
	"arm_results":      "One row per posted value cell, in payload order, with the verdict whether it may be used.",
	"contrasts":        "One row per between-group analysis that a sponsor posted.",
	"adverse_events":   "One row per adverse event term and group.",
	"publications":     "One row per paper's record.",
	"links":            "One row per link between records and papers, with its reason.",
	"effects":          "One row per effect size of one comparison in one study, with the numbers it was made from.",
	"findings":         "One row per question: the primary model's numbers. Ratio measures are natural logarithms.",
	"coded_texts": "One row per code read in a record's free text (who was left out, what was done beside the drug, " +
		"planned guesses), with its quotation.",
	"sexual_outcomes": "One row per sexual or relational outcome that any stored trial plans, posts, asks as a single item or " +
		"counts as an adverse event.",
	"studies": "One row per study: records and papers of one piece of research.",
}

// about describes columns; "table.column" wins over "column".
var about = map[string]Column{}

func describe(typ Type, rows ...string) {
	for _, r := range rows {
		name, text, _ := strings.Cut(r, ": ")
		about[name] = Column{Type: typ, About: text}
	}
}

func init() {
	describe(Text,
		"code_group: left-out, care or blinding", "code: code of the code book",
		"stance: excluded, required, allowed or mentioned; described; planned",
		"quote: the criterion, sentence or outcome as the record has it", "field: where in the record, in words",
		"sexual_outcomes.kind: planned outcome, posted result, single item or adverse event",
		"sexual_outcomes.outcome: outcome or term as the source has it",
		"sexual_outcomes.arm: arm of an adverse event",
		"record_id: identifier of the record in its register", "source: register or service that the record came from",
		"title: title as the source has it",
		"official_title: official title of the trial", "acronym: acronym of the trial", "url: public page of the record",
		"status: recruitment status in the tracker's words",
		"status_raw: recruitment status as the register writes it", "last_known_status: status before the register set it to unknown",
		"why_stopped: reason given for stopping",
		"study_type: interventional, observational or other, as registered", "allocation: allocation as registered",
		"intervention_model: intervention model as registered",
		"primary_purpose: purpose as registered", "masking: masking as registered", "enrollment_type: ACTUAL or ESTIMATED",
		"sex: sex of eligible participants",
		"minimum_age: lower age limit as registered", "maximum_age: upper age limit as registered",
		"start: start date as far as given (YYYY, YYYY-MM or YYYY-MM-DD)",
		"start_type: ACTUAL or ESTIMATED", "primary_completion: primary completion date", "primary_completion_type: ACTUAL or ESTIMATED",
		"completion: completion date",
		"completion_type: ACTUAL or ESTIMATED", "status_verified: date on which the status was verified",
		"first_submitted: date of first submission",
		"first_posted: date of first posting", "results_first_posted: date on which results were first posted",
		"last_update_submit: date of the last update submitted",
		"last_update_posted: date of the last update posted", "sponsor: lead sponsor", "sponsor_class: class of the lead sponsor",
		"gone_since: since when the register no longer has the record",
		"version_seen: when the current version was received (UTC)", "content_hash: SHA-256 over what matters in the payload",
		"payload_sha256: SHA-256 of the stored payload that the row was read from",
		"pointer: place in the payload (RFC 6901)", "label: label as given", "type: type as the source labels it",
		"description: description as given", "measure: planned measure",
		"time_frame: time frame as given", "outcome_title: title of the posted outcome", "class_title: title of the row block",
		"category_title: title of the row", "group_id: identifier of the group within its outcome",
		"group_title: title of the group", "param_type: kind of number as posted (MEAN, COUNT_OF_PARTICIPANTS, ...)",
		"value_raw: value as posted", "dispersion_type: kind of spread as posted",
		"spread_raw: spread as posted", "lower_raw: lower limit as posted", "upper_raw: upper limit as posted", "unit: unit as posted",
		"timepoint_raw: time point as posted",
		"timepoint_origin: what the weeks are counted from (baseline, first dose, last dose, session N, randomisation, end of "+
			"treatment); empty: not stated",
		"instrument: instrument, vocabulary id", "domain: outcome domain, vocabulary id",
		"score_type: endpoint, change, response, remission, events, count or other kind of score",
		"verdict: usable, needs review or unusable", "reason: code and sentence that explain the verdict",
		"study_id: identifier of the study in the tracker", "study_label: label of the study in plots",
		"kind: kind", "param_raw: estimate as posted", "p_raw: p value as posted", "p_op: relation of the p value: =, <, >, <= or >=",
		"method: method as stated", "sign: which group is subtracted from which",
		"term: adverse event term", "organ_system: organ system of the term", "vocabulary: vocabulary of the term",
		"assessment: systematic or not", "notes: notes as posted",
		"pmid: PubMed identifier", "pmcid: PubMed Central identifier", "doi: digital object identifier", "journal: journal", "volume: volume",
		"issue: issue", "pages: pages",
		"published: date of publication as far as known", "language: language", "a: one side of the link", "b: other side of the link",
		"strength: certain, probable or possible",
		"undone: human decision that undid the link", "effect_id: identifier of the effect", "finding_id: identifier of the finding",
		"question: identifier of the question", "substance: substance, vocabulary id",
		"condition: condition, vocabulary id", "comparator: comparator as stated", "comparator_class: comparator class, vocabulary id",
		"arm_treat: treatment arm as stated", "arm_ctrl: control arm as stated",
		"use: effect, or code and sentence of why no effect is made of the value",
		"drug: own name of a form of the substance (an enantiomer, a salt) where it is one",
		"background: treatment that both arms got besides", "higher_better: whether high scores are better: yes, no or empty (not stated)",
		"post_crossover: measured after a crossover: yes, no or empty (not stated)", "dose_treat: dose in the treatment arm",
		"dose_ctrl: dose in the control arm", "effects.measure: measure: SMD, RR, OR, RD or MD",
		"findings.measure: measure: SMD, RR, OR, RD or MD",
		"formula: formula mode: metafor, metapsy or revman", "risk_of_bias: overall risk of bias as judged by people",
		"channel: register, paper or dataset",
		"effects.source: where a person can look the numbers up",
		"findings.method: tau2 estimator; single study or none where nothing was pooled",
		"test: test and interval: knha, z, t or adhoc", "headline_kind: what is shown: pooled, single study, small-sample answer or not pooled",
		"certainty: GRADE level; empty where there is nothing to grade",
		"links.kind: same-trial, reports, country-record, retracts, corrects, preprint-of, ...",
		"contrasts.kind: mean-difference, risk-ratio, odds-ratio, hazard-ratio, ...", "contrasts.method: statistical method as posted",
		"links.reason: why the two belong together", "design: study design, vocabulary id", "blinding: blinding", "id: identifier",
		"planned_outcomes.type: primary, secondary or other",
		"population: population as stated", "population_class: diagnosis or other-illness", "sessions_raw: sessions as stated",
		"outcome_type: PRIMARY, SECONDARY, ...", "subscale: subscale of the instrument", "n_raw: denominator as posted")
	describe(Integer,
		"enrollment: registered or actual enrolment", "arm_index: 0-based place in the payload", "outcome_index: 0-based place in the payload",
		"class_index: 0-based place in the outcome",
		"category_index: 0-based place in the class", "n: number of participants; in arm_results the denominator of this very cell",
		"analysis_index: 0-based place in the outcome", "ci_sides: 1 or 2 sided interval; empty: not stated",
		"event_index: 0-based place in the payload", "events: number of events",
		"affected: participants affected; empty is not stated, never zero", "at_risk: participants at risk",
		"year: year of the main report or of the start", "k: number of studies", "randomised: number randomised")
	describe(Number,
		"value: value as a number", "spread: spread as a number", "timepoint_weeks: time point in weeks",
		"estimate: estimate; natural logarithm for ratios in effects and findings", "ci_level: level of the interval in percent",
		"lower: lower limit", "upper: upper limit", "se: standard error", "p: p value",
		"variance: sampling variance; empty where no effect could be computed", "ci_lb: lower limit of the 95 % interval",
		"ci_ub: upper limit of the 95 % interval",
		"ratio: the effect as a ratio, where the analysis scale is its logarithm", "ratio_lb: lower limit of the ratio",
		"ratio_ub: upper limit of the ratio",
		"n1: participants, treatment", "mean1: mean, treatment", "sd1: standard deviation, treatment", "n2: participants, control",
		"mean2: mean, control", "sd2: standard deviation, control",
		"events1: participants with the event, treatment", "events2: participants with the event, control",
		"ci_unguarded_lb: lower limit without the Knapp-Hartung guard, empty where it does not act",
		"ci_unguarded_ub: upper limit without the Knapp-Hartung guard, empty where it does not act",
		"headline_estimate: estimate shown, on the scale of the analysis; empty when not pooled",
		"headline_lb: lower limit of the interval shown", "headline_ub: upper limit of the interval shown",
		"pi_lb: lower limit of the prediction interval", "pi_ub: upper limit of the prediction interval", "tau2: between-study variance",
		"i2_q: I² in percent, from Q", "i2_tau2: I² in percent, from tau² and the typical variance",
		"q: Cochran's Q", "q_p: p value of Q")
	describe(Boolean, "sexual_outcomes.reported: whether the posted results hold the planned outcome; empty where no results are posted",
		"status_derived: the status was worked out from dates", "has_results: the register has posted results",
		"results_in_qc: results were submitted and are not posted yet", "serious: serious adverse event",
		"preprint: the record marks the paper as a preprint; empty: no mark",
		"retracted: the record marks the paper as retracted; empty: no mark",
		"adjusted: adjusted estimate (least squares means and their like); empty: not stated", "signed: a person signed the certainty")
	describe(JSON,
		"phases: phases as registered", "who_masked: who is masked", "conditions: conditions as registered", "keywords: keywords as registered",
		"mesh_terms: MeSH terms", "collaborators: collaborators with class",
		"countries: countries of the sites", "aliases: other identifiers of this very record", "secondary_ids: other identifiers of the trial",
		"intervention_names: interventions of the arm",
		"group_ids: groups compared", "authors: authors", "types: publication types", "inputs: each number with the place of its bytes",
		"warnings: warnings of the model", "substances: vocabulary ids",
		"topics: vocabulary ids", "flags: doubts and remarks, each a code and a sentence")
}

// Dictionary describes the columns of a table. A column that the dictionary
// does not know is text, and says so.
func Dictionary(table string, columns []string) []Column {
	out := make([]Column, len(columns))
	for i, name := range columns {
		c, ok := about[table+"."+name]
		if !ok {
			c, ok = about[name]
		}
		if !ok {
			c = Column{Type: Text, About: "(not described)"}
		}
		c.Name = name
		out[i] = c
	}
	return out
}

// About says what a row of the table is.
func About(table string) string { return tableAbout[table] }

// primaryKeys of the tables that have one in their columns.
var primaryKeys = map[string][]string{
	"trials": {"source", "record_id"}, "arms": {"source", "record_id", "arm_index"}, "publications": {"source", "record_id"},
	"effects": {"effect_id"}, "findings": {"finding_id"},
}

func keyOf(table string, columns []string) []string {
	k := primaryKeys[table]
	for _, c := range k {
		if !slices.Contains(columns, c) {
			return nil
		}
	}
	return k
}
