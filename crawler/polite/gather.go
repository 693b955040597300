package polite

import (
	"bytes"
	"io"
	"sync"
)

// gatherPart is the size of the parts in which a body is read.
const gatherPart = 256 << 10

var gatherParts = sync.Pool{New: func() any { return new([gatherPart]byte) }}

// gather reads r to its end. A buffer that doubles while a large body comes
// clears and copies the body several times over; parts that are used again and
// joined once do not. What was read is given even with an error.
func gather(r io.Reader) (body []byte, err error) {
	var parts [][]byte
	defer func() {
		for _, p := range parts {
			gatherParts.Put((*[gatherPart]byte)(p[:gatherPart]))
		}
	}()
	for err == nil {
		part := gatherParts.Get().(*[gatherPart]byte)
		n := 0
		for n < gatherPart && err == nil {
			var m int
			m, err = r.Read(part[n:])
			n += m
		}
		parts = append(parts, part[:n])
	}
	if err == io.EOF {
		err = nil
	}
	return bytes.Join(parts, nil), err
}
