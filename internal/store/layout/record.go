package layout

import (
	"past/internal/evidence"
	"past/internal/store/value"
	"strings"
)

// RecordColumns are the columns of the table record, in the order of
// RecordValues.
var RecordColumns = []string{
	"record_no", "source", "id", "kind", "version_no", "url", "title", "official_title", "acronym", "aliases", "secondary_ids",
	"status", "status_raw", "status_derived", "last_known_status", "why_stopped",
	"start", "start_type", "primary_completion", "primary_completion_type", "completion", "completion_type", "status_verified",
	"first_submitted", "first_posted", "results_first_posted", "last_update_submit", "last_update_posted",
	"study_type", "phases", "allocation", "intervention_model", "primary_purpose", "masking", "who_masked",
	"enrollment", "enrollment_type", "sex", "minimum_age", "maximum_age", "conditions", "keywords", "mesh_terms",
	"sponsor", "sponsor_class", "collaborators", "countries", "documents", "results_in_qc", "has_results", "unknown_keys",
	"planned_outcomes", "posted_outcomes", "outcome_groups", "measurements", "contrasts", "event_stats", "reference_count",
}

// InsertRecord and UpdateRecord write the values of a record.
var InsertRecord, UpdateRecord = recordStatements()

func recordStatements() (insert, update string) {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(RecordColumns)), ", ")
	insert = "INSERT INTO record (" + strings.Join(RecordColumns, ", ") + ") VALUES (" + marks + ")"
	var sets []string
	for _, c := range RecordColumns[1:] {
		sets = append(sets, c+" = excluded."+c)
	}
	return insert, insert + " ON CONFLICT (record_no) DO UPDATE SET " + strings.Join(sets, ", ")
}

// RecordValues are the values of a record in the order of RecordColumns.
func RecordValues(no, version int64, source string, r *evidence.Record) []any {
	n := r.Count()
	return []any{
		no, source, r.ID, string(r.Kind), version, value.Null(r.URL), value.Null(r.Title), value.Null(r.OfficialTitle), value.Null(r.Acronym),
		value.List(r.Aliases), jsonList(r.SecondaryIDs),
		value.Null(string(r.Status)), value.Null(r.StatusRaw), r.StatusDerived, value.Null(r.LastKnown), value.Null(r.WhyStopped),
		value.Null(r.Start.Raw), value.Null(r.Start.Type), value.Null(r.PrimaryCompletion.Raw), value.Null(r.PrimaryCompletion.Type),
		value.Null(r.Completion.Raw), value.Null(r.Completion.Type), value.Null(r.StatusVerified.Raw),
		value.Null(r.FirstSubmitted.Raw), value.Null(r.FirstPosted.Raw), value.Null(r.ResultsFirstPosted.Raw), value.Null(r.LastUpdateSubmit.Raw),
		value.Null(r.LastUpdatePosted.Raw),
		value.Null(r.StudyType), value.List(r.Phases), value.Null(r.Allocation), value.Null(r.InterventionModel), value.Null(r.PrimaryPurpose),
		value.Null(r.Masking),
		value.List(r.WhoMasked),
		value.Int(r.Enrollment), value.Null(r.EnrollmentType), value.Null(r.Sex), value.Null(r.MinimumAge), value.Null(r.MaximumAge),
		value.List(r.Conditions), value.List(r.Keywords), value.List(r.MeshTerms),
		value.Null(r.Sponsor.Name), value.Null(r.Sponsor.Class), value.List(organisationNames(r.Collaborators)), value.List(r.Countries),
		jsonList(r.Documents),
		r.ResultsInQC, r.Results != nil, unknownKeys(r.Unknown),
		n.PlannedOutcomes, n.PostedOutcomes, n.OutcomeGroups, n.Measurements, n.Contrasts, n.EventStats, n.References,
	}
}

func organisationNames(os []evidence.Organisation) []string {
	var names []string
	for _, o := range os {
		names = append(names, o.Name)
	}
	return names
}
