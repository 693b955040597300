package extract

import (
	"encoding/json"
	"strings"
	"testing"

	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/vocab"
)

// posted is one outcome of two groups of 40 and 38 in the register's shape.
type postedTable struct {
	title, param, dispersion, unit, frame string
	units                                 string // of the denominators, participants if empty
	description, contrast                 string // contrast is of the first and the second group
	n                                     [2]string
	classes                               []postedClass
}

type postedClass struct {
	title string
	cells [][5]string // group, value, spread, lower, upper
}

func cellsOf(t *testing.T, p postedTable) []evidence.ArmResult {
	t.Helper()
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	var classes []any
	for _, c := range p.classes {
		var ms []any
		for _, x := range c.cells {
			m := map[string]any{"groupId": x[0], "value": x[1]}
			for i, key := range []string{"spread", "lowerLimit", "upperLimit"} {
				if x[i+2] != "" {
					m[key] = x[i+2]
				}
			}
			ms = append(ms, m)
		}
		classes = append(classes, map[string]any{"title": c.title, "categories": []any{map[string]any{"measurements": ms}}})
	}
	o := map[string]any{"type": "PRIMARY", "title": or(p.title, "CAPS-5 total severity score"), "reportingStatus": "POSTED",
		"paramType":      or(p.param, "MEAN"),
		"dispersionType": p.dispersion, "unitOfMeasure": or(p.unit, "units on a scale"), "timeFrame": or(p.frame, "Week 8"),
		"groups": []any{map[string]any{"id": "OG000", "title": "MDMA"}, map[string]any{"id": "OG001", "title": "Placebo"}},
		"denoms": []any{map[string]any{"units": or(p.units, "Participants"), "counts": []any{
			map[string]any{"groupId": "OG000", "value": or(p.n[0], "40")}, map[string]any{"groupId": "OG001", "value": or(p.n[1], "38")}}}},
		"classes": classes, "description": p.description}
	if p.contrast != "" {
		o["analyses"] = []any{map[string]any{"groupIds": []string{"OG000", "OG001"}, "paramType": "Mean Difference (Net)",
			"paramValue": p.contrast}}
	}
	body, err := json.Marshal(map[string]any{
		"protocolSection": map[string]any{"identificationModule": map[string]any{"nctId": "NCT90000009", "briefTitle": "Synthetic"}},
		"resultsSection":  map[string]any{"outcomeMeasuresModule": map[string]any{"outcomeMeasures": []any{o}}}, "hasResults": true})
	if err != nil {
		t.Fatal(err)
	}
	return posted.Register(parseRecord(t, body), vocab.Default())
}

func oneRow(cells ...[5]string) []postedClass { return []postedClass{{cells: cells}} }

