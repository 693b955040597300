package extract

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"past/internal/evidence"
	"past/internal/vocab"
)

// Register reads every posted value of a record into arm results, in payload
// order: one for each cell, whatever can be said of it.
func Register(r *evidence.Record, v *vocab.Vocabulary) []evidence.ArmResult {
	if r.Results == nil {
		return nil
	}
	var out []evidence.ArmResult
	for i := range r.Results.Outcomes {
		o := &r.Results.Outcomes[i]
		x := newOutcome(r, o, v)
		first := len(out)
		for ci := range o.Classes {
			for ki := range o.Classes[ci].Categories {
				row := x.row(ci, ki)
				for mi := range o.Classes[ci].Categories[ki].Measurements {
					out = append(out, x.cell(row, mi))
				}
			}
		}
		judgeTogether(out[first:])
		judgeChange(x, out[first:])
	}
	judgeTwins(out)
	return out
}

// outcome is one posted outcome with what all its cells share.
type outcome struct {
	record *evidence.Record
	o      *evidence.PostedOutcome
	groups map[string]evidence.Group
	match  vocab.InstrumentMatch
	known  bool
	change bool
	v      *vocab.Vocabulary
	cur    vocab.InstrumentMatch // of the cell being read
	seen   map[string]seenMatch
	// adjusted is set where the texts of the outcome speak of a model's mean
	adjusted bool
	modelled bool  // a share that a survival curve gives, not a count
	sizes    []int // of the row being read, where its title gives them
}

func newOutcome(r *evidence.Record, o *evidence.PostedOutcome, v *vocab.Vocabulary) *outcome {
	x := &outcome{record: r, o: o, v: v, groups: map[string]evidence.Group{}, seen: map[string]seenMatch{}}
	for _, g := range o.Groups {
		x.groups[g.ID] = g
	}
	x.match, x.known = v.MatchInstrument(o.Title, o.Description)
	x.change = x.known && x.match.Change || announcesChange(o.Title) || frameOfChange.MatchString(o.TimeFrame)
	text := strings.ToLower(o.Title + "\n" + o.Description)
	x.adjusted = adjustedWords.MatchString(o.Unit) || containsAny(text, "adjusted", "least", "ls mean", "lsmean", "ls-mean", "model", "marginal") && adjustedMean.MatchString(text)
	x.modelled = containsAny(text, "actuarial", "kaplan", "life", "cumulative", "survival") && modelledShare.MatchString(text)
	return x
}

// frameOfChange finds time frames that tell a change from a value.
var frameOfChange = regexp.MustCompile(`(?i)^\s*(?:mean )?(?:change|difference)s?\b`)

// spanFromBaseline finds rows that reach from the baseline to a later point.
var spanFromBaseline = regexp.MustCompile(`(?i)^\s*(?:from\s+)?(?:baseline|BL|screening)\s*(?:to|through|-|–|until)\s`)

// containsAny rules a text out before a pattern is tried on it.
func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// announcesChange sees a change from baseline in a title.
func announcesChange(title string) bool {
	t := strings.ToLower(title)
	for _, s := range []string{"change from", "change in", "change of", "changes in", "changes from", "change to", "change at", "mean change", "improvement in", "improvement from", "reduction in", "reduction from", "difference from baseline", "change score"} {
		if strings.Contains(t, s) {
			return true
		}
	}
	return strings.HasPrefix(t, "change ") || strings.HasSuffix(t, " change")
}

// row reads what all cells of one row share: its titles, instrument, kind of
// score and time.
func (x *outcome) row(ci, ki int) evidence.ArmResult {
	class := &x.o.Classes[ci]
	a := evidence.ArmResult{
		RecordID: x.record.ID, Channel: "register",
		OutcomeIndex: x.o.Index, OutcomeTitle: x.o.Title, OutcomeType: x.o.Type,
		ClassIndex: ci, ClassTitle: class.Title, CategoryIndex: ki, CategoryTitle: class.Categories[ki].Title,
		ParamType: x.o.ParamType, DispersionType: x.o.DispersionType, Unit: x.o.Unit,
	}
	x.instrument(&a)
	x.time(&a)
	x.sizes = nil
	if len(class.Denoms) == 0 {
		if x.sizes = sizesIn(class.Title, len(x.o.Groups)); x.sizes == nil {
			x.sizes = sizesIn(a.CategoryTitle, len(x.o.Groups))
		}
	}
	return a
}

