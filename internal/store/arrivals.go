package store

import (
	"fmt"

	"past/internal/evidence"
)

// bodyWrite is a payload of the batch and, where it is not stored yet, its
// compressed body.
type bodyWrite struct {
	p        *evidence.Payload
	no       int64 // of a body that is stored already
	stored   []byte
	encoding string
	err      error
}

// planBodies finds out which bodies are new and compresses these, on all
// processors.
func (in *intake) planBodies() ([]*bodyWrite, error) {
	if in.replay {
		return nil, nil
	}
	var out, fresh []*bodyWrite
	twins := map[string]bool{}
	for i := range in.b.Payloads {
		p := &in.b.Payloads[i]
		if t, ok := in.seen[p.SHA256]; !ok || p.FetchedAt.After(t) {
			in.seen[p.SHA256] = p.FetchedAt
		}
		w := &bodyWrite{p: p}
		var err error
		if w.no, err = in.c.number("SELECT payload_no FROM payload WHERE sha256 = ?", p.SHA256); err != nil {
			return nil, err
		}
		if w.no == 0 && !twins[p.SHA256] {
			twins[p.SHA256] = true
			fresh = append(fresh, w)
		}
		out = append(out, w)
	}
	onAll(len(fresh), func(i int) { fresh[i].compress() })
	for _, w := range fresh {
		if w.err != nil {
			return nil, w.err
		}
	}
	return out, nil
}

// compress checks the hash of a body and packs it.
func (w *bodyWrite) compress() {
	switch p := w.p; {
	case hashOf(p.Body) == p.SHA256:
		w.stored, w.encoding = compressBody(p.Body)
	case len(p.Body) == 0:
		w.err = fmt.Errorf("payload %s from %s has no body and is not stored yet", p.SHA256, p.URL)
	default:
		w.err = fmt.Errorf("payload from %s does not have the SHA-256 %s that it claims", p.URL, p.SHA256)
	}
}

func (in *intake) writeBodies(bodies []*bodyWrite) error {
	for _, b := range bodies {
		if err := in.writeBody(b); err != nil {
			return err
		}
	}
	return nil
}

// writeBody writes a payload and its arrival.
func (in *intake) writeBody(w *bodyWrite) error {
	p := w.p
	if w.stored != nil {
		err := in.c.exec("INSERT INTO payload (sha256, bytes, encoding, body) VALUES (?, ?, ?, ?)", p.SHA256, len(p.Body), w.encoding, w.stored)
		if err != nil {
			return err
		}
	}
	if w.no == 0 {
		var err error
		if w.no, err = in.c.number("SELECT payload_no FROM payload WHERE sha256 = ?", p.SHA256); err != nil {
			return err
		}
	}
	source := p.Source
	if source == "" {
		source = in.b.Source
	}
	// The same arrival given twice is one arrival.
	var file, offset, head any
	if f := p.File; f != nil {
		file, offset, head = f.No, f.Offset, f.Head
	}
	return in.c.exec(`INSERT INTO arrival (payload_no, kind, source, record_id, url, fetched_at, status, etag, last_modified, media_type, run,
		file_no, file_offset, file_head) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 WHERE NOT EXISTS (
			SELECT 1 FROM arrival WHERE payload_no = ?1 AND kind = ?2 AND source = ?3 AND url = ?5 AND fetched_at = ?6)`,
		w.no, in.kind, source, null(p.RecordID), p.URL, stampText(p.FetchedAt), p.Status, null(p.ETag), null(p.LastModified),
		null(p.MediaType), null(in.b.Run), file, offset, head)
}
