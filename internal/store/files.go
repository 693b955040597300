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

// LastFile is the number of the file that was noted last, 0 when there is none.
func (s *Store) LastFile(ctx context.Context) (no int64, err error) {
	if err = s.r.QueryRowContext(ctx, "SELECT coalesce(max(file_no), 0) FROM file").Scan(&no); err != nil {
		return 0, fmt.Errorf("number of files: %w", s.explain(err))
	}
	return no, nil
}

// noteFiles writes files by their numbers: those that are begun, and those that
// were read to their end.
func (c *conn) noteFiles(files []File) error {
	for _, f := range files {
		bytes := any(nil)
		if f.SHA256 != "" {
			bytes = f.Bytes
		}
		err := c.exec(`INSERT INTO file (file_no, name, member, at, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (file_no) DO UPDATE SET bytes = excluded.bytes, sha256 = excluded.sha256`,
			f.No, f.Name, null(f.Member), stampText(f.At), bytes, null(f.SHA256))
		if err != nil {
			return fmt.Errorf("note the file %s: %w", f.Name, err)
		}
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
