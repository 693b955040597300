package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
)

// Document is edition.json.
type Document struct {
	ID              string                  `json:"id"`
	Date            string                  `json:"date,omitempty"` // the data's cut-off
	DataHash        string                  `json:"data_hash"`
	SoftwareVersion string                  `json:"software_version"`
	Starter         bool                    `json:"starter"` // retold facts, not a live crawl
	Counts          map[string]int64        `json:"counts"`
	Findings        []Flat                  `json:"findings"`
	Claims          []evidence.ClaimVerdict `json:"claims"`
}

// Evidence is what the identity of an edition rests on: the content of every
// record and the bytes of every review file, and nothing of when or how they
// were fetched.
type Evidence struct {
	Records map[string]string // "source/id" → content hash, and " gone" where the register has it no more
	Files   map[string]string // review file → sha256 of its bytes
	// Questions asked, as canonical text: another question is another edition.
	Questions []string
}

// Hash is the SHA-256 over the evidence in a fixed order, lower-case hex.
func (e Evidence) Hash() string {
	h := sha256.New()
	section := func(name string, m map[string]string) {
		keys := make([]string, 0, len(m))
		for k := range m {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			fmt.Fprintf(h, "%s\x00%s\x00%s\x00", name, k, m[k])
		}
	}
	section("record", e.Records)
	section("file", e.Files)
	qs := slices.Clone(e.Questions)
	slices.Sort(qs)
	for _, q := range qs {
		fmt.Fprintf(h, "question\x00%s\x00", q)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ID is the edition's id: short enough to cite, long enough not to collide.
func ID(dataHash string) string {
	if len(dataHash) < 12 {
		return "e-" + dataHash
	}
	return "e-" + dataHash[:12]
}

// New makes the document of an edition.
func New(ev Evidence, date, software string, starter bool, counts map[string]int64, findings []evidence.Finding,
	claims []evidence.ClaimVerdict) Document {
	hash := ev.Hash()
	d := Document{ID: ID(hash), Date: date, DataHash: hash, SoftwareVersion: software, Starter: starter, Counts: counts, Findings: []Flat{},
		Claims: []evidence.ClaimVerdict{}}
	for _, f := range findings {
		d.Findings = append(d.Findings, Flatten(f))
	}
	d.Claims = append(d.Claims, claims...)
	return d
}

// JSON is the document as it is published.
func (d Document) JSON() ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("edition %s: %w", d.ID, err)
	}
	return []byte(b.String()), nil
}

// Permalink names a finding in an edition: f/<finding>@<edition>.
func Permalink(finding, edition string) string { return "f/" + finding + "@" + edition }
