package posted

import (
	"fmt"
	"regexp"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// The kinds of contrast. Ratios stay on their natural scale.
const (
	KindMeanDifference = "mean-difference"
	KindMedianDiff     = "median-difference"
	KindSMD            = "standardised-mean-difference"
	KindRiskRatio      = "risk-ratio"
	KindOddsRatio      = "odds-ratio"
	KindHazardRatio    = "hazard-ratio"
	KindRateRatio      = "rate-ratio"
	KindMeanRatio      = "ratio-of-means"
	KindGeoMeanRatio   = "ratio-of-geometric-means"
	KindRiskDifference = "risk-difference"
	KindRateDifference = "rate-difference"
	KindPercentDiff    = "percent-difference"
	KindSlope          = "slope"
	KindCorrelation    = "correlation"
	KindStatistic      = "test-statistic"
	KindArmEstimate    = "arm-estimate" // a value of one group called a contrast
	KindPOnly          = "p-only"
	KindOther          = "other"
)

// Contrasts reads every between-group analysis that the sponsor posted, in
// payload order, with a verdict on whether it can be used as it is. The
// kind comes from the free text of the parameter, whatever its spelling.
func Contrasts(r *evidence.Record) []evidence.Contrast { return NewReader(nil).Contrasts(r) }

// Contrasts is [Contrasts] of one of many records.
func (read *Reader) Contrasts(r *evidence.Record) []evidence.Contrast {
	if r.Results == nil {
		return nil
	}
	var out []evidence.Contrast
	for i := range r.Results.Outcomes {
		o := &r.Results.Outcomes[i]
		for n := range o.Analyses {
			out = append(out, read.Contrast(r, o, n))
		}
	}
	return out
}

func (read *Reader) Contrast(r *evidence.Record, o *evidence.PostedOutcome, n int) evidence.Contrast {
	a := &o.Analyses[n]
	c := evidence.Contrast{
		ID: fmt.Sprintf("%s/o%d/a%d", r.ID, o.Index, n), RecordID: r.ID, OutcomeIndex: o.Index, Index: n,
		OutcomeTitle: o.Title, GroupIDs: append([]string(nil), a.GroupIDs...), ParamRaw: a.ParamType,
		PRaw: a.PValue, Method: a.Method, Verdict: evidence.Usable,
		Prov: evidence.Provenance{PayloadSHA256: r.Prov.PayloadSHA256, Pointer: a.Pointer},
	}
	c.Estimate, c.Lower, c.Upper = number(a.ParamValue), number(a.CILower), number(a.CIUpper)
	c.CILevel = number(a.CIPct)
	switch strings.ToUpper(a.CISides) {
	case "TWO_SIDED", "2-SIDED":
		c.CISides = 2
	case "ONE_SIDED", "1-SIDED":
		c.CISides = 1
	case "":
		if c.Lower != nil && c.Upper != nil {
			c.CISides = 2
		}
	}
	if kind, _ := KindOfDispersion(a.DispersionType); kind == DispSE {
		c.SE = number(a.DispersionValue)
	}
	if p := evidence.ParseNumber(a.PValue, evidence.StyleRegister); p.OK && !p.Percent {
		c.P, c.POp = &p.Value, p.Op
		if c.POp == "" {
			c.POp = "="
		}
	}
	c.Kind = read.KindOfContrast(a.ParamType, a.Method)
	if c.Kind == "" {
		c.Kind = KindOther
		if strings.TrimSpace(a.ParamType) == "" && c.Estimate == nil {
			c.Kind = KindPOnly
		}
	}
	c.Adjusted = contrastAdjusted(a)
	c.Sign = signOf(o, a)
	JudgeContrast(&c, a, o)
	return c
}

// contrastKinds are tried in order; the first whose words fit decides.
var contrastKinds = []struct {
	kind string
	re   *regexp.Regexp
}{
	{KindHazardRatio, regexp.MustCompile(`\bhazards?[\s-]*ratio|\bhr\b`)},
	{KindOddsRatio, regexp.MustCompile(`\bodds[\s-]*ratio|\bor\b\)?$|^or\b|\bcommon odds`)},
	{KindGeoMeanRatio, regexp.MustCompile(`ratio.*geom|geom.*ratio|\bgmr\b|geometric.*(?:fold|treatment effect)`)},
	{KindRateRatio, regexp.MustCompile(`\b(?:incidence|event|exacerbation|annuali[sz]ed)?[\s-]*rates?[\s-]*ratio|\birr\b|ratio ` +
		`of (?:\w+ )*(?:event |incidence |annuali[sz]ed )?rates\b|relative rate`)},
	{KindRiskRatio, regexp.MustCompile(`\brisks?[\s-]*ratio|relative risk|ratio of (?:risks?|proportions?|response ` +
		`rates?|percentages?|probabilit)|(?:response|prevalence|proportions?)[\s-]*(?:rates?[\s-]*)?ratio|\brr\b|relative benefit`)},
	{KindMeanRatio, regexp.MustCompile(`ratio of (?:\w+ ){0,2}(?:ls|least squares?|adjusted)?[\s-]*means?|means? ratio|ratio of`)},
	{KindSMD, regexp.MustCompile(`standardi[sz]ed (?:mean )?(?:effect|difference)|cohen'?s?\b|hedges|effect size|\bsmd\b`)},
	{KindRiskDifference,
		regexp.MustCompile(`risks?[\s-]*difference|(?:absolute )?difference in (?:\w+ ){0,3}(?:proportions?|percentages?|percent ` +
			`of|response|risks?|rates? of|event rates?)|proportions? difference|difference of ` +
			`proportions?|\brd\b|percentage[\s-]*point|(?:response|remission|cure) rates? difference|treatment difference in ` +
			`proportion|difference in (?:the )?(?:response|remission|cure) rates?`)},
	{KindRateDifference, regexp.MustCompile(`rates? difference|difference in rates?`)},
	{KindMedianDiff, regexp.MustCompile(`medians?.*differen|differen.*medians?|hodges|location shift`)},
	{KindPercentDiff, regexp.MustCompile(`percent(?:age)?\s*(?:difference|change)|difference in percent(?:age)? ` +
		`change|%\s*difference|relative (?:difference|reduction|change)|vaccine efficacy`)},
	{KindMeanDifference,
		regexp.MustCompile(`(?:mean|means?|ls|least squares?|lsm|adjusted|treatment|net|change|estimated|average|` +
			`score).*(?:differen|diff\b|contrast)|differen.*(?:mean|ls|least square|lsm|change|score|treatment|between)|^differen\w*$|` +
			`\bmd\b|\blsmd\b|treatment effect|(?:mean|ls) diff|delta|beta coefficient for treatment|difference estimate|estimate of difference`)},
	{KindSlope, regexp.MustCompile(`\bslope|regression coefficient|^beta|^coefficient|parameter estimate`)},
	{KindCorrelation, regexp.MustCompile(`correlation|\bicc\b|kappa`)},
	{KindStatistic, regexp.MustCompile(`^(?:f|t|z|chi|χ|x2|u|w|f[\s-]*(?:value|statistic|ratio)|t[\s-]*(?:value|statistic|` +
		`test)|z[\s-]*(?:value|score|statistic))\b|chi[\s-]*squared?|mann[\s-]*whitney|wilcoxon|test statistic`)},
	{KindArmEstimate, regexp.MustCompile(`^(?:(?:adjusted|estimated|change in|ls|least squared?s?|geometric|arithmetic) )*` +
		`(?:mean|means|median|least squared? means?|ls means?|percent(?:age)?|proportion|rate|count|number|change)` +
		`(?: change| from baseline)*$`)},
}

// KindOfContrast reads the free text of a parameter; "" when nothing fits. A
// coefficient of a logistic model is a log odds ratio, whatever it is called.
func (read *Reader) KindOfContrast(param, method string) string {
	kind := once(&read.kept, read.params, param, func(param string) string {
		p := strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(param, "_", " ")), " "))
		for _, k := range contrastKinds {
			if p != "" && k.re.MatchString(p) {
				return k.kind
			}
		}
		return ""
	})
	if kind == KindMeanDifference && strings.Contains(strings.ToLower(method), "logistic") {
		return KindOther
	}
	return kind
}

