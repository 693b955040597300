package pipeline

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
)

// spool keeps values in a temporary file: what a stage makes of all records is too
// much to be held until it is stored in one transaction.
type spool[T any] struct {
	f   *os.File
	w   *bufio.Writer
	enc *json.Encoder
}

func newSpool[T any]() (*spool[T], error) {
	f, err := os.CreateTemp("", "past-stage-*")
	if err != nil {
		return nil, fmt.Errorf("file for the rows of a stage: %w", err)
	}
	s := &spool[T]{f: f, w: bufio.NewWriterSize(f, 1<<16)}
	s.enc = json.NewEncoder(s.w)
	return s, nil
}

func (s *spool[T]) add(v *T) error { return s.enc.Encode(v) }

// all gives the values in the order in which they were added.
func (s *spool[T]) all(yield func(T, error) bool) {
	var zero T
	err := s.w.Flush()
	if err == nil {
		_, err = s.f.Seek(0, io.SeekStart)
	}
	if err != nil {
		yield(zero, err)
		return
	}
	dec := json.NewDecoder(bufio.NewReaderSize(s.f, 1<<16))
	for {
		var v T
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) || !yield(v, err) || err != nil {
			return
		}
	}
}

func (s *spool[T]) close() error { return errors.Join(s.f.Close(), os.Remove(s.f.Name())) }

// both gives one reading after the other.
func both[T any](seqs ...iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, seq := range seqs {
			for v, err := range seq {
				if !yield(v, err) {
					return
				}
			}
		}
	}
}