// cell reads one measurement of a row.
func (x *outcome) cell(row evidence.ArmResult, mi int) evidence.ArmResult {
	a := row
	class := &x.o.Classes[a.ClassIndex]
	m := &class.Categories[a.CategoryIndex].Measurements[mi]
	a.ID = fmt.Sprintf("%s/o%d/c%d/k%d/m%d", x.record.ID, x.o.Index, a.ClassIndex, a.CategoryIndex, mi)
	a.Flags = slices.Clone(row.Flags)
	if row.TimepointWeeks != nil {
		w := *row.TimepointWeeks
		a.TimepointWeeks = &w
	}
	a.GroupID, a.GroupTitle = m.GroupID, x.groups[m.GroupID].Title
	a.ValueRaw, a.SpreadRaw, a.LowerRaw, a.UpperRaw = m.Value, m.Spread, m.Lower, m.Upper
	a.Prov = evidence.Provenance{PayloadSHA256: x.record.Prov.PayloadSHA256, Pointer: m.Pointer}
	a.Value, a.Spread = number(m.Value), number(m.Spread)
	a.Lower, a.Upper = number(m.Lower), number(m.Upper)
	a.NRaw, a.N = denominator(x.o, class, m.GroupID)
	x.titleN(&a)
	x.judge(&a, m)
	return a
}

// number is the value of a cell; nil where there is none, or where the text
// carries an operator, so that a bound is never taken for a value.
func number(raw string) *float64 {
	n := evidence.ParseNumber(raw, evidence.StyleRegister)
	if !n.OK || n.Op != "" {
		return nil
	}
	return &n.Value
}

// denominator is how many stand behind a group's cell in this very class: the
// class's own counts where it has them, else the outcome's. Of several units
// the one that the outcome declares is taken, else participants.
func denominator(o *evidence.PostedOutcome, c *evidence.Class, group string) (raw string, n *int) {
	for _, denoms := range [][]evidence.Denom{c.Denoms, o.Denoms} {
		if raw, ok := countOf(denoms, o.DenomUnits, group); ok {
			p := evidence.ParseNumber(raw, evidence.StyleRegister)
			if p.OK && p.Op == "" && p.Value >= 0 && p.Value == float64(int(p.Value)) {
				v := int(p.Value)
				return raw, &v
			}
			return raw, nil
		}
	}
	return "", nil
}

// titleSizes finds the sizes that old records write into the title of a row:
// "Month 6 (n=71,26,40,1)", "High (n=210, n=98)", "n=316".
var titleSizes = regexp.MustCompile(`(?i)\bn\s*=\s*(\d[\d,]*)`)

// titleN takes the denominator from the row's title where the class has none
// of its own and the title gives one for every group, in the groups' order.
func (x *outcome) titleN(a *evidence.ArmResult) {
	if x.sizes == nil {
		return
	}
	for i, g := range x.o.Groups {
		if g.ID != a.GroupID {
			continue
		}
		n := x.sizes[i]
		if a.N != nil && n > *a.N {
			a.Flags = append(a.Flags, reason(CodeDenominator, fmt.Sprintf("the row's title says n = %d, more than the outcome's %d", n, *a.N)))
		}
		a.N, a.NRaw = &n, strconv.Itoa(n)
	}
}

// sizesIn reads one size for each of k groups, or nothing.
func sizesIn(title string, k int) []int {
	ms := titleSizes.FindAllStringSubmatch(title, -1)
	if len(ms) == 0 || k == 0 {
		return nil
	}
	var parts []string
	if len(ms) == 1 {
		at := titleSizes.FindStringIndex(title)
		list := sizeList.FindString(title[at[0]:])
		parts = strings.FieldsFunc(list, func(r rune) bool { return r < '0' || r > '9' })
	} else {
		for _, m := range ms {
			parts = append(parts, strings.Trim(m[1], ","))
		}
	}
	if len(parts) != k {
		return nil
	}
	out := make([]int, k)
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil
		}
		out[i] = n
	}
	return out
}

var sizeList = regexp.MustCompile(`(?i)^n\s*=\s*\d+(?:\s*[,;/&]\s*\d+)*`)

func countOf(denoms []evidence.Denom, selected, group string) (string, bool) {
	pick := func(want func(units string) bool) (string, bool) {
		for _, d := range denoms {
			if !want(strings.ToLower(strings.TrimSpace(d.Units))) {
				continue
			}
			for _, c := range d.Counts {
				if c.GroupID == group {
					return c.Value, true
				}
			}
		}
		return "", false
	}
	if s := strings.ToLower(strings.TrimSpace(selected)); s != "" {
		if v, ok := pick(func(u string) bool { return u == s }); ok {
			return v, ok
		}
	}
	if v, ok := pick(func(u string) bool { return u == "participants" || u == "participant" }); ok {
		return v, ok
	}
	return pick(func(string) bool { return true })
}

