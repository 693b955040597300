package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

const (
	encodingZstd = "zstd"
	encodingRaw  = "raw"

	// frameBytes is how much of a body goes into one zstd frame. A body is a
	// sequence of frames, which is a zstd stream like any other; apart from
	// that the frames can be made side by side.
	frameBytes = 1 << 20

	// maxBody is the largest body that is kept: SQLite's limit for one value,
	// less some room for what does not compress.
	maxBody = 900 << 20
)

// zstdTools are made once: their tables are large, and both are safe for use
// by several goroutines.
var zstdTools = sync.OnceValues(func() (*zstd.Encoder, *zstd.Decoder) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
		zstd.WithWindowSize(frameBytes), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
	if err != nil {
		panic("store: zstd encoder options: " + err.Error()) // constants only: no input gets here
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxBody))
	if err != nil {
		panic("store: zstd decoder options: " + err.Error())
	}
	return enc, dec
})

// compressFrame makes one frame.
func compressFrame(part []byte) []byte {
	enc, _ := zstdTools()
	return enc.EncodeAll(part, make([]byte, 0, len(part)/3+64))
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

// frames cuts a body into the parts that become frames.
func frames(body []byte) [][]byte {
	var parts [][]byte
	for len(body) > frameBytes {
		parts = append(parts, body[:frameBytes])
		body = body[frameBytes:]
	}
	return append(parts, body)
}

// squeezeRecord compresses a packed record: quick to do and to undo, since
// records are read far more often than payloads.
func squeezeRecord(packed []byte) []byte {
	room := squeezeRoom.Get().(*[]byte)
	defer squeezeRoom.Put(room)
	if n := s2.MaxEncodedLen(len(packed)); cap(*room) < n {
		*room = make([]byte, n)
	}
	return bytes.Clone(s2.Encode((*room)[:cap(*room)], packed))
}

// squeezeRoom spares the large buffers in which records are compressed.
var squeezeRoom = sync.Pool{New: func() any { return new([]byte) }}

func expandRecord(stored []byte, size int64) ([]byte, error) {
	n, err := s2.DecodedLen(stored)
	if err != nil || int64(n) != size {
		return nil, fmt.Errorf("%w: a stored record has the wrong length", ErrCorrupt)
	}
	out, err := s2.Decode(nil, stored)
	if err != nil {
		return nil, fmt.Errorf("%w: a stored record cannot be expanded: %v", ErrCorrupt, err)
	}
	return out, nil
}

// joinFrames puts frames together, or keeps the body as it is where
// compressing does not pay.
func joinFrames(body []byte, parts [][]byte) (stored []byte, encoding string) {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if n >= len(body) {
		return body, encodingRaw
	}
	return bytes.Join(parts, nil), encodingZstd
}