// Numbers that are complete and nevertheless wrong: each must not be usable.
func TestCompleteAndWrong(t *testing.T) {
	for name, c := range map[string]struct {
		p    postedTable
		code string
		want evidence.Verdict
	}{
		"a change beyond the whole scale": {postedTable{title: "Change in CAPS-5 total severity score", dispersion: "Standard Deviation",
			classes: oneRow([5]string{"OG000", "-81", "11.6"})}, reason.OutOfRange, evidence.Unusable},
		"a percent change of a scale of points": {postedTable{title: "Percent change in MADRS total score", dispersion: "Standard Deviation",
			unit: "percent change", classes: oneRow([5]string{"OG000", "-45.2", "20.5"})}, reason.ScoreType, evidence.NeedsReview},
		"a percent sign before the change": {postedTable{title: "% change in MADRS total score", dispersion: "Standard Deviation",
			classes: oneRow([5]string{"OG000", "-45.2", "20.5"})}, reason.ScoreType, evidence.NeedsReview},
		"a spread of a ten-thousandth": {postedTable{dispersion: "Standard Deviation",
			classes: oneRow([5]string{"OG000", "20.1", "0.0012"})}, reason.Implausible, evidence.NeedsReview},
		"a spread of one person": {postedTable{dispersion: "Standard Deviation", n: [2]string{"1", "1"},
			classes: oneRow([5]string{"OG000", "20.1", "9.5"})}, reason.Denominator, evidence.NeedsReview},
		"sizes in eyes": {postedTable{dispersion: "Standard Deviation", units: "Eyes",
			classes: oneRow([5]string{"OG000", "20.1", "9.5"})}, reason.Units, evidence.NeedsReview},
		"two values of one group in one row": {postedTable{dispersion: "Standard Deviation",
			classes: oneRow([5]string{"OG000", "20.1", "9.5"}, [5]string{"OG000", "25.3", "9.1"})}, reason.Row, evidence.NeedsReview},
		"two rows of one name": {postedTable{dispersion: "Standard Deviation",
			classes: []postedClass{{"Week 8", [][5]string{{"OG000", "20.1", "9.5"}}}, {"Week 8", [][5]string{{"OG000", "25.3", "9.1"}}}}},
			reason.Row, evidence.NeedsReview},
		"an interval that does not lie around": {postedTable{dispersion: "95% Confidence Interval",
			classes: oneRow([5]string{"OG000", "20", "", "19.9", "33"})}, reason.Limits, evidence.NeedsReview},
		"an interval of a level that none reads": {postedTable{dispersion: "98% Confidence Interval",
			classes: oneRow([5]string{"OG000", "20", "", "17", "23"})}, reason.NoSpread, evidence.NeedsReview},
		"a percent sign where points are the unit": {postedTable{dispersion: "Standard Deviation",
			classes: oneRow([5]string{"OG000", "20%", "9.5"})}, reason.Percent, evidence.NeedsReview},
		"a percent under the name of a proportion": {postedTable{title: "Response", param: "NUMBER", unit: "proportion of participants",
			classes: oneRow([5]string{"OG000", "33"})}, reason.Percent, evidence.NeedsReview},
		"a share that no number of the people give": {postedTable{title: "Response", param: "NUMBER", unit: "percentage of participants",
			classes: oneRow([5]string{"OG000", "33.1"})}, reason.Percent, evidence.NeedsReview},
	} {
		got := cellsOf(t, c.p)[0]
		if got.Verdict != c.want || !strings.HasPrefix(got.Reason, c.code+":") {
			t.Errorf("%s: %s, %s; want %s, %s", name, got.Verdict, got.Reason, c.want, c.code)
		}
	}
}

// The same numbers without the slip.
func TestCompleteAndSound(t *testing.T) {
	for name, p := range map[string]postedTable{
		"a change": {title: "Change in CAPS-5 total severity score", dispersion: "Standard Deviation",
			classes: oneRow([5]string{"OG000", "-24.4", "11.6"})},
		"an interval, rounded": {dispersion: "95% Confidence Interval", classes: oneRow([5]string{"OG000", "20", "", "17", "24"})},
		"shares": {title: "Response", param: "NUMBER", unit: "percentage of participants",
			classes: oneRow([5]string{"OG000", "32.5"})},
		"a proportion": {title: "Response", param: "NUMBER", unit: "proportion of participants",
			classes: oneRow([5]string{"OG000", "0.325"})},
		"rows of one name, one value": {dispersion: "Standard Deviation", classes: []postedClass{{"Week 8",
			[][5]string{{"OG000", "20.1", "9.5"}}}, {"Week 8", [][5]string{{"OG000", "20.1", "9.5"}}}}},
		"a level of improvement": {title: "Participants with at least 50% reduction in CAPS-5", param: "COUNT_OF_PARTICIPANTS",
			unit: "Participants", classes: oneRow([5]string{"OG000", "13"})},
	} {
		if got := cellsOf(t, p)[0]; got.Verdict != evidence.Usable {
			t.Errorf("%s: %s, %s", name, got.Verdict, got.Reason)
		}
	}
}

// A baseline outcome names its time frame as the text of its time.
func TestTimeTextOfBaselineOutcome(t *testing.T) {
	got := cellsOf(t, postedTable{frame: "Baseline", dispersion: "Standard Deviation", classes: oneRow([5]string{"OG000", "40.1", "9.5"})})[0]
	if got.TimepointRaw != "Baseline" || got.TimepointWeeks == nil || *got.TimepointWeeks != 0 {
		t.Errorf("%q %v", got.TimepointRaw, got.TimepointWeeks)
	}
}
