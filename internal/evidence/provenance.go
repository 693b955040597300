package evidence

import "time"

// Provenance names the bytes that a value was read from.
type Provenance struct {
	// PayloadSHA256 is the lower-case hex SHA-256 of the stored payload body.
	PayloadSHA256 string `json:"payload_sha256"`
	// Pointer is the place in it: an RFC 6901 JSON pointer for JSON payloads,
	// an XPath for XML, "row=N;column=NAME" for tables (N is 1-based and does
	// not count the header), "line=N" for text.
	Pointer string `json:"pointer,omitempty"`
}

// Payload is one body exactly as it was received or imported.
type Payload struct {
	SHA256       string    `json:"sha256"` // of Body, lower-case hex
	Source       string    `json:"source"` // "ctgov", "pubmed", …
	RecordID     string    `json:"record_id,omitempty"`
	URL          string    `json:"url,omitempty"` // or file: name for imports
	FetchedAt    time.Time `json:"fetched_at"`    // UTC
	Status       int       `json:"status"`        // HTTP status; 0 for imports
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	MediaType    string    `json:"media_type,omitempty"`
	Body         []byte    `json:"-"`
	// File says which part of an imported file the body is; nil for an answer
	// of a register.
	File *FilePart `json:"file,omitempty"`
}

// FilePart is the place of a payload in a file of many records: the first Head
// bytes of the file (the header line of a table, else none) and then what
// follows at Offset.
type FilePart struct {
	No     int64 `json:"file_no"` // of the store's table file
	Offset int64 `json:"offset"`
	Head   int   `json:"head,omitempty"`
}

// Fetch is one request and its outcome, successful or not.
type Fetch struct {
	Source    string        `json:"source"`
	URL       string        `json:"url"`
	Method    string        `json:"method"`
	At        time.Time     `json:"at"`
	Took      time.Duration `json:"took"`
	Status    int           `json:"status"` // 0 when no answer came
	Bytes     int64         `json:"bytes"`
	SHA256    string        `json:"sha256,omitempty"` // of the answer kept
	Attempt   int           `json:"attempt"`
	ErrorText string        `json:"error,omitempty"`
}

// Problem is something that could not be read or does not fit. It is kept and
// counted, never dropped. Kind is a stable code such as "half-json",
// "html-instead-of-json", "too-large", "schema-drift", "bad-value".
type Problem struct {
	Source   string    `json:"source"`
	RecordID string    `json:"record_id,omitempty"`
	Kind     string    `json:"kind"`
	Where    string    `json:"where"` // URL, file, or pointer
	Message  string    `json:"message"`
	Retry    string    `json:"retry,omitempty"` // a command that tries again
	SHA256   string    `json:"payload_sha256,omitempty"`
	At       time.Time `json:"at"`
}