// instrument names what was measured: by the title and description of the
// outcome, narrowed by a class or category that names a subscale.
func (x *outcome) instrument(a *evidence.ArmResult) {
	m, known := x.match, x.known
	for _, t := range []string{a.ClassTitle, a.CategoryTitle} {
		rest := rowWords(t)
		if rest == "" {
			continue
		}
		// a class may name another scale, or a part of the outcome's own
		if sub, ok := x.matchOnce(t); ok && sub.Certain && sub.Field == "title" && (!known || sub.ID != m.ID || sub.Subscale != "") {
			m, known = sub, true
		} else if known {
			if sub, ok := x.matchOnce(x.o.Title + ": " + rest); ok && sub.ID == m.ID && sub.Subscale != "" {
				m = sub
			} else if partOfScale.MatchString(rest) && m.Subscale == "" {
				m.Subscale, m.IsTotal, m.Range = rest, false, nil // a part that the catalogue does not know
			} else if !(ok && sub.ID == m.ID && sub.Certain && sub.IsTotal && namesScale(t, sub)) {
				a.Flags = append(a.Flags, reason(CodeRow, fmt.Sprintf("the row %q is a part, a subgroup or a level of the outcome", t)))
				m.Range = nil // of the whole
			}
		}
	}
	if known {
		a.Instrument, a.Domain, a.Subscale = instrumentID(m), m.Domain, m.Subscale
		if !m.Certain {
			a.Flags = append(a.Flags, reason(CodeInstrument, m.Reason))
		}
	}
	x.cur = m
	a.Adjusted = kindOfParam(x.o.ParamType) == paramLSMean || kindOfParam(x.o.ParamType) == paramGeoLSMean || x.adjusted
	a.Baseline = isBaselineRow(a.ClassTitle) || isBaselineRow(a.CategoryTitle) || onlyBaseline(x.o.TimeFrame)
	a.ScoreType = x.scoreType(m, known, a)
}

var adjustedWords = regexp.MustCompile(`(?i)\badjusted\b`)

// adjustedMean finds the words by which a mean turns out to be a model's.
var adjustedMean = regexp.MustCompile(`\badjusted (?:mean|change|difference|percent|proportion|value)|least[\s-]*squares?\b|\bls[\s-]?means?\b|\bmodel(?:l?ed|[\s-](?:based|adjusted))\b|\bestimated marginal|\bmeans? (?:\w+ ){0,4}adjusted for\b`)

// modelledShare finds shares that come from a survival curve.
var modelledShare = regexp.MustCompile(`\bactuarial\b|\bkaplan|\blife[\s-]table|\bcumulative incidence|\b(?:event|disease|progression|relapse|recurrence|distant)[\s-]+(?:\w+[\s-]+)?free survival|\boverall survival|\bprobability of survival|\bsurvival (?:probability|estimate|rate|function)`)

// partOfScale finds the words with which a row is called a part of a scale.
var partOfScale = regexp.MustCompile(`(?i)\b(?:sub-?scales?|sub-?scores?|sub-?domains?|domains?|items?|factors?|components?|clusters?|dimensions?|questions?|criterion|criteria|q\d+|part)\b`)

// namesScale tells that the title names the scale itself, so that the row is
// its total.
func namesScale(title string, m vocab.InstrumentMatch) bool {
	return m.Term != "" && strings.Contains(strings.ToLower(title), strings.ToLower(m.Term))
}

// rowFiller are words that say when or how a row was measured, not of what.
var rowFiller = wordSet(`absolute after all and at average baseline before bl case cases change changes day days difference dose dosing
	eight end endpoint eop eos eot final five follow for four from hour hours hr hrs in intervention itt last locf
	mean mid min mins minute minutes mmrm month months n nd nine observed of on one overall participants patients
	period phase point post pre primary raw rd scale score scores session seven six study subjects ten the
	three time to total treatment twelve two up value values visit week weeks wk year years`)

var rowSizes = regexp.MustCompile(`(?i)[(\[]?\bn\s*=\s*[\d,;:/&\s]*[)\]]?`)

// rowWords are the words of a row's title that are left when times, sizes and
// words of change are taken away: a subscale, a subgroup, a level, or nothing.
func rowWords(title string) string {
	if title == "" {
		return ""
	}
	rest := title
	if strings.ContainsRune(title, '=') {
		rest = rowSizes.ReplaceAllString(title, " ")
	}
	if !slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(rest), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("<>≤≥%", r)
	}), saysWhat) {
		return ""
	}
	words := regexpSpaces.ReplaceAllString(strings.Trim(strings.ToLower(rest), " -–:;,."), " ")
	return strings.Trim(trailingTime.ReplaceAllString(words, ""), " -–:;,.(")
}

