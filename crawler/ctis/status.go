package ctis

import (
	"strings"

	"past/crawler/jsontree"
	"past/internal/evidence"
)

// publicStatuses are the public status codes with their labels, as the search
// page itself lists them, and what they mean here.
var publicStatuses = map[string]struct {
	label  string
	status evidence.Status
}{
	"1":  {"Under evaluation", evidence.StatusNotYet},
	"2":  {"Authorised, recruitment pending", evidence.StatusNotYet},
	"3":  {"Authorised, recruiting", evidence.StatusRecruiting},
	"4":  {"Ongoing, recruiting", evidence.StatusRecruiting},
	"5":  {"Ongoing, recruitment ended", evidence.StatusActive},
	"6":  {"Temporarily halted", evidence.StatusSuspended},
	"7":  {"Suspended", evidence.StatusSuspended},
	"8":  {"Ended", evidence.StatusCompleted},
	"9":  {"Expired", evidence.StatusWithdrawn},
	"10": {"Revoked", evidence.StatusTerminated},
	"11": {"Not authorised", evidence.StatusWithdrawn},
	"12": {"Cancelled", evidence.StatusWithdrawn},
}

// labels are the public labels of the older shape.
var labels = func() map[string]evidence.Status {
	m := map[string]evidence.Status{"authorised, not started": evidence.StatusNotYet, "halted": evidence.StatusSuspended}
	for _, s := range publicStatuses {
		m[strings.ToLower(s.label)] = s.status
	}
	return m
}()

// status reads the public status: by its code, or by its label where the older
// shape has no code. In the current shape ctStatus is the status of the
// application ("Authorised" while the trial recruits) and is not used.
func (m *mapper) status(rec *evidence.Record, n *jsontree.Node) {
	rec.Status = evidence.StatusUnknown
	code, at := n.Get("ctPublicStatusCode").Scalar(), m.base+"/ctPublicStatusCode"
	own := n.Get("ctStatus")
	if code == "" && own.Kind == jsontree.Number { // an overview's code
		code, at = own.Text, m.base+"/ctStatus"
	}
	if code != "" {
		s, ok := publicStatuses[code]
		if !ok {
			rec.StatusRaw = code
			m.note(at, "%q is no public status code known here", code)
			return
		}
		rec.Status, rec.StatusRaw = s.status, s.label
		if s.label == "Ended" && m.early(n) {
			rec.Status = evidence.StatusTerminated
		}
		return
	}
	rec.StatusRaw = own.Scalar()
	if n.Get("authorizedApplication").Kind == jsontree.Object {
		return
	}
	if s, ok := labels[strings.ToLower(rec.StatusRaw)]; ok {
		rec.Status = s
	}
}

// early reports whether a notification says that the trial ended before its time.
func (m *mapper) early(n *jsontree.Node) bool {
	states := n.At("events", "trialEvents").Items()
	for i := range states {
		events := states[i].Get("events").Items()
		for j := range events {
			if kind := events[j].Get("notificationType").Scalar(); strings.Contains(kind, "EARLY") || strings.Contains(kind, "PREMATURE") {
				return true
			}
		}
	}
	return false
}
