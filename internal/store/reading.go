package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// each reads rows one by one. A reading that is broken off early closes them.
func each[T any](ctx context.Context, s *Store, what string, read func(scan func(...any) error) (T, error), q string,
	args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		rows, err := s.r.QueryContext(ctx, q, args...)
		if err != nil {
			yield(zero, fmt.Errorf("%s: %w", what, s.explain(err)))
			return
		}
		defer rows.Close()
		for rows.Next() {
			v, err := read(rows.Scan)
			if err != nil {
				yield(zero, fmt.Errorf("%s: %w", what, s.explain(err)))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, fmt.Errorf("%s: %w", what, s.explain(err)))
		}
	}
}

// collect gathers a reading; it is never nil, so that it prints as [].
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	out := []T{}
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return slices.Clip(out), nil
}

// moments reads pairs of text and destination.
func moments(pairs ...any) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		t, err := moment(pairs[i])
		if err != nil {
			return err
		}
		*(pairs[i+1].(*time.Time)) = t
	}
	return nil
}

// documents reads rows whose only column is the JSON of a T.
func documents[T any](ctx context.Context, s *Store, what, q string, args ...any) iter.Seq2[T, error] {
	return each(ctx, s, what, func(scan func(...any) error) (v T, err error) {
		var doc sql.RawBytes
		if err := scan(&doc); err != nil {
			return v, err
		}
		if err := json.Unmarshal(doc, &v); err != nil {
			return v, fmt.Errorf("%w: a stored document cannot be read: %v", ErrCorrupt, err)
		}
		return v, nil
	}, q, args...)
}

// document reads one document; the error wraps [ErrNotFound] when there is
// none.
func document[T any](ctx context.Context, s *Store, what, q string, args ...any) (v T, err error) {
	var doc []byte
	err = s.r.QueryRowContext(ctx, q, args...).Scan(&doc)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return v, fmt.Errorf("%s: %w", what, ErrNotFound)
	case err != nil:
		return v, fmt.Errorf("%s: %w", what, s.explain(err))
	}
	if err := json.Unmarshal(doc, &v); err != nil {
		return v, fmt.Errorf("%s: %w: the stored document cannot be read: %v", what, ErrCorrupt, err)
	}
	return v, nil
}
