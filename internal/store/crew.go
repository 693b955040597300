package store

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// task is a piece of work that is done once, by whoever comes first.
type task struct {
	do   func()
	took atomic.Bool
	done chan struct{}
}

func newTask(do func()) *task { return &task{do: do, done: make(chan struct{})} }

// try does the task if nobody has begun it.
func (t *task) try() {
	if t.took.CompareAndSwap(false, true) {
		t.do()
		close(t.done)
	}
}

// finish returns when the task is done, doing it here if need be.
func (t *task) finish() {
	t.try()
	<-t.done
}

// crew works ahead of a writer on other processors: it compresses and packs
// while the writer speaks to the database.
type crew struct {
	room chan struct{} // how many finished tasks may wait for the writer
	stop chan struct{}
	wg   sync.WaitGroup
}

// crewAhead bounds the memory of what is ready and not yet written.
const crewAhead = 64

// newCrew starts work on free (whose results are small) and then on ahead, in
// order. Few tasks are left to the writer itself.
func newCrew(free, ahead []*task) *crew {
	w := &crew{room: make(chan struct{}, crewAhead), stop: make(chan struct{})}
	if len(free) < 2 && len(ahead) < 8 {
		return w
	}
	var next atomic.Int64
	for range max(1, runtime.GOMAXPROCS(0)-1) { // the writer needs one itself
		w.wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				switch {
				case i < len(free):
					select {
					case <-w.stop:
						return
					default:
						free[i].try()
					}
				case i < len(free)+len(ahead):
					select {
					case <-w.stop:
						return
					case w.room <- struct{}{}:
						ahead[i-len(free)].try()
					}
				default:
					return
				}
			}
		})
	}
	return w
}

// used tells the crew that a task's result has been taken.
func (w *crew) used() {
	select {
	case <-w.room:
	default: // the writer did it itself
	}
}

// end stops the crew and returns when nobody works any more.
func (w *crew) end() {
	close(w.stop)
	w.wg.Wait()
}
