package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// File is a file that was imported; see [evidence.FilePart].
type File struct {
	No     int64
	Name   string
	Member string // of an archive
	At     time.Time
	Bytes  int64  // 0 while SHA256 is empty
	SHA256 string // empty while the file has not been read to its end
}

// BeginFile notes that a file is being read and gives its number.
func (s *Store) BeginFile(ctx context.Context, f File) (no int64, err error) {
	err = s.write(ctx, func(c *conn) error {
		if err := c.exec("INSERT INTO file (name, member, at) VALUES (?, ?, ?)", f.Name, null(f.Member), stampText(f.At)); err != nil {
			return err
		}
		no, err = c.number("SELECT max(file_no) FROM file")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("note the file %s: %w", f.Name, err)
	}
	return no, nil
}

// EndFile notes that a file was read to its end.
func (s *Store) EndFile(ctx context.Context, no int64, sha256 string, bytes int64) error {
	err := s.write(ctx, func(c *conn) error {
		return c.exec("UPDATE file SET sha256 = ?, bytes = ? WHERE file_no = ?", sha256, bytes, no)
	})
	if err != nil {
		return fmt.Errorf("note the end of file %d: %w", no, err)
	}
	return nil
}

// File gives a file by its number.
func (s *Store) File(ctx context.Context, no int64) (File, error) {
	f := File{No: no}
	var at string
	var bytes sql.NullInt64
	err := s.r.QueryRowContext(ctx, "SELECT name, coalesce(member, ''), at, bytes, coalesce(sha256, '') FROM file WHERE file_no = ?", no).
		Scan(&f.Name, &f.Member, &at, &bytes, &f.SHA256)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil {
		f.Bytes = bytes.Int64
		f.At, err = moment(at)
	}
	if err != nil {
		return File{}, fmt.Errorf("file %d: %w", no, s.explain(err))
	}
	return f, nil
}
