package sourcetest

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// Stream is a ClinicalTrials.gov of any size on loopback: it gives studies of
// API v2 over and over, each with a number of its own, in pages as large as
// asked for. Nothing but the studies is held in memory.
type Stream struct {
	Studies [][]byte // compact JSON, each with the NCT number in its nctId
	Count   int      // how many the search finds
	Sent    atomic.Int64
}

// ServeHTTP implements http.Handler for /version and the search.
func (s *Stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/version") {
		fmt.Fprint(w, `{"apiVersion":"2.0.5","dataTimestamp":"2026-03-25T09:00:05"}`)
		return
	}
	size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
	from, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("pageToken"), "t"))
	to := min(s.Count, from+max(1, size))
	b := bufio.NewWriterSize(w, 64<<10)
	defer b.Flush()
	b.WriteString(`{"studies":[`)
	for i := from; i < to; i++ {
		if i > from {
			b.WriteString(",\n")
		}
		study := s.Studies[i%len(s.Studies)]
		at := bytes.Index(study, []byte(`"nctId"`))
		at += bytes.Index(study[at:], []byte("NCT"))
		b.Write(study[:at])
		fmt.Fprintf(b, "NCT%08d", 10_000_000+i)
		b.Write(study[at+len("NCT00000000"):])
		s.Sent.Add(int64(len(study)))
	}
	b.WriteString("]")
	if to < s.Count {
		fmt.Fprintf(b, `,"nextPageToken":"t%d"`, to)
	}
	if from == 0 {
		fmt.Fprintf(b, `,"totalCount":%d`, s.Count)
	}
	b.WriteString("}")
}
