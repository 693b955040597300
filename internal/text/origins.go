package text

// What a time can be counted from. Session, cycle, visit, period and dose are
// followed by a space and their number ("session 3") where one is given.
const (
	OriginBaseline      = "baseline"
	OriginRandomisation = "randomisation"
	OriginFirstDose     = "first dose"
	OriginLastDose      = "last dose"
	OriginDose          = "dose" // a dose that is not numbered
	OriginSession       = "session"
	OriginCycle         = "cycle"
	OriginVisit         = "visit"
	OriginPeriod        = "period"
	OriginEnd           = "end of treatment"
)
