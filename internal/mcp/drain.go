package mcp

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"
)

// drain reports the end of the input only when what was asked has been answered:
// the library stops at the end, and a client that writes its requests and closes
// its side would get no answers.
type drain struct {
	in  *bufio.Reader
	out io.Writer

	rest    []byte
	mu      sync.Mutex
	idle    *sync.Cond
	pending int
	closed  bool
}

func newDrain(r io.Reader, w io.Writer) *drain {
	d := &drain{in: bufio.NewReaderSize(r, maxLine), out: w}
	d.idle = sync.NewCond(&d.mu)
	return d
}

// Read passes the input on line by line and counts the requests in it.
func (d *drain) Read(p []byte) (int, error) {
	if len(d.rest) == 0 {
		line, err := d.in.ReadSlice('\n')
		if len(line) == 0 && err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			d.mu.Lock()
			defer d.mu.Unlock()
			late := time.AfterFunc(answerTime, func() { _ = d.Close() })
			defer late.Stop()
			for d.pending > 0 && !d.closed {
				d.idle.Wait()
			}
			return 0, err
		}
		var m struct {
			ID     any    `json:"id"`
			Method string `json:"method"`
		}
		if json.Unmarshal(line, &m) == nil && m.ID != nil && m.Method != "" {
			d.mu.Lock()
			d.pending++
			d.mu.Unlock()
		}
		d.rest = append(d.rest[:0], line...)
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// Write passes a message on; one that answers a request settles it.
func (d *drain) Write(p []byte) (int, error) {
	n, err := d.out.Write(p)
	var m struct {
		ID     any    `json:"id"`
		Method string `json:"method"`
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.pending = 0 // nobody reads the answers
	} else if json.Unmarshal(p, &m) == nil && m.ID != nil && m.Method == "" {
		d.pending--
	}
	if d.pending <= 0 {
		d.idle.Broadcast()
	}
	return n, err
}

// Close ends the waiting for answers.
func (d *drain) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.idle.Broadcast()
	return nil
}
