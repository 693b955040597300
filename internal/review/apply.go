package review

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// Apply lets the decisions of people act on effects: corrections first, then
// risk of bias, then inclusion. recompute works out an effect again after a
// number changed. Decisions about data that has since changed are marked stale
// and do not act; the decisions come back with that mark.
func Apply(effects []evidence.Effect, decisions []Decision, recompute func(*evidence.Effect) error) []Decision {
	out := make([]Decision, len(decisions))
	copy(out, decisions)
	at := map[string][]*evidence.Effect{}
	for i := range effects {
		at[effects[i].ID] = append(at[effects[i].ID], &effects[i])
		at["study:"+effects[i].StudyID] = append(at["study:"+effects[i].StudyID], &effects[i])
	}
	for _, kind := range []Kind{Correction, RiskOfBias, Inclusion} {
		for i := range out {
			if d := &out[i]; d.Kind == kind {
				targets := at[d.Target]
				if len(targets) == 0 && kind != Correction {
					targets = at["study:"+d.Target]
				}
				if len(targets) == 0 {
					d.Stale = "nothing here is called " + d.Target
					continue
				}
				for _, e := range targets {
					applyTo(e, d, recompute)
				}
			}
		}
	}
	return out
}

func applyTo(e *evidence.Effect, d *Decision, recompute func(*evidence.Effect) error) {
	by := fmt.Sprintf("%s, %s: %s", d.Who, d.When, d.Why)
	switch d.Kind {
	case Inclusion:
		if d.Fields["decision"] == "exclude" {
			e.Verdict, e.Reason = evidence.Unusable, "human: excluded by "+by
		} else if e.Variance != nil {
			e.Verdict, e.Reason = evidence.Usable, "human: included by "+by
		} else {
			d.Stale = "the row has no effect size that could be included"
		}
	case RiskOfBias:
		e.RiskOfBias = d.Fields["overall"]
		e.RoBDomains = nil
		for _, c := range []string{"d1", "d2", "d3", "d4", "d5"} {
			e.RoBDomains = append(e.RoBDomains, d.Fields[c])
		}
	case Correction:
		correct(e, d, recompute, by)
	}
}

// correct replaces one number. The old value must be what is there now.
func correct(e *evidence.Effect, d *Decision, recompute func(*evidence.Effect) error, by string) {
	field := d.Fields["field"]
	p := number(e, field)
	if p == nil {
		d.Stale = fmt.Sprintf("an effect has no number %q; it has n1, mean1, sd1, n2, mean2, sd2, events1, events2", field)
		return
	}
	old, now := evidence.ParseNumber(d.Fields["old"], evidence.StyleRegister), evidence.ParseNumber(d.Fields["new"], evidence.StyleRegister)
	switch {
	case !now.OK:
		d.Stale = fmt.Sprintf("the new value %q is not a number", d.Fields["new"])
		return
	case old.Missing && *p != nil, old.OK && (*p == nil || math.Abs(**p-old.Value) > 1e-9*math.Max(1, math.Abs(old.Value))):
		d.Stale = fmt.Sprintf("the old value %q is not what stands there now", d.Fields["old"])
		return
	case !old.OK && !old.Missing:
		d.Stale = fmt.Sprintf("the old value %q is not a number", d.Fields["old"])
		return
	}
	*p = &now.Value
	e.Inputs = append([]evidence.Input(nil), e.Inputs...)
	found := false
	for i := range e.Inputs {
		if strings.EqualFold(e.Inputs[i].Name, field) {
			e.Inputs[i] = evidence.Input{Name: field, Raw: d.Fields["new"], Value: now.Value,
				Prov: evidence.Provenance{PayloadSHA256: d.Prov.PayloadSHA256, Pointer: d.Prov.Pointer + ";column=new"}}
			found = true
		}
	}
	if !found {
		e.Inputs = append(e.Inputs, evidence.Input{Name: field, Raw: d.Fields["new"], Value: now.Value,
			Prov: evidence.Provenance{PayloadSHA256: d.Prov.PayloadSHA256, Pointer: d.Prov.Pointer + ";column=new"}})
	}
	e.Flags = append(e.Flags, fmt.Sprintf("corrected: %s from %s to %s by %s", field, d.Fields["old"], d.Fields["new"], by))
	if err := recompute(e); err != nil {
		e.Verdict, e.Reason = evidence.Unusable, "not-computable: "+err.Error()
		return
	}
	e.Verdict, e.Reason = evidence.Usable, "human: corrected by "+by
}

func number(e *evidence.Effect, field string) **float64 {
	switch field {
	case "n1":
		return &e.N1
	case "mean1":
		return &e.Mean1
	case "sd1":
		return &e.SD1
	case "n2":
		return &e.N2
	case "mean2":
		return &e.Mean2
	case "sd2":
		return &e.SD2
	case "events1":
		return &e.Event1
	case "events2":
		return &e.Event2
	}
	return nil
}

// moved says why a judgement is not of the finding as it is: it was made for another
// number than the one shown, or fitted, or for another number of studies. Ratios may be
// given as ratios or as logarithms.
func moved(f *evidence.Finding, estimate, k text.Number) string {
	at := func(x *float64) bool {
		return x != nil && estimate.OK &&
			(math.Abs(estimate.Value-*x) <= 0.005 || math.Abs(estimate.Value-evidence.Natural(f.Measure, *x)) <= 0.005)
	}
	if (at(f.Headline.Estimate) || at(f.Primary.Estimate)) && (!k.OK || int(k.Value) == f.Primary.K) {
		return ""
	}
	now := "no number"
	if shown := cmp.Or(f.Headline.Estimate, f.Primary.Estimate); shown != nil {
		now = fmt.Sprintf("%.4g with k = %d", evidence.Natural(f.Measure, *shown), f.Primary.K)
	}
	return fmt.Sprintf("it was signed for the estimate %s with k = %s; the finding has %s", estimate.Raw, k.Raw, now)
}

// Sign puts signed certainty judgements on findings. A judgement says for which
// estimate and k it was made; when those moved it is stale, and the finding is
// shown as proposed again.
func Sign(findings []evidence.Finding, decisions []Decision) {
	at := map[string]*evidence.Finding{}
	for i := range findings {
		at[findings[i].ID] = &findings[i]
	}
	for i := range decisions {
		d := &decisions[i]
		if d.Kind != Certainty {
			continue
		}
		f := at[d.Target]
		if f == nil {
			d.Stale = "no finding is called " + d.Target
			continue
		}
		est := evidence.ParseNumber(d.Fields["estimate"], evidence.StyleRegister)
		k := evidence.ParseNumber(d.Fields["k"], evidence.StyleRegister)
		if why := moved(f, est, k); why != "" {
			d.Stale = why
			f.Certainty.Stale = true
			continue
		}
		f.Certainty.Level, f.Certainty.Signed, f.Certainty.SignedBy, f.Certainty.SignedAt = d.Fields["level"], true, d.Who, d.When
		f.Certainty.Note = d.Why
	}
}
