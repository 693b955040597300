package extract

import (
	"fmt"

	"past/internal/evidence"
	"past/internal/text"
)

// clock sets what the weeks of an effect are counted from and how many weeks
// after the last dose it was measured, where the source says so. Sources count
// from baseline, from a session, from the last dose: only the weeks after the
// last dose compare trials of different numbers of sessions.
func clock(e *evidence.Effect) {
	m, ok := text.Single(e.TimepointRaw)
	if e.TimepointOrigin == "" && ok {
		e.TimepointOrigin = m.Origin
	}
	if e.WeeksAfterLastDose != nil || !ok || m.Origin == "" {
		return
	}
	last := m.Origin == evidence.OriginLastDose
	if s := e.Sessions; s != nil {
		last = last || m.Origin == fmt.Sprintf("%s %d", evidence.OriginSession, *s) || m.Origin == fmt.Sprintf("%s %d", evidence.OriginDose,
			*s) ||
			*s == 1 && (m.Origin == evidence.OriginFirstDose || m.Origin == evidence.OriginDose)
	}
	if last {
		weeks := m.Weeks
		e.WeeksAfterLastDose = &weeks
	}
}
