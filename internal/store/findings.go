package store

import (
	"context"
	"encoding/json"
	"time"

	"past/internal/evidence"
)

// ReplaceFindings replaces the current findings, claim verdicts and gap map in
// one transaction.
func (s *Store) ReplaceFindings(ctx context.Context, fs []evidence.Finding, cs []evidence.ClaimVerdict, gs []evidence.GapCell) error {
	return errNotBuilt
}

// Findings gives the current findings in the order of their ids.
func (s *Store) Findings(ctx context.Context) ([]evidence.Finding, error) { return nil, errNotBuilt }

// Finding gives one current finding.
func (s *Store) Finding(ctx context.Context, id string) (evidence.Finding, error) {
	return evidence.Finding{}, errNotBuilt
}

// Claims gives the current claim verdicts in the order of their ids.
func (s *Store) Claims(ctx context.Context) ([]evidence.ClaimVerdict, error) { return nil, errNotBuilt }

// Gaps gives the current gap map in the order of topic and substance.
func (s *Store) Gaps(ctx context.Context) ([]evidence.GapCell, error) { return nil, errNotBuilt }

// Edition is a published edition. Document is the whole of edition.json: the
// store keeps it as it is.
type Edition struct {
	ID              string          `json:"id"`
	Date            string          `json:"date"` // the data's cut-off
	DataHash        string          `json:"data_hash"`
	SoftwareVersion string          `json:"software_version"`
	PublishedAt     time.Time       `json:"published_at"`
	Run             string          `json:"run,omitempty"`
	Document        json.RawMessage `json:"document"`
}

// AddEdition keeps an edition with the changes it brings, in one transaction.
// An edition that is already there is left as it is and false returned: the
// same data makes the same edition.
func (s *Store) AddEdition(ctx context.Context, e Edition, changes []Change) (added bool, err error) {
	return false, errNotBuilt
}

// Editions lists the editions, oldest first, without their documents.
func (s *Store) Editions(ctx context.Context) ([]Edition, error) { return nil, errNotBuilt }

// Edition gives one edition; id "" is the latest.
func (s *Store) Edition(ctx context.Context, id string) (Edition, error) {
	return Edition{}, errNotBuilt
}

// Change is one thing that an edition changed against the one before it.
type Change struct {
	ID      string          `json:"id"`      // stable: nothing is told twice
	Edition string          `json:"edition"` // that brought it
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`    // trial-registered, estimate-moved, …
	Subject string          `json:"subject"` // id of the record, finding or claim
	Title   string          `json:"title"`
	Before  string          `json:"before,omitempty"`
	After   string          `json:"after,omitempty"`
	Cause   string          `json:"cause,omitempty"`
	Detail  json.RawMessage `json:"detail,omitempty"`
}

// Changes lists the changes of all editions after the given one ("": all), in
// the order of editions.
func (s *Store) Changes(ctx context.Context, sinceEdition string) ([]Change, error) {
	return nil, errNotBuilt
}

// GateVerdict is the outcome of the gate before an edition.
type GateVerdict struct {
	Run        string          `json:"run"`
	At         time.Time       `json:"at"`
	Passed     bool            `json:"passed"`
	Reasons    json.RawMessage `json:"reasons,omitempty"`
	AcceptedBy string          `json:"accepted_by,omitempty"`
	AcceptedAt *time.Time      `json:"accepted_at,omitempty"`
	Why        string          `json:"why,omitempty"`
}

// AddGate keeps a gate's outcome.
func (s *Store) AddGate(ctx context.Context, g GateVerdict) error { return errNotBuilt }

// AcceptGate records that a person lets a refused run pass.
func (s *Store) AcceptGate(ctx context.Context, run, by, why string, at time.Time) error {
	return errNotBuilt
}

// Gates lists gate outcomes, newest first; limit 0 lists all.
func (s *Store) Gates(ctx context.Context, limit int) ([]GateVerdict, error) { return nil, errNotBuilt }

// ClaimNotice reserves a notification: it returns true once for a key and
// channel, false ever after, so that nothing is sent twice.
func (s *Store) ClaimNotice(ctx context.Context, channel, key string, at time.Time) (bool, error) {
	return false, errNotBuilt
}

// ReleaseNotice gives a reservation back after sending has failed.
func (s *Store) ReleaseNotice(ctx context.Context, channel, key string) error { return errNotBuilt }

// Decision is one row of a human decision file.
type Decision struct {
	File   string          `json:"file"` // name within the review folder
	Line   int             `json:"line"` // 1-based, header counted
	Kind   string          `json:"kind"` // inclusion, correction, extraction, risk-of-bias, certainty, link, note, …
	Target string          `json:"target"`
	Who    string          `json:"who"`
	When   string          `json:"when"`
	What   string          `json:"what"`
	Why    string          `json:"why"`
	Stale  string          `json:"stale,omitempty"` // why it no longer fits the data
	Row    json.RawMessage `json:"row"`             // the whole row
}

// ReplaceDecisions replaces all rows of all decision files in one transaction.
func (s *Store) ReplaceDecisions(ctx context.Context, ds []Decision) error { return errNotBuilt }

// Decisions lists decisions in the order of file and line; kind "" lists all.
func (s *Store) Decisions(ctx context.Context, kind string) ([]Decision, error) {
	return nil, errNotBuilt
}
