package evidence

import "past/internal/text"

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
	ScoreNoRelapse    = "non-relapse"
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

// The origins of the clock of a time point (ArmResult.TimepointOrigin), as
// package text reads them. Empty is not stated, which is not the same as
// baseline.
const (
	OriginBaseline      = text.OriginBaseline
	OriginRandomisation = text.OriginRandomisation
	OriginFirstDose     = text.OriginFirstDose
	OriginLastDose      = text.OriginLastDose
	OriginDose          = text.OriginDose
	OriginSession       = text.OriginSession
	OriginCycle         = text.OriginCycle
	OriginVisit         = text.OriginVisit
	OriginPeriod        = text.OriginPeriod
	OriginEnd           = text.OriginEnd
)
