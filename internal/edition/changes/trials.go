package changes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"past/internal/evidence"
)

func (c *comparison) trials() {
	both(c.old.Trials, c.new.Trials, func(key string, a, b Trial, inOld, inNew bool) {
		switch {
		case !inNew:
			return // a database never loses a record; a gone one has a tombstone
		case !inOld:
			c.newTrial(key, b)
		default:
			c.trial(key, a, b)
		}
	})
}

func (c *comparison) detail(key string, t Trial) Detail {
	return Detail{Findings: c.findingsOf[recordID(key)], URL: t.URL}
}

// newTrial distinguishes a registration from a trial that was only found late: the
// register's own date decides.
func (c *comparison) newTrial(key string, b Trial) {
	kind, cause := Registered, "first posted "+cmp.Or(b.Registered, "on a date that the record does not state")
	registered := evidence.DateStruct{Raw: b.Registered}
	if _, last, p := registered.Bounds(); p != evidence.NoDate && c.old.Date != "" && last.Format("2006-01-02") < c.old.Date {
		kind, cause = Added, "registered "+b.Registered+", new to the collection"
	}
	after := string(b.Status)
	if b.Results != "" {
		after += ", with results"
	}
	c.add(kind, recordID(key), b.Title, "", after, cause, c.detail(key, b))
}

func (c *comparison) trial(key string, a, b Trial) {
	id, d := recordID(key), c.detail(key, b)
	update := "the register's record changed"
	if b.Gone != a.Gone {
		if b.Gone {
			c.add(Gone, id, b.Title, string(a.Status), "no longer in the register", "the register does not answer for this record any more", d)
			return
		}
		c.add(Returned, id, b.Title, "no longer in the register", string(b.Status), "the register answers for this record again", d)
	}
	if a.Status != b.Status {
		kind := statusKind(a.Status, b.Status)
		cause := update
		if kind == Stopped && b.Why != "" {
			cause = "as registered: " + b.Why
		}
		c.add(kind, id, b.Title, string(a.Status), string(b.Status), cause, d)
	}
	switch {
	case a.Results == b.Results:
	case a.Results == "":
		c.add(ResultsPosted, id, b.Title, "no results posted", "results posted", update, d)
	case b.Results == "":
		c.add(ResultsRemoved, id, b.Title, "results posted", "no results posted", update, d)
	default:
		c.add(ResultsChanged, id, b.Title, "results "+a.Results, "results "+b.Results, "the posted results are not those of the edition before",
			d)
	}
	if !slices.Equal(a.Primary, b.Primary) && a.Hash != b.Hash {
		c.add(OutcomeChanged, id, b.Title, outcomes(a.Primary), outcomes(b.Primary), update, d)
	}
	if b.Overdue && !a.Overdue {
		c.add(ResultsOverdue, id, b.Title, "", "no results posted a year after the primary completion date", "primary completion "+b.Completed, d)
	}
}

func outcomes(list []string) string {
	if len(list) == 0 {
		return "none stated"
	}
	return fmt.Sprintf("%d: %s", len(list), strings.Join(list, "; "))
}

func statusKind(from, to evidence.Status) string {
	waiting := from == evidence.StatusNotYet
	switch to {
	case evidence.StatusRecruiting, evidence.StatusActive:
		if waiting {
			return Started
		}
	case evidence.StatusSuspended, evidence.StatusTerminated, evidence.StatusWithdrawn:
		return Stopped
	case evidence.StatusCompleted:
		return Completed
	}
	return StatusChanged
}
