package evidence

import "math"

// PooledResult is one fitted model, self-describing: whoever prints it prints
// its own Method, Test and Formula. Pointers are nil where the number does not
// exist (k = 0 has no estimate, k = 1 no tau2).
type PooledResult struct {
	Label   string `json:"label,omitempty"` // "primary", "without Mithoefer 2011", "MDMA vs inactive placebo", …
	Measure string `json:"measure"`
	Formula string `json:"formula"`
	Method  string `json:"method"` // REML, PM, …, "none" for k < 2
	Test    string `json:"test"`   // knha, z, …

	K        int      `json:"k"`
	N        People   `json:"n"` // participants in the pooled comparisons, nobody twice
	Estimate *float64 `json:"estimate"`
	SE       *float64 `json:"se"`
	P        *float64 `json:"p"`
	// CILower and CIUpper are the fitted interval, with the guard applied where
	// the Knapp-Hartung interval is narrower than the common-effect one; SE, P
	// and the prediction interval go with it.
	CILower *float64 `json:"ci_lb"`
	CIUpper *float64 `json:"ci_ub"`
	// UnguardedLow and UnguardedHigh are the footnote: the interval without the
	// guard, nil where the guard did not act.
	UnguardedLow  *float64 `json:"ci_unguarded_lb"`
	UnguardedHigh *float64 `json:"ci_unguarded_ub"`
	PILower       *float64 `json:"pi_lb"`
	PIUpper       *float64 `json:"pi_ub"`
	PIRule        string   `json:"pi_rule,omitempty"` // e.g. "t(k-1), classic SE"
	Tau2          *float64 `json:"tau2"`
	Tau2Low       *float64 `json:"tau2_lb,omitempty"`
	Tau2Up        *float64 `json:"tau2_ub,omitempty"`
	I2Q           *float64 `json:"i2_q"`    // percent, from Q
	I2Tau2        *float64 `json:"i2_tau2"` // percent, from tau2 and the typical variance
	Q             *float64 `json:"q"`
	QP            *float64 `json:"q_p"`

	EffectIDs []string  `json:"effect_ids"`
	Weights   []float64 `json:"weights,omitempty"` // percent, in the order of EffectIDs
	Warnings  []string  `json:"warnings"`
	// Headline is what is shown of a part of a finding's studies (a group, a subset,
	// all but one): chosen as that of the finding is; nil where the fit itself is shown.
	Headline *Headline `json:"headline,omitempty"`
}

// Guarded reports whether the guard acted on the fit.
func (p PooledResult) Guarded() bool { return p.UnguardedLow != nil }

// HeadlineKind says what is shown first of a finding.
type HeadlineKind string

// The kinds of headline.
const (
	HeadlinePooled    HeadlineKind = "pooled"              // five studies or more: the fitted model
	HeadlineStudy     HeadlineKind = "single study"        // one study: its own result
	HeadlineSmall     HeadlineKind = "small-sample answer" // two to four studies: the posterior of the stated priors
	HeadlineNotPooled HeadlineKind = "not pooled"          // no number, or two to four studies that conflict
)

// StudiesApart says of studies shown one by one what holds whether they are on two
// sides of no effect or on one; the finding's own answer says which.
const StudiesApart = "studies that differ too much to be pooled"

// Headline is the result of a finding that is shown, cited, graded and judged.
// It is chosen once, where the finding is made; Estimate, Lower and Upper are on
// the scale of the analysis and nil when Kind is "not pooled".
type Headline struct {
	Kind     HeadlineKind `json:"kind"`
	Estimate *float64     `json:"estimate"`
	Lower    *float64     `json:"lb"`
	Upper    *float64     `json:"ub"`
	Note     string       `json:"note,omitempty"` // model and priors, or why nothing is pooled
}

// Predicts reports whether a prediction interval says something of its own: not where
// no difference between the studies could be estimated, nor where the studies or the
// small-sample answer are shown instead of the fit.
func (h Headline) Predicts(tau2, lo, hi *float64) bool {
	return h.Kind == HeadlinePooled && tau2 != nil && *tau2 > 0 && lo != nil && hi != nil
}

