package polite

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrStalled is wrapped when a register stops sending in mid-answer, or
	// sends so slowly that the time for one attempt runs out.
	ErrStalled = errors.New("the answer stalled")
	// ErrCut is wrapped when the connection ends before the answer does.
	ErrCut = errors.New("the answer was cut short")
	// ErrOutOfScope is wrapped when a request or a redirect leads to a host
	// that the source may not talk to.
	ErrOutOfScope = errors.New("host not allowed")
	// ErrRobots is wrapped when robots.txt forbids a request, or cannot be had
	// at present, which counts as forbidding; ErrNoRobots is then wrapped too.
	ErrRobots   = errors.New("robots.txt")
	ErrNoRobots = errors.New("cannot be read, which counts as forbidding for now")
)

// TooLargeError is an answer over the body cap. It is never cut silently.
type TooLargeError struct {
	URL   string
	Limit int64 // bytes after decompression
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the answer of %s is larger than %d bytes", e.URL, e.Limit)
}

// AddressError is a connection that was refused before it was made.
type AddressError struct {
	Host    string // as asked for
	Address string // as resolved
	Why     string
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("not connecting to %s: its address %s is %s; a mirror in your own network is named by address or as "+
		"localhost with --endpoint", e.Host, e.Address, e.Why)
}

// WaitError is a register that asks for more patience than a run has.
type WaitError struct {
	URL    string
	Status int
	Wait   time.Duration
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("%s answered %d and asks to wait %s; run the same command again after that, it goes on where it stood", e.URL,
		e.Status, e.Wait.Round(time.Second))
}
