package store

import (
	"fmt"
	"slices"

	"past/internal/evidence"
)

// bodyWrite is a payload of the batch and what must be written of it.
type bodyWrite struct {
	p      *evidence.Payload
	no     int64 // of a body that is stored already
	hash   *task
	frames []*task
	parts  [][]byte
	wrong  bool // the body does not have the hash it claims
}

// planBodies finds out which bodies are new.
func (in *intake) planBodies() ([]*bodyWrite, error) {
	var out []*bodyWrite
	if in.replay {
		return nil, nil
	}
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
		twin := slices.ContainsFunc(out, func(o *bodyWrite) bool { return o.no == 0 && o.p.SHA256 == p.SHA256 })
		if w.no == 0 && !twin {
			parts := frames(p.Body)
			w.parts = make([][]byte, len(parts))
			w.hash = newTask(func() { w.wrong = hashOf(p.Body) != p.SHA256 })
			for j, part := range parts {
				w.frames = append(w.frames, newTask(func() { w.parts[j] = compressFrame(part) }))
			}
		}
		out = append(out, w)
	}
	return out, nil
}

// writeBody writes a payload and its arrival.
func (in *intake) writeBody(w *bodyWrite) error {
	p := w.p
	if w.hash != nil {
		w.hash.finish()
		if w.wrong {
			if len(p.Body) == 0 {
				return fmt.Errorf("payload %s from %s has no body and is not stored yet", p.SHA256, p.URL)
			}
			return fmt.Errorf("payload from %s does not have the SHA-256 %s that it claims", p.URL, p.SHA256)
		}
		for _, f := range w.frames {
			f.finish()
		}
		body, encoding := joinFrames(p.Body, w.parts)
		if body == nil {
			body = []byte{}
		}
		err := in.c.exec("INSERT INTO payload (sha256, bytes, encoding, body) VALUES (?, ?, ?, ?)", p.SHA256, len(p.Body), encoding, body)
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
	// The same arrival told twice is one arrival.
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
