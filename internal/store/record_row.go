package store

import (
	"strings"

	"past/internal/evidence"
)

// recordColumns are the columns of the table record, in the order of
// recordValues.
var recordColumns = []string{
	"record_no", "source", "id", "kind", "version_no", "url", "title", "official_title", "acronym", "aliases", "secondary_ids",
	"status", "status_raw", "status_derived", "last_known_status", "why_stopped",
	"start", "start_type", "primary_completion", "primary_completion_type", "completion", "completion_type", "status_verified",
	"first_submitted", "first_posted", "results_first_posted", "last_update_submit", "last_update_posted",
	"study_type", "phases", "allocation", "intervention_model", "primary_purpose", "masking", "who_masked",
	"enrollment", "enrollment_type", "sex", "minimum_age", "maximum_age", "conditions", "keywords", "mesh_terms",
	"sponsor", "sponsor_class", "collaborators", "countries", "documents", "results_in_qc", "has_results", "unknown_keys",
	"planned_outcomes", "posted_outcomes", "outcome_groups", "measurements", "contrasts", "event_stats", "reference_count",
}

var insertRecord, updateRecord = recordStatements()

func recordStatements() (insert, update string) {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(recordColumns)), ", ")
	insert = "INSERT INTO record (" + strings.Join(recordColumns, ", ") + ") VALUES (" + marks + ")"
	var sets []string
	for _, c := range recordColumns[1:] {
		sets = append(sets, c+" = excluded."+c)
	}
	return insert, insert + " ON CONFLICT (record_no) DO UPDATE SET " + strings.Join(sets, ", ")
}

func recordValues(w *recordWrite) []any {
	r := w.rec
	n := r.Count()
	return []any{
		w.no, w.key.source, r.ID, string(r.Kind), w.version, null(r.URL), null(r.Title), null(r.OfficialTitle), null(r.Acronym),
		textList(r.Aliases), jsonList(r.SecondaryIDs),
		null(string(r.Status)), null(r.StatusRaw), r.StatusDerived, null(r.LastKnown), null(r.WhyStopped),
		null(r.Start.Raw), null(r.Start.Type), null(r.PrimaryCompletion.Raw), null(r.PrimaryCompletion.Type),
		null(r.Completion.Raw), null(r.Completion.Type), null(r.StatusVerified.Raw),
		null(r.FirstSubmitted.Raw), null(r.FirstPosted.Raw), null(r.ResultsFirstPosted.Raw), null(r.LastUpdateSubmit.Raw),
		null(r.LastUpdatePosted.Raw),
		null(r.StudyType), textList(r.Phases), null(r.Allocation), null(r.InterventionModel), null(r.PrimaryPurpose), null(r.Masking),
		textList(r.WhoMasked),
		nullInt(r.Enrollment), null(r.EnrollmentType), null(r.Sex), null(r.MinimumAge), null(r.MaximumAge),
		textList(r.Conditions), textList(r.Keywords), textList(r.MeshTerms),
		null(r.Sponsor.Name), null(r.Sponsor.Class), textList(organisationNames(r.Collaborators)), textList(r.Countries), jsonList(r.Documents),
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