// saysWhat tells a word that is neither filler nor a number ("4", "4th").
func saysWhat(word string) bool {
	digits := strings.TrimLeft(word, "0123456789")
	return !rowFiller[word] && digits != "" && !(digits != word && (digits == "st" || digits == "nd" || digits == "rd" || digits == "th"))
}

var (
	regexpSpaces = regexp.MustCompile(`\s+`)
	trailingTime = regexp.MustCompile(`[\s,:;(-]*(?:at\s+)?(?:week|day|month|visit)s?\s*\d+\s*(?:change(?: from baseline)?)?\)?$`)
)

// instrumentID is the catalogue id under which scores may stand beside each
// other: the version's where its scores differ (GDS-15 and GDS), which its id
// tells by carrying the instrument's, else the instrument's.
func instrumentID(m vocab.InstrumentMatch) string {
	if strings.Contains(m.Version, m.ID) {
		return m.Version
	}
	return m.ID
}

// matchOnce keeps what a text matched, since the rows of an outcome repeat.
func (x *outcome) matchOnce(text string) (vocab.InstrumentMatch, bool) {
	if got, ok := x.seen[text]; ok {
		return got.m, got.ok
	}
	m, ok := x.v.MatchInstrument(text, "")
	x.seen[text] = seenMatch{m, ok}
	return m, ok
}

type seenMatch struct {
	m  vocab.InstrumentMatch
	ok bool
}

// scoreType says what kind of number the cell is: of people (count, percent,
// response, remission, relapse, threshold), of scores (change, item, subscale,
// endpoint) or of events and time. A change of a subscale is a change whose
// Subscale is filled in.
func (x *outcome) scoreType(m vocab.InstrumentMatch, known bool, a *evidence.ArmResult) string {
	param := kindOfParam(x.o.ParamType)
	count := param == paramCount || isCountUnit(x.o.Unit) && param == paramNumber
	percent := isPercentOfPeople(x.o.Unit)
	people := count || percent || param == paramNumber || probability.MatchString(x.o.Unit)
	if known {
		switch {
		case m.ScoreKind == vocab.ScoreEventTime && !count && !percent:
			return "time-to-event"
		case people && partialResponse.MatchString(x.o.Title+" "+a.ClassTitle+" "+a.CategoryTitle):
			return "threshold"
		case m.ScoreKind == vocab.ScoreResponder && people:
			return "response"
		case m.ScoreKind == vocab.ScoreRemission && people:
			return "remission"
		case m.ScoreKind == vocab.ScoreRelapse && people:
			return "relapse"
		case m.ScoreKind == vocab.ScoreThreshold && people:
			if s := peopleWord(x.o.Title); s != "" {
				return s
			}
			return "threshold"
		}
	}
	if count || percent {
		if s := peopleWord(a.ClassTitle + " " + a.CategoryTitle); s != "" && known {
			return s
		}
	}
	switch {
	case count:
		return "count"
	case percent:
		return "percent"
	case a.Baseline:
		// a row of baseline values within a change outcome is no change
	case x.change || changeClass(a.ClassTitle) || changeClass(a.CategoryTitle):
		return "change"
	}
	switch {
	case known && m.ScoreKind == vocab.ScoreItem || known && strings.HasPrefix(m.Subscale, "item"):
		return "item"
	case known && (m.Subscale != "" || m.ScoreKind == vocab.ScoreSubscale):
		return "subscale"
	case known && m.ScoreKind == vocab.ScoreCount:
		return "count"
	}
	return "endpoint"
}

// partialResponse is another outcome than response.
var partialResponse = regexp.MustCompile(`(?i)\bpartial(?:ly)?[\s-]+(?:respon|remi)`)

// peopleWord finds response or remission named in a title.
func peopleWord(title string) string {
	t := strings.ToLower(title)
	switch {
	case strings.Contains(t, "remission") || strings.Contains(t, "remitter"):
		return "remission"
	case strings.Contains(t, "non-respon") || strings.Contains(t, "nonrespon") || strings.Contains(t, "loss of response"):
		return ""
	case strings.Contains(t, "response") && !strings.Contains(t, "response to question") || strings.Contains(t, "responder"):
		return "response"
	}
	return ""
}

// probability finds units of a share, whatever it is a share of.
var probability = regexp.MustCompile(`(?i)^(?:estimated |adjusted )?(?:probability|proportion|risk|rate|percent|%)`)

func changeClass(title string) bool {
	t := strings.ToLower(title)
	return announcesChange(title) || spanFromBaseline.MatchString(title) || strings.Contains(t, "change") && !strings.Contains(t, "no change") && !strings.Contains(t, "unchanged")
}
