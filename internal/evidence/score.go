package evidence

// The kinds of number that an arm result can be (ArmResult.ScoreType). Only
// endpoint and change, response and remission become effects; every other kind
// is named so that it is not taken for one of these.
const (
	ScoreEndpoint      = "endpoint"       // a score at a point in time
	ScoreChange        = "change"         // a difference from the baseline, in points
	ScorePercentChange = "percent-change" // a difference from the baseline in percent of it
	ScoreAUC           = "auc"            // an area under the curve of scores
	ScoreItem          = "item"
	ScoreSubscale      = "subscale"
	ScoreValue         = "value" // what is no score of a scale: a duration, a device's reading

	ScoreResponse     = "response"
	ScoreRemission    = "remission"
	ScoreNoResponse   = "non-response"
	ScoreNoRemission  = "non-remission"
	ScoreSustained    = "sustained" // response or remission that lasts over several visits
	ScoreOnset        = "onset"     // onset of response or remission
	ScorePartial      = "partial"   // partial response or remission
	ScoreRelapse      = "relapse"   // relapse, recurrence, loss of response or remission
	ScoreWorsening    = "worsening"
	ScoreDiscontinued = "discontinuation"
	ScoreThreshold    = "threshold" // people at or beyond a cut-off, partial response among them
	ScoreTimeToEvent  = "time-to-event"
	ScoreDuration     = "duration" // how long an event lasted
	ScoreEvents       = "events"   // events, of which one person can have several
	ScoreCount        = "count"    // people, of whom nothing else is known
	ScorePercent      = "percent"  // a share of people, of whom nothing else is known
	ScoreNotScore     = "not-a-score"
)

// The origins of the clock of a time point (ArmResult.TimepointOrigin). Empty
// is not stated, which is not the same as baseline. OriginSession and
// OriginCycle are followed by a space and their number ("session 3").
const (
	OriginBaseline      = "baseline"
	OriginRandomisation = "randomisation"
	OriginFirstDose     = "first dose"
	OriginLastDose      = "last dose"
	OriginDose          = "dose" // a dose that is not numbered; "dose 2" where it is
	OriginSession       = "session"
	OriginCycle         = "cycle"
	OriginVisit         = "visit"
	OriginPeriod        = "period"
	OriginEnd           = "end of treatment"
)
