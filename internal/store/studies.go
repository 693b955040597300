package store

import (
	"context"
	"iter"

	"past/internal/evidence"
)

// ReplaceStudies replaces all studies, their members and all links in one
// transaction. Links are those of the whole store, also the undone ones; a
// study's own Links field is not stored and is filled from them on reading.
func (s *Store) ReplaceStudies(ctx context.Context, studies []evidence.Study, links []evidence.Link) error {
	return errNotBuilt
}

// Studies gives all studies in the order of their ids, with their links.
func (s *Store) Studies(ctx context.Context) iter.Seq2[evidence.Study, error] {
	return func(yield func(evidence.Study, error) bool) { yield(evidence.Study{}, errNotBuilt) }
}

// Study gives one study by its id or by the id of one of its records or papers.
func (s *Store) Study(ctx context.Context, id string) (evidence.Study, error) {
	return evidence.Study{}, errNotBuilt
}

// Links lists links that name the id on either side; "" lists all, in the
// order of A, B and kind.
func (s *Store) Links(ctx context.Context, id string) ([]evidence.Link, error) {
	return nil, errNotBuilt
}

// ReplaceExtraction replaces the arm results and contrasts of the given
// records in one transaction (recordIDs nil: of all records), in the order given.
func (s *Store) ReplaceExtraction(ctx context.Context, recordIDs []string, results iter.Seq[evidence.ArmResult], contrasts iter.Seq[evidence.Contrast]) error {
	return errNotBuilt
}

// ResultFilter narrows a reading of arm results and contrasts.
type ResultFilter struct {
	RecordIDs []string
	StudyID   string
	Verdict   evidence.Verdict
	Domain    string // arm results only
}

// ArmResults gives arm results by record, each record's in the order written.
func (s *Store) ArmResults(ctx context.Context, f ResultFilter) iter.Seq2[evidence.ArmResult, error] {
	return func(yield func(evidence.ArmResult, error) bool) { yield(evidence.ArmResult{}, errNotBuilt) }
}

// Contrasts gives contrasts by record, each record's in the order written.
func (s *Store) Contrasts(ctx context.Context, f ResultFilter) iter.Seq2[evidence.Contrast, error] {
	return func(yield func(evidence.Contrast, error) bool) { yield(evidence.Contrast{}, errNotBuilt) }
}

// ReplaceEffects replaces all effects in one transaction.
func (s *Store) ReplaceEffects(ctx context.Context, effects []evidence.Effect) error {
	return errNotBuilt
}

// Effects gives all effects in the order of their ids.
func (s *Store) Effects(ctx context.Context) iter.Seq2[evidence.Effect, error] {
	return func(yield func(evidence.Effect, error) bool) { yield(evidence.Effect{}, errNotBuilt) }
}

// Effect gives one effect by its id.
func (s *Store) Effect(ctx context.Context, id string) (evidence.Effect, error) {
	return evidence.Effect{}, errNotBuilt
}
