package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"past/internal/evidence"
	"past/internal/store/value"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"
)

// PayloadInfo describes a stored payload.
type PayloadInfo struct {
	evidence.Payload
	Bytes  int64 // size of the body
	Stored int64 // size as stored
}

// payloadColumns describe a payload by its first arrival.
const payloadColumns = `p.sha256, a.source, coalesce(a.record_id, ''), a.url, a.fetched_at, a.status, coalesce(a.etag, ''),
	coalesce(a.last_modified, ''), coalesce(a.media_type, ''), p.bytes, length(p.body), p.encoding`

const firstArrival = `JOIN arrival a ON a.arrival_no = (SELECT min(arrival_no) FROM arrival WHERE payload_no = p.payload_no)`

func scanPayload(scan func(...any) error, more ...any) (p PayloadInfo, encoding string, err error) {
	var at string
	err = scan(append([]any{&p.SHA256, &p.Source, &p.RecordID, &p.URL, &at, &p.Status, &p.ETag, &p.LastModified, &p.MediaType,
		&p.Bytes, &p.Stored, &encoding}, more...)...)
	if err == nil {
		p.FetchedAt, err = value.Moment(at)
	}
	return p, encoding, err
}

// Payload gives a stored body with the description of its first arrival. The
// body is checked against its hash: a mismatch wraps [ErrCorrupt].
func (s *Store) Payload(ctx context.Context, sha256 string) (evidence.Payload, error) {
	var stored []byte
	row := s.r.QueryRowContext(ctx, "SELECT "+payloadColumns+", p.body FROM payload p "+firstArrival+" WHERE p.sha256 = ?", sha256)
	p, encoding, err := scanPayload(row.Scan, &stored)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return evidence.Payload{}, fmt.Errorf("payload %s: %w", sha256, s.explain(err))
	}
	if p.Body, err = expandBody(stored, encoding, p.Bytes, p.SHA256); err != nil {
		return evidence.Payload{}, err
	}
	return p.Payload, nil
}

// PayloadInfo is Payload without the body, and its sizes.
func (s *Store) PayloadInfo(ctx context.Context, sha256 string) (PayloadInfo, error) {
	row := s.r.QueryRowContext(ctx, "SELECT "+payloadColumns+" FROM payload p "+firstArrival+" WHERE p.sha256 = ?", sha256)
	p, _, err := scanPayload(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return PayloadInfo{}, fmt.Errorf("payload %s: %w", sha256, s.explain(err))
	}
	return p, nil
}

// Payloads describes all payloads in the order in which they first came.
func (s *Store) Payloads(ctx context.Context) iter.Seq2[PayloadInfo, error] {
	return each(ctx, s, "read payloads", func(scan func(...any) error) (PayloadInfo, error) {
		p, _, err := scanPayload(scan)
		return p, err
	}, "SELECT "+payloadColumns+" FROM payload p "+firstArrival+" ORDER BY p.payload_no")
}

const (
	encodingZstd = "zstd"
	encodingRaw  = "raw"

	// maxBody is the largest body that is kept: SQLite's limit for one value,
	// less some room for what does not compress.
	maxBody = 900 << 20
)

// zstdTools are made once: their tables are large, and both are safe for use
// by several goroutines.
var zstdTools = sync.OnceValues(func() (*zstd.Encoder, *zstd.Decoder) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
		zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
	if err != nil {
		panic("store: zstd encoder options: " + err.Error()) // constants only: no input gets here
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxBody))
	if err != nil {
		panic("store: zstd decoder options: " + err.Error())
	}
	return enc, dec
})

// squeeze packs bytes.
func squeeze(b []byte) []byte {
	enc, _ := zstdTools()
	return enc.EncodeAll(b, make([]byte, 0, len(b)/3+64))
}

// compressBody packs a body, or keeps it as it is where that does not pay. It
// never gives nil.
func compressBody(body []byte) (stored []byte, encoding string) {
	if stored = squeeze(body); len(stored) < len(body) {
		return stored, encodingZstd
	}
	return append([]byte{}, body...), encodingRaw
}

// onAll calls f for 0 to n-1 on all processors.
func onAll(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

// expandBody gives back a body and checks it against its size and hash.
func expandBody(stored []byte, encoding string, size int64, hash string) ([]byte, error) {
	body := stored
	switch encoding {
	case encodingRaw:
	case encodingZstd:
		if size < 0 || size > maxBody {
			return nil, fmt.Errorf("payload %s: %w: impossible size %d", hash, ErrCorrupt, size)
		}
		_, dec := zstdTools()
		var err error
		if body, err = dec.DecodeAll(stored, make([]byte, 0, size)); err != nil {
			return nil, fmt.Errorf("payload %s: %w: %v", hash, ErrCorrupt, err)
		}
	default:
		return nil, fmt.Errorf("payload %s: %w: unknown encoding %q", hash, ErrCorrupt, encoding)
	}
	if int64(len(body)) != size || hashOf(body) != hash {
		return nil, fmt.Errorf("payload %s: %w: the stored body no longer has its hash", hash, ErrCorrupt)
	}
	return body, nil
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

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
			f.No, f.Name, value.Null(f.Member), value.Time(f.At), bytes, value.Null(f.SHA256))
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
		f.At, err = value.Moment(at)
	}
	if err != nil {
		return File{}, fmt.Errorf("file %d: %w", no, s.explain(err))
	}
	return f, nil
}
