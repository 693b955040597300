package extract

import (
	"strings"
	"testing"

	"past/analysis/effect"
	"past/internal/evidence"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/review"
	"past/internal/vocab"
)

// row is an extraction row of means; n1, mean1, sd1, n2, mean2, sd2.
func row(id, study, instrument, score string, x [6]float64, more func(*review.Extraction)) review.Extraction {
	r := review.Extraction{ID: id, Study: study, Substance: "psilocybin", Domain: "depression", Design: "parallel-rct",
		Instrument: instrument, ScoreType: score,
		ComparatorClass: "inactive-placebo", Source: "https://example.org/" + id[:1], N1: &x[0], Mean1: &x[1], SD1: &x[2], N2: &x[3],
		Mean2: &x[4], SD2: &x[5]}
	weeks := 5.0
	r.TimeWeeks = &weeks
	if more != nil {
		more(&r)
	}
	return r
}

func judged(rows ...review.Extraction) map[string]evidence.Effect {
	out := map[string]evidence.Effect{}
	for _, e := range PaperEffects(rows, func(x review.Extraction) string { return x.Study }, effect.Metafor, vocab.Default()) {
		out[e.ID] = e
	}
	return out
}

func crossover(known bool) func(*review.Extraction) {
	return func(r *review.Extraction) {
		if r.Design = "crossover-rct"; known {
			r.PostCrossover = evidence.No
		}
	}
}

// Slips that stand in published datasets and reviews. The number that is wrong
// is as it was printed; what a source does not give (a size, a mean) is made up.
func TestKnownSlips(t *testing.T) {
	ketamine := func(r *review.Extraction) { r.Substance = "ketamine" }
	for _, c := range []struct {
		name    string
		rows    []review.Extraction
		code    string
		verdict evidence.Verdict // of the first row
	}{
		{"a QIDS mean of 31.9 on a scale to 27", []review.Extraction{row("a1", "Davis 2021", "QIDS-SR", "endpoint",
			[6]float64{13, 5.2, 4.6, 11, 31.9, 5.6}, nil)}, reason.OutOfRange, evidence.Unusable},
		{"22 mg/kg of psilocybin", []review.Extraction{row("a1", "Griffiths 2016", "GRID-HAMD", "endpoint",
			[6]float64{25, 6.64, 5.2, 25, 14.8, 7.25}, func(r *review.Extraction) { r.DoseTreat, r.DoseCtrl = "22 mg/kg", "1 mg/kg" })},
			reason.DoseUnit, evidence.Usable},
		{"one result in two sources with different numbers", []review.Extraction{
			row("a1", "Grob 2011", "BDI", "endpoint", [6]float64{12, 10.054, 9.256, 12, 13.27, 10.981},
				func(r *review.Extraction) { r.Design = "parallel-rct" }),
			row("b1", "Grob 2011", "BDI", "endpoint", [6]float64{12, 10, 9.35, 12, 16.1, 12.47}, nil)}, reason.Sources, evidence.Usable},
		{"a whole crossover sample in both arms", []review.Extraction{row("a1", "Holze 2023", "STAI", "endpoint",
			[6]float64{42, 89.3, 37.7, 42, 111, 20}, crossover(false))}, reason.CountedTwice, evidence.NeedsReview},
		{"a whole crossover sample in both arms, phase stated", []review.Extraction{
			row("a1", "Holze 2023", "BDI", "endpoint", [6]float64{42, 12.4, 12.2, 42, 15, 12}, crossover(true)),
			row("a2", "Holze 2023", "MADRS", "endpoint", [6]float64{20, 12.4, 12.2, 22, 15, 12.5}, crossover(true))}, reason.CountedTwice,
			evidence.NeedsReview},
		{"a control arm of 100 in one outcome and of 10 in another", []review.Extraction{
			row("a1", "Liu 2020", "BDI", "endpoint", [6]float64{203, 8.21, 7.13, 100, 10.2, 7.2}, ketamine),
			row("a2", "Liu 2020", "HADS-D", "endpoint", [6]float64{203, 4.2, 3.3, 10, 5.2, 3.6}, ketamine)}, reason.Denominator,
			evidence.NeedsReview},
		{"a standard deviation of 0.256", []review.Extraction{row("a1", "Zhong 2016", "HAM-D-17", "endpoint",
			[6]float64{20, 4.1, .256, 20, 6.2, .256}, ketamine)}, reason.Implausible, evidence.NeedsReview},
		{"1.5 and 2.6 on the HAM-D", []review.Extraction{row("a1", "Kheirabadi 2019", "HAM-D-17", "endpoint",
			[6]float64{16, 19.4, 1.5, 15, 12.9, 2.6}, ketamine)}, reason.SEForSD, evidence.NeedsReview},
		{"0.95 and 1.03 on the HAM-D", []review.Extraction{row("a1", "Zhang 2018", "HAM-D-17", "endpoint", [6]float64{39, 7, .95, 38, 9, 1.03},
			ketamine)}, reason.SEForSD, evidence.NeedsReview},
		{"change and endpoint of one outcome", []review.Extraction{
			row("a1", "Wolfson 2020", "STAI-T", "change", [6]float64{13, -23.5, 13.2, 5, -8.8, 14.7}, nil),
			row("a2", "Wolfson 2020", "STAI-T", "endpoint", [6]float64{13, 38.9, 10.6, 5, 48.6, 12.6}, nil)}, reason.ScoreType, evidence.Usable},
		{"one trial twice in one dataset", []review.Extraction{
			row("a1", "NCT03775200", "MADRS", "change", [6]float64{79, -12, 10, 79, -5.4, 10}, nil),
			row("a2", "NCT03775200", "MADRS", "change", [6]float64{79, -12, 10, 79, -5.4, 10}, nil)}, reason.CountedTwice, evidence.NeedsReview},
		{"a shared control arm", []review.Extraction{
			row("a1", "Goodwin 2022", "MADRS", "change", [6]float64{79, -12, 10.1, 79, -5.4, 10.3},
				func(r *review.Extraction) { r.DoseTreat = "25 mg" }),
			row("a2", "Goodwin 2022", "MADRS", "change", [6]float64{75, -7.9, 10.2, 79, -5.4, 10.3},
				func(r *review.Extraction) { r.DoseTreat = "10 mg" })}, reason.SharedControl, evidence.Usable},
		{"a difference of nearly four standard deviations", []review.Extraction{row("a1", "Mithoefer 2018", "CAPS-IV", "change",
			[6]float64{7, -58.3, 9.8, 7, -11.4, 12.7}, nil)}, reason.Implausible, evidence.NeedsReview},
		{"one arm's standard error beside the other's standard deviation", []review.Extraction{row("a1", "x", "", "endpoint",
			[6]float64{25, 12, 1.9, 25, 15, 10}, nil)}, reason.SEForSD, evidence.NeedsReview},
		{"identical arms", []review.Extraction{row("a1", "x", "MADRS", "endpoint", [6]float64{25, 12.4, 9.31, 25, 12.4, 9.31}, nil)},
			reason.Identical, evidence.NeedsReview},
		{"a percentage as a count", []review.Extraction{func() review.Extraction {
			r := row("a1", "x", "MADRS", "response", [6]float64{}, nil)
			a, n, b, m := 37.5, 40.0, 12.0, 40.0
			r.Events1, r.Total1, r.Events2, r.Total2 = &a, &n, &b, &m
			return r
		}()}, reason.Counts, evidence.NeedsReview},
	} {
		e := judged(c.rows...)[c.rows[0].ID]
		if e.Verdict != c.verdict || !hasFlag(&e, c.code) {
			t.Errorf("%s: %s, flags %s; want %s with %s", c.name, e.Verdict, strings.Join(e.Flags, " | "), c.verdict, c.code)
		}
	}
}

