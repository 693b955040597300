package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

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