// Interval gives the limits; ok is false when there is no number.
func (h Headline) Interval() (lo, hi float64, ok bool) {
	if h.Estimate == nil || h.Lower == nil || h.Upper == nil {
		return math.NaN(), math.NaN(), false
	}
	return *h.Lower, *h.Upper, true
}

// IncludesNull reports whether the headline interval includes no effect.
func (h Headline) IncludesNull() bool {
	lo, hi, ok := h.Interval()
	return ok && lo <= 0 && hi >= 0
}

// The coarse readings of a headline.
const (
	VerdictLower    = "lower, the interval excludes no effect"
	VerdictHigher   = "higher, the interval excludes no effect"
	VerdictIncludes = "the interval includes no effect"
	VerdictNone     = "no number"
)

// Verdict is the coarse reading of the headline: the side of no effect on which
// its interval is.
func (h Headline) Verdict() string {
	lo, hi, ok := h.Interval()
	switch {
	case !ok:
		return VerdictNone
	case lo > 0:
		return VerdictHigher
	case hi < 0:
		return VerdictLower
	}
	return VerdictIncludes
}

// Exclusion is a row that was looked at and left out, with its reason; the
// PRISMA numbers are counted from these.
type Exclusion struct {
	EffectID string `json:"effect_id,omitempty"`
	StudyID  string `json:"study_id"`
	Label    string `json:"label,omitempty"`
	Code     string `json:"code"`
	Reason   string `json:"reason"`
	// Misfit is population, design, comparator or time where the row does not belong
	// to the question, whatever else Code says against it.
	Misfit string `json:"misfit,omitempty"`
	// Compared is set where the row compares two groups although its design is not
	// stated well enough for the question.
	Compared bool `json:"compared,omitempty"`
}

// MissingTrial is a registered trial that fits a question and has no usable
// result yet.
type MissingTrial struct {
	StudyID  string `json:"study_id"`
	RecordID string `json:"record_id"`
	Title    string `json:"title"`
	Status   Status `json:"status"`
	// Why is running | completed without results | overdue | results posted, not
	// pooled | reported, not pooled | terminated | withdrawn | unknown.
	Why        string `json:"why"`
	Detail     string `json:"detail,omitempty"` // one sentence with the dates or the reason
	PlannedN   *int   `json:"planned_n,omitempty"`
	Completion string `json:"completion,omitempty"`
	URL        string `json:"url,omitempty"`
	// PooledIn are the findings that pool the trial for another question.
	PooledIn []string `json:"pooled_in,omitempty"`
}

// Asked is the question in words: who, how much, counted from when, in which
// designs, and what counts as a response.
type Asked struct {
	Population string   `json:"population,omitempty"`
	Dose       string   `json:"dose,omitempty"`
	Clock      string   `json:"clock,omitempty"`
	Response   string   `json:"response,omitempty"`
	Designs    []string `json:"designs,omitempty"`
}