// A row without a slip carries no doubt: the two extractions of Griffiths 2016
// that agree, and an ordinary one.
func TestNoFalseAlarm(t *testing.T) {
	got := judged(
		row("a1", "Griffiths 2016", "GRID-HAMD", "endpoint", [6]float64{25, 6.64, 5.20, 25, 14.80, 7.25}, nil),
		row("b1", "Griffiths 2016", "GRID-HAMD", "endpoint", [6]float64{25, 6.64, 5.20, 25, 14.80, 7.25}, nil),
		row("a2", "Mitchell 2021", "CAPS-5", "endpoint", [6]float64{42, 19.6, 13.6, 37, 29.9, 12.8}, nil))
	for id, e := range got {
		if e.Verdict != evidence.Usable || len(e.Flags) > 0 {
			t.Errorf("%s: %s %v", id, e.Verdict, e.Flags)
		}
	}
}

func TestCheckInterval(t *testing.T) {
	for _, c := range []struct {
		name        string
		measure     string
		est, lo, hi float64
		n1, n2      float64
		want        string
	}{
		{"an interval that leaves its estimate out", "MD", -46.9, -8.78, -5.02, 0, 0, reason.Limits},
		{"an SMD with an interval twelve wide", "SMD", 1.03, -5.25, 7.31, 13, 5, reason.Implausible},
		{"limits reversed by a lost sign", "SMD", -2.3, 0.73, -3.88, 0, 0, reason.Limits},
		{"an interval not around its estimate", "SMD", 0.25, 0.57, 17.02, 0, 0, reason.Limits},
		{"an interval a tenth as wide as its sizes allow", "SMD", 0.30, 0.29, 0.31, 40, 40, reason.Implausible},
		{"a sound one", "SMD", 1.03, -0.06, 2.12, 13, 5, ""},
	} {
		got := strings.Join(posted.CheckInterval(c.measure, c.est, c.lo, c.hi, c.n1, c.n2), " | ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %s", c.name, got, c.want)
		}
	}
}

func TestAuditTwiceAddsNothing(t *testing.T) {
	rows := []review.Extraction{
		row("a1", "Goodwin 2022", "MADRS", "change", [6]float64{79, -12, 10.1, 79, -5.4, 10.3},
			func(r *review.Extraction) { r.DoseTreat = "25 mg" }),
		row("a2", "Goodwin 2022", "MADRS", "change", [6]float64{75, -7.9, 10.2, 79, -5.4, 10.3},
			func(r *review.Extraction) { r.DoseTreat = "10 mg" })}
	once := PaperEffects(rows, func(x review.Extraction) string { return x.Study }, effect.Metafor, vocab.Default())
	twice := Audit(once)
	for i := range once {
		if len(once[i].Flags) != len(twice[i].Flags) || once[i].Verdict != twice[i].Verdict {
			t.Errorf("%s: %v then %v", once[i].ID, once[i].Flags, twice[i].Flags)
		}
	}
}
