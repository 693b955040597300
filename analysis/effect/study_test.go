package effect

import "math"

// Study is the numbers of one study, ready for a measure of its kind.
type Study interface{ data() Data }

// TwoByTwo is events among people in two groups.
type TwoByTwo struct{ Events1, N1, Events2, N2 float64 }

// TwoGroupMeans is the mean, SD and size of two groups.
type TwoGroupMeans struct{ M1, SD1, N1, M2, SD2, N2 float64 }

// Proportion is events among people in one group.
type Proportion struct{ Events, N float64 }

// Rate is events in person-time in one group.
type Rate struct{ Events, Time float64 }

// TwoRates is events in person-time in two groups.
type TwoRates struct{ Events1, Time1, Events2, Time2 float64 }

// PrePost is one group of N people measured twice; R is the correlation of the
// two measurements and the change is M1 - M2.
type PrePost struct{ M1, SD1, M2, SD2, N, R float64 }

// Correlation is a correlation of N pairs.
type Correlation struct{ R, N float64 }

// Reliability is Cronbach's alpha of a scale of Items items in N people.
type Reliability struct{ Alpha, Items, N float64 }

func one(x float64) []float64 { return []float64{x} }

func (s TwoByTwo) data() Data {
	return Data{AI: one(s.Events1), N1I: one(s.N1), CI: one(s.Events2), N2I: one(s.N2)}
}

func (s TwoGroupMeans) data() Data {
	return Data{M1I: one(s.M1), SD1I: one(s.SD1), N1I: one(s.N1), M2I: one(s.M2), SD2I: one(s.SD2), N2I: one(s.N2)}
}
func (s Proportion) data() Data { return Data{XI: one(s.Events), NI: one(s.N)} }
func (s Rate) data() Data       { return Data{XI: one(s.Events), TI: one(s.Time)} }
func (s TwoRates) data() Data {
	return Data{X1I: one(s.Events1), T1I: one(s.Time1), X2I: one(s.Events2), T2I: one(s.Time2)}
}
func (s Mean) data() Data { return Data{MI: one(s.M), SDI: one(s.SD), NI: one(s.N)} }
func (s PrePost) data() Data {
	return Data{M1I: one(s.M1), SD1I: one(s.SD1), M2I: one(s.M2), SD2I: one(s.SD2), NI: one(s.N), RI: one(s.R)}
}
func (s Correlation) data() Data { return Data{RI: one(s.R), NI: one(s.N)} }
func (s Reliability) data() Data { return Data{AI: one(s.Alpha), MI: one(s.Items), NI: one(s.N)} }

// Estimate is the effect of one study. Y and V are NaN when the effect cannot be
// computed from the numbers; Warnings then say why.
type Estimate struct {
	Measure  Measure
	Formula  Formula
	Y, V     float64
	Warnings []string
}

// SE is the standard error, the root of V.
func (e Estimate) SE() float64 { return math.Sqrt(e.V) }

// Of gives one study's effect. Variance types AV and AVHO, which average over
// studies, are of no use here; everything else is as in Compute.
func Of(m Measure, s Study, o Options) (Estimate, error) {
	r, err := Compute(m, s.data(), o)
	if err != nil {
		return Estimate{}, err
	}
	e := Estimate{Measure: r.Measure, Formula: r.Formula, Y: r.Y[0], V: r.V[0]}
	for _, w := range r.Warnings {
		e.Warnings = append(e.Warnings, w.Text)
	}
	return e, nil
}