// IsRatio reports whether a kind of contrast has its null at one.
func IsRatio(kind string) bool {
	switch kind {
	case KindRiskRatio, KindOddsRatio, KindHazardRatio, KindRateRatio, KindMeanRatio, KindGeoMeanRatio:
		return true
	}
	return false
}

// modelStems tell a model by themselves, modelWords as whole words; those are
// tried where one of shortWords occurs.
var (
	modelStems = []string{"mixed", "mmrm", "regression", "adjusted", "covaria", "generalised", "generalized", "logistic", "cochran", "mantel",
		"stratif", "negative binomial", "poisson", "repeated measures"}
	shortWords = []string{"ancova", "cox", "ls", "least", "gee", "model"}
	modelWords = regexp.MustCompile(`\b(?:ancova\b|cox\b|ls\b|lsm|gee\b|model)|least[\s-]*square`)
)

func contrastAdjusted(a *evidence.Analysis) bool {
	for _, s := range []string{a.ParamType, a.Method, a.MethodComment, a.GroupDescription, a.EstimateComment} {
		s = strings.ToLower(s)
		if containsAny(s, modelStems...) || containsAny(s, shortWords...) && modelWords.MatchString(s) {
			return true
		}
	}
	return false
}

// The senses of a difference.
const (
	SignFirstMinusSecond = "first minus second"
	SignSecondMinusFirst = "second minus first"
	SignUnknown          = "unknown"
)