// Finding is the published answer to one question.
type Finding struct {
	ID         string `json:"id"` // "mdma-ptsd-severity"
	Question   string `json:"question"`
	Title      string `json:"title"`
	Substance  string `json:"substance"`
	Condition  string `json:"condition"`
	Domain     string `json:"domain"`
	Population string `json:"population,omitempty"`
	Comparator string `json:"comparator,omitempty"` // classes, in words
	Asked      Asked  `json:"asked"`
	Measure    string `json:"measure"`
	// Harm is set where the outcome is a harm.
	Harm bool `json:"harm,omitempty"`
	// LowerIsBetter says on which side of the null the benefit is.
	LowerIsBetter bool `json:"lower_is_better"`
	// Undirected is set where that is not known, as for a table of one's own.
	Undirected bool     `json:"undirected,omitempty"`
	MID        *float64 `json:"mid,omitempty"` // minimal important difference on the measure's scale
	MIDSource  string   `json:"mid_source,omitempty"`

	// Headline is what is shown; Primary the fitted model of the plan.
	Headline    Headline       `json:"headline"`
	Primary     PooledResult   `json:"primary"`
	Sensitivity []PooledResult `json:"sensitivity,omitempty"`
	Subgroups   []Subgroup     `json:"subgroups,omitempty"`
	Moderators  []Moderator    `json:"moderators,omitempty"`

	Effects  []Effect    `json:"effects"` // those pooled, in plot order
	Excluded []Exclusion `json:"excluded,omitempty"`
	// NotPooled are counts of a harm that exist and are not pooled, a sentence each.
	NotPooled []string       `json:"not_pooled,omitempty"`
	Missing   []MissingTrial `json:"missing,omitempty"`
	// Unplaced are registered trials that would be in Missing if their records said
	// that their people are those of the question.
	Unplaced []string `json:"unplaced,omitempty"`
	// Measured are studies that measured the outcome without numbers that can
	// be extracted: they explain an empty finding.
	Measured []Measured `json:"measured,omitempty"`
	// Bound says how many unreported participants at no effect would move the
	// finding across its line; nil when it has none or none would.
	Bound *Bound `json:"bound,omitempty"`

	LeaveOneOut []PooledResult  `json:"leave_one_out,omitempty"`
	Cumulative  []PooledResult  `json:"cumulative,omitempty"`
	Influence   []InfluenceRow  `json:"influence,omitempty"`
	Baujat      []BaujatPoint   `json:"baujat,omitempty"`
	GOSH        *GOSHSummary    `json:"gosh,omitempty"`
	Multiverse  *Multiverse     `json:"multiverse,omitempty"`
	SmallStudy  []TestResult    `json:"small_study,omitempty"`
	Bayes       *BayesResult    `json:"bayes,omitempty"`
	Sequential  *SequentialPlot `json:"sequential,omitempty"`
	Drapery     []CurvePoint    `json:"drapery,omitempty"` // p-value function of the pooled effect

	Certainty Certainty `json:"certainty"`
	// Sentences at three reading levels, generated from the numbers.
	Sentences Sentences `json:"sentences"`
	Limits    []string  `json:"limits,omitempty"`
	NotToSay  []string  `json:"not_to_say,omitempty"`
	Warnings  []string  `json:"warnings,omitempty"`
	Retracted []string  `json:"retracted,omitempty"` // retracted papers that the finding rests on
	// Beside are the effects of analyses beside the main one that it does not pool.
	Beside []Effect `json:"beside,omitempty"`
	// Flagged are the pooled effects whose number carries a flag.
	Flagged []Flagged `json:"flagged,omitempty"`
	// OtherScore says what the studies' scores of the other kind (change or endpoint)
	// give; of one study only where they lead to another reading.
	OtherScore string `json:"other_score,omitempty"`
	LastCrawl  string `json:"last_crawl,omitempty"`
	// Absolute is the headline in people of a hundred or points of a scale.
	Absolute *Absolute `json:"absolute,omitempty"`
	// Notices are what was done to the evidence of this finding.
	Notices []Notice `json:"notices,omitempty"`
	// State is what is known, Coverage what was searched.
	State    State    `json:"state"`
	Coverage Coverage `json:"coverage"`
}

// Measured is a study that measured an outcome without extractable numbers.
type Measured struct {
	StudyID    string `json:"study_id,omitempty"`
	Label      string `json:"label"`
	Instrument string `json:"instrument,omitempty"`
	N          *int   `json:"n,omitempty"`
	Controlled bool   `json:"controlled"` // it had a comparison group
	Note       string `json:"note"`
	DOI        string `json:"doi,omitempty"`
	Source     string `json:"source,omitempty"`
}

// Subgroup is the split of a finding by a factor.
type Subgroup struct {
	Factor string `json:"factor"`
	// Groups have the level as label. Two studies of a group are shown one by one.
	Groups   []PooledResult `json:"groups"`
	QBetween *float64       `json:"q_between"`
	DF       int            `json:"df"`
	P        *float64       `json:"p"`
	Model    string         `json:"model"`
	Warnings []string       `json:"warnings,omitempty"`
}

