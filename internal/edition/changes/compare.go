package changes

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"past/internal/evidence"
	"past/internal/store"
	"past/internal/text"
)

// The kinds of change.
const (
	FirstEdition   = "first-edition"
	Registered     = "trial-registered"
	Added          = "trial-added" // registered earlier, new to the collection
	Started        = "trial-started"
	Stopped        = "trial-stopped" // suspended, terminated or withdrawn
	Completed      = "trial-completed"
	StatusChanged  = "trial-status"
	ResultsPosted  = "results-posted"
	ResultsChanged = "results-changed"
	ResultsRemoved = "results-removed"
	ResultsOverdue = "results-overdue"
	Gone           = "trial-gone"
	Returned       = "trial-returned"
	OutcomeChanged = "primary-outcome-changed"
	Corrected      = "paper-corrected"
	Retracted      = "paper-retracted"
	NoticeNew      = "notice-new" // a row of the review files' notices
	NoticeChanged  = "notice-changed"
	NoticeGone     = "notice-gone"
	FindingNew     = "finding-new"
	FindingGone    = "finding-gone"
	StudyIn        = "study-in"
	StudyOut       = "study-out"
	EstimateMoved  = "estimate-moved"
	IntervalMoved  = "interval-moved"
	KChanged       = "k-changed"
	CertaintyMoved = "certainty-changed"
	ClaimNew       = "claim-new"
	ClaimGone      = "claim-gone"
	VerdictChanged = "verdict-changed"
)

// Detail is the machine-readable side of a change.
type Detail struct {
	// Findings and claims that the change bears on, for the feeds.
	Findings []string `json:"findings,omitempty"`
	Claims   []string `json:"claims,omitempty"`
	// Before, After and Delta are on the analysis scale (logarithms for
	// ratios), absent where there is no number.
	Before *float64 `json:"before,omitempty"`
	After  *float64 `json:"after,omitempty"`
	Delta  *float64 `json:"delta,omitempty"`
	// Moved is set when a conclusion changed: sign, interval against the null,
	// verdict, certainty, a retraction below a finding.
	Moved bool   `json:"moved,omitempty"`
	URL   string `json:"url,omitempty"`
}

// ReadDetail reads a change's detail; one that is missing or unreadable is
// empty.
func ReadDetail(c store.Change) Detail {
	var d Detail
	_ = json.Unmarshal(c.Detail, &d)
	return d
}

// comparison gathers the changes from one snapshot to the next.
type comparison struct {
	old, new *Snapshot
	at       time.Time
	out      []store.Change
	// bearing of studies and findings, for feeds
	findingsOf map[string][]string // register id, or paper across sources → findings
	claimsOf   map[string][]string // finding → claims
}

// Compare lists what next changed against prev (nil: the first edition) in a
// fixed order. Each change has an id that follows from what it says, so that
// the same comparison made again lists nothing twice.
func Compare(prev, next *Snapshot) []store.Change {
	at, err := time.Parse(time.DateOnly, next.Date)
	if err != nil {
		at = time.Time{} // the store then takes the time of publication
	}
	c := &comparison{old: prev, new: next, at: at}
	c.index()
	if prev == nil {
		c.add(FirstEdition, next.Edition, "The first edition", "", fmt.Sprintf("%s, %s, %s, %s",
			text.Count(len(next.Trials), "trial record"), text.Count(len(next.Papers), "paper record"),
			text.Count(len(next.Findings), "finding"), text.Count(len(next.Claims), "claim")), "nothing was published before", Detail{})
		return c.out
	}
	c.findings()
	c.claims()
	c.papers()
	c.notices()
	c.trials()
	return c.out
}

func (c *comparison) index() {
	c.findingsOf, c.claimsOf = map[string][]string{}, map[string][]string{}
	for _, s := range []*Snapshot{c.old, c.new} {
		if s == nil {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(s.Findings)) {
			for _, e := range s.Findings[id].Effects {
				for _, r := range slices.Concat(e.Records, e.Papers) {
					c.findingsOf[r] = insert(c.findingsOf[r], id)
				}
			}
		}
		for _, id := range slices.Sorted(maps.Keys(s.Claims)) {
			for _, f := range s.Claims[id].Findings {
				c.claimsOf[f] = insert(c.claimsOf[f], id)
			}
		}
	}
}

func insert(list []string, s string) []string {
	i, found := slices.BinarySearch(list, s)
	if found {
		return list
	}
	return slices.Insert(list, i, s)
}

func (c *comparison) add(kind, subject, title, before, after, cause string, d Detail) {
	for _, f := range d.Findings {
		for _, id := range c.claimsOf[f] {
			d.Claims = insert(d.Claims, id)
		}
	}
	from := ""
	if c.old != nil {
		from = c.old.Edition
	}
	h := sha256.New()
	for _, s := range []string{from, c.new.Edition, kind, subject, before, after} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	ch := store.Change{ID: "c-" + hex.EncodeToString(h.Sum(nil)[:8]), Edition: c.new.Edition, At: c.at, Kind: kind, Subject: subject,
		Title:  title,
		Before: before, After: after, Cause: cause}
	if b, err := json.Marshal(d); err == nil {
		ch.Detail = b
	}
	c.out = append(c.out, ch)
}

// both walks the keys of two maps in order.
func both[V any](a, b map[string]V, f func(key string, old, new V, inOld, inNew bool)) {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		x, inOld := a[k]
		y, inNew := b[k]
		f(k, x, y, inOld, inNew)
	}
}

func recordID(key string) string {
	_, id, ok := strings.Cut(key, "/")
	if !ok {
		return key
	}
	return id
}

func (c *comparison) claims() {
	both(c.old.Claims, c.new.Claims, func(id string, a, b evidence.ClaimVerdict, inOld, inNew bool) {
		d := Detail{Findings: cmpFindings(a, b), Claims: []string{id}}
		switch {
		case !inOld:
			c.add(ClaimNew, id, b.Text, "", string(b.Verdict), b.Why, d)
		case !inNew:
			c.add(ClaimGone, id, a.Text, string(a.Verdict), "", "the claim is no longer judged", d)
		case string(a.Verdict) != string(b.Verdict):
			d.Moved = true
			c.add(VerdictChanged, id, b.Text, string(a.Verdict), string(b.Verdict), cmp.Or(b.Why, b.Rule), d)
		}
	})
}

func cmpFindings(a, b evidence.ClaimVerdict) []string {
	var out []string
	for _, f := range slices.Concat(a.Findings, b.Findings) {
		out = insert(out, f)
	}
	return out
}

func (c *comparison) papers() {
	both(c.old.Papers, c.new.Papers, func(key string, a, b Paper, inOld, inNew bool) {
		id := recordID(key)
		d := Detail{URL: b.URL, Findings: slices.Clone(c.findingsOf[id])}
		for _, f := range c.findingsOf[b.Work] {
			d.Findings = insert(d.Findings, f)
		}
		if b.Retracted && (!a.Retracted || !inOld) {
			for _, f := range slices.Sorted(maps.Keys(c.new.Findings)) {
				if slices.ContainsFunc(c.new.Findings[f].Retracted, func(r string) bool { return r == id || r == b.Work }) {
					d.Findings = insert(d.Findings, f)
					d.Moved = true
				}
			}
			c.add(Retracted, id, b.Title, "", "retracted", "a retraction notice reached "+key, d)
		}
		if !inOld || !inNew {
			return
		}
		for _, n := range b.Notices {
			if !slices.Contains(a.Notices, n) {
				c.add(Corrected, id, b.Title, "", n, "a notice reached "+key, d)
			}
		}
	})
}