var minusWords = regexp.MustCompile(`(?i)\s+(?:minus|-|–|−|over|compared (?:to|with)|relative to)\s+|\s*/\s*`)

// signOf says which group was taken from which, when the text of the parameter
// or of the comments states it in the words of the groups ("Eleclazine -
// Placebo"), or when the posted arm values leave only one reading.
func signOf(o *evidence.PostedOutcome, a *evidence.Analysis) string {
	one, two, ok := ComparedGroups(o, a.GroupIDs)
	if !ok {
		return SignUnknown
	}
	first, second := titleOf(o, one), titleOf(o, two)
	for _, text := range []string{a.EstimateComment, a.ParamType, a.GroupDescription, a.MethodComment, a.OtherAnalysisDesc} {
		if s := signInText(text, first, second); s != "" {
			return s
		}
	}
	return SignUnknown
}

func signInText(text, first, second string) string {
	if !containsAny(strings.ToLower(text), "minus", "-", "–", "−", "over", "compared", "relative", "/") {
		return ""
	}
	for _, at := range minusWords.FindAllStringIndex(text, -1) {
		left, right := lastWords(text[:at[0]], 6), firstWords(text[at[1]:], 6)
		lf, ls := likeness(left, first, second)
		rf, rs := likeness(right, first, second)
		switch {
		case lf > ls && rs > rf:
			return SignFirstMinusSecond
		case ls > lf && rf > rs:
			return SignSecondMinusFirst
		}
	}
	return ""
}

// likeness counts the words of a text that belong to only one of two titles.
func likeness(phrase, first, second string) (inFirst, inSecond int) {
	f, s := text.WordSet(first), text.WordSet(second)
	for w := range text.WordSet(phrase) {
		switch {
		case f[w] && !s[w]:
			inFirst++
		case s[w] && !f[w]:
			inSecond++
		}
	}
	return inFirst, inSecond
}

func lastWords(s string, n int) string {
	f := strings.Fields(s)
	return strings.Join(f[max(0, len(f)-n):], " ")
}

func firstWords(s string, n int) string {
	f := strings.Fields(s)
	return strings.Join(f[:min(n, len(f))], " ")
}

func titleOf(o *evidence.PostedOutcome, id string) string {
	for _, g := range o.Groups {
		if g.ID == id {
			return g.Title
		}
	}
	return ""
}

// ComparedGroups are the two groups of a contrast, in its order. A contrast
// that names one group of an outcome that has two compares it with the other.
func ComparedGroups(o *evidence.PostedOutcome, ids []string) (first, second string, ok bool) {
	switch {
	case len(ids) == 2 && ids[0] != ids[1]:
		return ids[0], ids[1], true
	case len(ids) == 1 && len(o.Groups) == 2:
		for i, g := range o.Groups {
			if g.ID == ids[0] {
				return ids[0], o.Groups[1-i].ID, true
			}
		}
	}
	return "", "", false
}