// Moderator is a meta-regression on one variable.
type Moderator struct {
	Name     string    `json:"name"`
	Unit     string    `json:"unit,omitempty"`
	K        int       `json:"k"`
	Slope    *float64  `json:"slope"`
	SE       *float64  `json:"se"`
	CILower  *float64  `json:"ci_lb"`
	CIUpper  *float64  `json:"ci_ub"`
	P        *float64  `json:"p"`
	R2       *float64  `json:"r2"`
	X        []float64 `json:"x,omitempty"` // per effect, for the bubble plot
	Effects  []string  `json:"effect_ids,omitempty"`
	FitX     []float64 `json:"fit_x,omitempty"`
	FitY     []float64 `json:"fit_y,omitempty"`
	FitLow   []float64 `json:"fit_lb,omitempty"`
	FitHigh  []float64 `json:"fit_ub,omitempty"`
	Warnings []string  `json:"warnings,omitempty"`
}

// Bound is the tipping point over missing trials.
type Bound struct {
	Line             string `json:"line"`               // what would be crossed, in words
	Participants     int    `json:"participants"`       // at no effect
	Beyond           bool   `json:"beyond,omitempty"`   // more than Participants: they were tried and are not enough
	PlannedInMissing int    `json:"planned_in_missing"` // sum of planned n over the missing trials
	Reachable        bool   `json:"reachable"`          // PlannedInMissing >= Participants
	Note             string `json:"note,omitempty"`
}

// InfluenceRow is one study's influence diagnostics.
type InfluenceRow struct {
	EffectID    string  `json:"effect_id"`
	RStudent    float64 `json:"rstudent"`
	DFFITS      float64 `json:"dffits"`
	CookD       float64 `json:"cook_d"`
	CovR        float64 `json:"cov_r"`
	Tau2Del     float64 `json:"tau2_del"`
	QEDel       float64 `json:"qe_del"`
	Hat         float64 `json:"hat"`
	Weight      float64 `json:"weight"`
	Influential bool    `json:"influential"`
}

// BaujatPoint is one study in the Baujat plot.
type BaujatPoint struct {
	EffectID string  `json:"effect_id"`
	X        float64 `json:"x"`
	Y        float64 `json:"y"`
}

// GOSHSummary is the graphical display of all subsets, binned for drawing.
type GOSHSummary struct {
	Subsets  int       `json:"subsets"`
	Exact    bool      `json:"exact"`
	Method   string    `json:"method"`
	Estimate []float64 `json:"estimate"` // a drawn sample (or all) of subset estimates
	I2       []float64 `json:"i2"`
}

// Multiverse is every combination of the plan's defensible choices.
type Multiverse struct {
	Specifications int          `json:"specifications"` // combinations of choices
	Distinct       int          `json:"distinct"`       // analyses with a result of their own among them: what the shares count
	ShareNonzero   float64      `json:"share_nonzero"`  // interval excludes zero
	ShareMID       *float64     `json:"share_mid,omitempty"`
	Median         float64      `json:"median"`
	Min            float64      `json:"min"`
	Max            float64      `json:"max"`
	MostMoving     string       `json:"most_moving"` // the choice that moves the result most
	Axes           []MultiAxis  `json:"axes"`
	Curve          []CurveBrief `json:"curve"` // distinct ones, sorted, thinned for drawing
}

// MultiAxis is one choice and how far it moves the result.
type MultiAxis struct {
	Name   string   `json:"name"`
	Levels []string `json:"levels"`
	Spread float64  `json:"spread"` // mean range of the estimate over its levels
}

// CurveBrief is one specification.
type CurveBrief struct {
	Estimate float64 `json:"estimate"`
	CILower  float64 `json:"ci_lb"`
	CIUpper  float64 `json:"ci_ub"`
	Choices  []int   `json:"choices"` // level index per axis
	K        int     `json:"k"`
}

// TestResult is a small-study or selection analysis with its limits.
type TestResult struct {
	Name      string   `json:"name"`
	Statistic *float64 `json:"statistic,omitempty"`
	P         *float64 `json:"p,omitempty"`
	Estimate  *float64 `json:"estimate,omitempty"`
	CILower   *float64 `json:"ci_lb,omitempty"`
	CIUpper   *float64 `json:"ci_ub,omitempty"`
	K         int      `json:"k"`
	Shown     bool     `json:"shown"` // false: not run as a test, Limit says why
	Limit     string   `json:"limit,omitempty"`
}

