// Package posted reads the results that a register posted: each cell of an
// outcome becomes an arm result, each analysis of the sponsor a contrast, with a
// verdict and its reason. It computes no effects and reads no papers.
package posted

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/reason"
	"past/internal/text"
	"past/internal/vocab"
)

// Register reads every posted value of a record into arm results, in payload
// order: one for each cell, whatever can be said of it.
func Register(r *evidence.Record, v *vocab.Vocabulary) []evidence.ArmResult {
	return NewReader(v).Register(r)
}

// Register is [Register] of one of many records.
func (read *Reader) Register(r *evidence.Record) []evidence.ArmResult {
	if r.Results == nil {
		return nil
	}
	read.begin(r.ID)
	out := make([]evidence.ArmResult, 0, countCells(r))
	started := StartedIn(r)
	for i := range r.Results.Outcomes {
		o := &r.Results.Outcomes[i]
		x := newOutcome(r, o, read)
		x.started = started
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
		x.judgeSigns(out[first:])
	}
	judgeTwins(out)
	judgeBaselines(out, read.v)
	return out
}

func countCells(r *evidence.Record) int {
	n := 0
	for i := range r.Results.Outcomes {
		for _, c := range r.Results.Outcomes[i].Classes {
			for _, k := range c.Categories {
				n += len(k.Measurements)
			}
		}
	}
	return n
}

// StartedIn is how many people started in each group of the participant flow,
// by the group's title. Several periods give the largest, since people return.
func StartedIn(r *evidence.Record) map[string]int {
	out := map[string]int{}
	title := map[string]string{}
	for _, g := range r.Results.FlowGrps {
		title[g.ID] = g.Title
	}
	for _, p := range r.Results.Flow {
		for _, m := range p.Milestones {
			if !strings.EqualFold(m.Type, "STARTED") {
				continue
			}
			for _, c := range m.Counts {
				if n := number(c.Subjects); n != nil && title[c.GroupID] != "" {
					out[title[c.GroupID]] = max(out[title[c.GroupID]], int(*n))
				}
			}
		}
	}
	return out
}

// Planned reads which instrument and domain each planned outcome of a record
// measures; outcomes without a known instrument are left out.
func Planned(r *evidence.Record, v *vocab.Vocabulary) []evidence.PlannedReading {
	return NewReader(v).Planned(r)
}

// Planned is [Planned] of one of many records.
func (read *Reader) Planned(r *evidence.Record) []evidence.PlannedReading {
	var out []evidence.PlannedReading
	read.begin(r.ID)
	for i, p := range r.Planned {
		if said := read.outcome(p.Measure, p.Description); said.Known {
			m := said.Match
			out = append(out, evidence.PlannedReading{RecordID: r.ID, OutcomeIndex: i, Instrument: InstrumentID(m), Subscale: m.Subscale,
				Domain: m.Domain})
		}
	}
	return out
}

// said is the one point in time that a text names.
type said struct {
	moment text.Moment
	ok     bool
}

// outcome is one posted outcome with what all its cells share.
type outcome struct {
	record *evidence.Record
	o      *evidence.PostedOutcome
	groups map[string]evidence.Group
	match  vocab.InstrumentMatch
	known  bool
	param  paramKind
	unit   string // what the unit counts, as kinds.yaml names it
	// titleEvent is the kind of outcome that the title names, scoreSaid what it
	// says of a score, changeFrom where it is said that scores are changes.
	titleEvent, scoreSaid, changeFrom string
	// start is the origin that title or time frame count from: baseline or
	// randomisation; "" where they do not say
	start string
	v     *vocab.Vocabulary
	cur   vocab.InstrumentMatch // of the cell being read
	read  *Reader
	// adjusted is set where the texts of the outcome speak of a model's mean
	adjusted             bool
	withPartial          bool           // the description counts partial responses among the responses
	betweenLater         bool           // a change between two points after the baseline
	modelled             bool           // a share that a survival curve gives, not a count
	sizes                []int          // of the row being read, where its title gives them
	started              map[string]int // people who started, by the title of their group
	outcomeSays          *spreadWords   // what title and description say of the spread, read once
	spreadSays           spreadWords    // of the row being read
	frameTime, titleTime said           // the one time of frame and title, read once
	sizeless             string         // why the sizes of the row's title cannot be assigned
	times                map[string]groupTime
}

func newOutcome(r *evidence.Record, o *evidence.PostedOutcome, read *Reader) *outcome {
	v := read.v
	x := &outcome{record: r, o: o, v: v, groups: map[string]evidence.Group{}, read: read,
		param: KindOfParam(o.ParamType), unit: read.unit(o.Unit)}
	for _, g := range o.Groups {
		x.groups[g.ID] = g
	}
	x.times = groupTimes(o.Groups)
	texts := read.outcome(o.Title, o.Description)
	x.match, x.known, x.titleEvent, x.scoreSaid = texts.Match, texts.Known, texts.Event, texts.Score
	if x.known && x.match.Field == "description" && labUnit.MatchString(o.Unit) {
		in, ok := v.Instrument(x.match.ID)
		x.known = !(ok && (in.Kind == "" || in.Kind == "questionnaire" || in.Kind == "interview" || in.Kind == "rating"))
	}
	x.withPartial = x.titleEvent == evidence.ScoreResponse && containsAny(o.Description, "artial", "ARTIAL") &&
		withPartial.MatchString(o.Description)
	x.readChange()
	x.frameTime, x.titleTime = read.time(o.TimeFrame), read.time(o.Title)
	x.start = startOf(o.Title + "; " + o.TimeFrame)
	x.betweenLater = x.isBetweenLater()
	text := strings.ToLower(o.Title + "\n" + o.Description)
	x.adjusted = adjustedWords.MatchString(o.Unit) || containsAny(text, "adjusted", "least s", "least-s", "leasts", "ls mean", "lsmean",
		"ls-mean", "model", "marginal") && adjustedMean.MatchString(text)
	x.modelled = containsAny(text, "actuarial", "kaplan", "life table", "life-table", "cumulative", "survival") &&
		modelledShare.MatchString(text)
	return x
}

// labUnit finds units of mass, volume, concentration and pressure, in which no
// questionnaire is scored.
var labUnit = regexp.MustCompile(`(?i)^\W*(?:[pnµμumkd]?(?:g|l|mol|eq)|grams?|kilo\w+|milli(?:gram|lit|mol|met)\w*|mm\s*hg|cells?` +
	`|copies|bpm)\b`)

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
	x.sizes, x.sizeless = nil, ""
	if len(class.Denoms) == 0 {
		x.sizes, x.sizeless = x.readSizes(class.Title, a.CategoryTitle)
	}
	if isMean(x.param) {
		x.spreadSays = x.readSpreadWords(a.ClassTitle, a.CategoryTitle)
	}
	return a
}

// startOf is what the days and weeks of an outcome are counted from.
func startOf(words string) string {
	switch words = strings.ToLower(words); {
	case containsAny(words, "baseline"):
		return evidence.OriginBaseline
	case containsAny(words, "random") && fromRandomisation.MatchString(words):
		return evidence.OriginRandomisation
	}
	return ""
}

var fromRandomisation = regexp.MustCompile(`\b(?:from|since)\s+(?:the\s+)?randomi[sz]ation\b|;\s*randomi[sz]ation\b`)

// containsAny rules a text out before a pattern is tried on it.
func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
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
	if a.N != nil && x.o.WholeSizes && len(class.Denoms) == 0 {
		a.Flags = append(a.Flags, reason.Say(reason.OutcomeSize, "the tables that were imported have no sizes of row blocks: "+
			"the number of people is the whole outcome's and may be more than this row's"))
	}
	x.titleN(&a)
	x.groupTime(&a)
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