// BayesResult is the Bayesian random-effects result.
type BayesResult struct {
	Prior   string       `json:"prior"`
	Median  float64      `json:"median"`
	CrILow  float64      `json:"cri_lb"`
	CrIHigh float64      `json:"cri_ub"`
	TauMed  float64      `json:"tau_median"`
	PBelow  float64      `json:"p_below_zero"`
	PMID    *float64     `json:"p_beyond_mid,omitempty"`
	PredLow float64      `json:"pred_lb"`
	PredUp  float64      `json:"pred_ub"`
	Density []CurvePoint `json:"density,omitempty"`
}

// SequentialPlot is the trial sequential monitoring of a finding.
type SequentialPlot struct {
	RIS      float64      `json:"ris"` // required information size, participants
	Reached  float64      `json:"reached"`
	Assumed  string       `json:"assumed"` // effect, alpha, power and heterogeneity assumed
	Z        []CurvePoint `json:"z"`       // X = cumulative n, Y = Z
	Bounds   []CurvePoint `json:"bounds"`  // X = n, Y = upper boundary (symmetric)
	Verdict  string       `json:"verdict"`
	Warnings []string     `json:"warnings,omitempty"`
}

// CurvePoint is a point of a drawn curve.
type CurvePoint struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Certainty is a GRADE judgement: proposed by rule, signed by a review file.
type Certainty struct {
	Level    string            `json:"level"`               // high | moderate | low | very low | "" (nothing to grade)
	Signed   bool              `json:"signed"`              // false: proposed, not signed
	SignedBy string            `json:"signed_by,omitempty"` // as the review file names itself
	SignedAt string            `json:"signed_at,omitempty"`
	Stale    bool              `json:"stale,omitempty"` // the numbers moved since it was signed
	Domains  []CertaintyDomain `json:"domains,omitempty"`
	Note     string            `json:"note,omitempty"`
}

// CertaintyDomain is one GRADE domain.
type CertaintyDomain struct {
	Name   string  `json:"name"`  // risk of bias, inconsistency, indirectness, imprecision, publication bias
	Steps  float64 `json:"steps"` // levels down: 0, -1, -2
	Rule   string  `json:"rule"`
	Inputs string  `json:"inputs"`          // the computed numbers, in words
	Plain  string  `json:"plain,omitempty"` // the reason for the steps in a few words
}

// Sentences are the finding in words.
type Sentences struct {
	// Ask is the question as a reader would put it; Answer the answer in at most
	// 30 words.
	Ask        string `json:"ask,omitempty"`
	Answer     string `json:"answer,omitempty"`
	Plain      string `json:"plain"`
	Curriculum string `json:"curriculum"`
	Researcher string `json:"researcher"`
}

// ClaimVerdict is the verdict on a claim that teaching texts make.
type ClaimVerdict struct {
	ID        string   `json:"id"` // C1 …
	Text      string   `json:"text"`
	Verdict   State    `json:"verdict"`
	Rule      string   `json:"rule"`
	Why       string   `json:"why"`
	Instead   string   `json:"instead"` // the sentence to write instead of the claim
	Findings  []string `json:"findings"`
	Certainty string   `json:"certainty,omitempty"`
	K         int      `json:"k"`
	N         People   `json:"n"`
	Date      string   `json:"date,omitempty"`
	Coverage  Coverage `json:"coverage"`
}

// GapCell is one cell of the evidence gap map.
type GapCell struct {
	Topic     string `json:"topic"`
	Substance string `json:"substance"`
	State     State  `json:"state"`
	// Why says what the state rests on, in a sentence.
	Why         string `json:"why"`
	Registered  int    `json:"registered"`
	Running     int    `json:"running"`
	Completed   int    `json:"completed"`
	WithResults int    `json:"with_results"`
	// Randomised are the people in the pooled or poolable comparisons; nil where
	// no study states a number.
	Randomised *int     `json:"randomised"`
	StudyIDs   []string `json:"study_ids,omitempty"`
	Reasons    []string `json:"reasons,omitempty"` // evidence for the classification, parallel to StudyIDs
	Coverage   Coverage `json:"coverage"`
}
