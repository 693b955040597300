package effect

import (
	"errors"
	"fmt"
	"strings"
)

// Measure names an effect size, with metafor's abbreviations.
type Measure string

// Two groups, counts of events (columns AI, BI or N1I, CI, DI or N2I).
const (
	OR    Measure = "OR"    // log odds ratio
	RR    Measure = "RR"    // log risk ratio
	RD    Measure = "RD"    // risk difference
	AS    Measure = "AS"    // difference of arcsine-square-root risks
	PETO  Measure = "PETO"  // log odds ratio by Peto's method
	PHI   Measure = "PHI"   // phi coefficient
	YUQ   Measure = "YUQ"   // Yule's Q
	YUY   Measure = "YUY"   // Yule's Y
	PBIT  Measure = "PBIT"  // difference of probits, an SMD under normality
	OR2D  Measure = "OR2D"  // SMD from the odds ratio, logistic distributions
	OR2DL Measure = "OR2DL" // the same as OR2D
	OR2DN Measure = "OR2DN" // SMD from the odds ratio, normal distributions (Cox)
)

// Two groups, means and SDs (columns M1I, SD1I, N1I, M2I, SD2I, N2I).
const (
	MD    Measure = "MD"    // mean difference
	SMD   Measure = "SMD"   // standardised mean difference, Hedges' g
	SMDH  Measure = "SMDH"  // SMD by the root of the average of the two variances
	SMD1  Measure = "SMD1"  // SMD by the SD of group 2 (Glass)
	SMD1H Measure = "SMD1H" // SMD1 with a variance for unequal SDs
	ROM   Measure = "ROM"   // log ratio of means
	CVR   Measure = "CVR"   // log ratio of coefficients of variation
	VR    Measure = "VR"    // log ratio of SDs
	RPB   Measure = "RPB"   // point-biserial correlation
	RBIS  Measure = "RBIS"  // biserial correlation
	D2OR  Measure = "D2OR"  // log odds ratio from d, logistic distributions
	D2ORL Measure = "D2ORL" // the same as D2OR
	D2ORN Measure = "D2ORN" // log odds ratio from d, normal distributions (Cox)
)

// One group.
const (
	PR   Measure = "PR"   // proportion (XI of NI)
	PLN  Measure = "PLN"  // log proportion
	PLO  Measure = "PLO"  // logit of the proportion
	PAS  Measure = "PAS"  // arcsine square root of the proportion
	PFT  Measure = "PFT"  // Freeman-Tukey double arcsine
	IR   Measure = "IR"   // incidence rate (XI events in TI person-time)
	IRLN Measure = "IRLN" // log incidence rate
	IRS  Measure = "IRS"  // square root of the rate
	IRFT Measure = "IRFT" // Freeman-Tukey transformed rate
	MN   Measure = "MN"   // mean (MI, SDI, NI)
	MNLN Measure = "MNLN" // log mean
	SMN  Measure = "SMN"  // standardised mean
	CVLN Measure = "CVLN" // log coefficient of variation
	SDLN Measure = "SDLN" // log SD
	COR  Measure = "COR"  // correlation (RI, NI)
	UCOR Measure = "UCOR" // correlation corrected for its bias
	ZCOR Measure = "ZCOR" // Fisher's z
	ARAW Measure = "ARAW" // Cronbach's alpha (AI alpha, MI items, NI)
	AHW  Measure = "AHW"  // alpha, Hakstian & Whalen's transformation
	ABT  Measure = "ABT"  // alpha, Bonett's transformation
)

// Two groups, events and person-time (X1I, T1I, X2I, T2I).
const (
	IRR  Measure = "IRR"  // log incidence rate ratio
	IRD  Measure = "IRD"  // incidence rate difference
	IRSD Measure = "IRSD" // difference of square-root rates
)

// One group measured twice (M1I, M2I, SD1I, SD2I, NI, RI; the change is M1I-M2I).
const (
	MC    Measure = "MC"    // mean change
	SMCC  Measure = "SMCC"  // change standardised by the SD of the change
	SMCR  Measure = "SMCR"  // change standardised by SD1I
	SMCRH Measure = "SMCRH" // SMCR with a variance for unequal SDs
	ROMC  Measure = "ROMC"  // log ratio of means
	CVRC  Measure = "CVRC"  // log ratio of coefficients of variation
	VRC   Measure = "VRC"   // log ratio of SDs
)

// Effects given directly as YI and VI.
const (
	GEN Measure = "GEN" // of any kind
	HR  Measure = "HR"  // log hazard ratios
)

// Kind is the sort of input a measure needs.
type Kind string

// The kinds of input, named as in a case file.
const (
	KindTwoByTwo     Kind = "two_by_two"
	KindMeans        Kind = "two_group_means"
	KindProportion   Kind = "proportion"
	KindPersonTime   Kind = "person_time"
	KindPersonTime2  Kind = "person_time_two_group"
	KindSingleMean   Kind = "single_mean"
	KindPrePost      Kind = "pre_post"
	KindCorrelation  Kind = "correlation"
	KindCronbach     Kind = "cronbach_alpha"
	KindEffectAndVar Kind = "yi_vi"
)

// Info describes a measure.
type Info struct {
	Measure Measure
	Kind    Kind
	Label   string // what one value is, for tables
	Back    string // name of the back-transformed quantity, "" when there is none
	family  func(*job)
	vtypes  string // its variance types, "" where it has one
	unused  string // columns of its kind that it does not use
}

// ErrUnknownMeasure is wrapped by errors about a measure that does not exist.
var ErrUnknownMeasure = errors.New("unknown effect measure")

// Lookup finds a measure by name, in any letter case.
func Lookup(name string) (Info, error) {
	m := Measure(strings.ToUpper(strings.TrimSpace(name)))
	info, ok := catalogue[m]
	if !ok {
		var known []string
		for _, x := range Measures() {
			known = append(known, string(x.Measure))
		}
		return Info{}, fmt.Errorf("%w %q: use one of %s", ErrUnknownMeasure, name, strings.Join(known, ", "))
	}
	return info, nil
}

// Measures lists every measure by kind of input.
func Measures() []Info {
	out := make([]Info, 0, len(catalogueList))
	return append(out, catalogueList...)
}

// filled in init: the computations refer to the catalogue themselves
var (
	catalogueList []Info
	catalogue     map[Measure]Info
)

func init() {
	catalogueList = []Info{
		{OR, KindTwoByTwo, "log odds ratio", "odds ratio", twoByTwo, "", ""},
		{RR, KindTwoByTwo, "log risk ratio", "risk ratio", twoByTwo, "", ""},
		{RD, KindTwoByTwo, "risk difference", "", twoByTwo, "LS UB AV", ""},
		{AS, KindTwoByTwo, "arcsine risk difference", "", twoByTwo, "", ""},
		{PETO, KindTwoByTwo, "log odds ratio (Peto)", "odds ratio", twoByTwo, "", ""},
		{PHI, KindTwoByTwo, "phi coefficient", "", twoByTwo, "LS CS ST", ""},
		{YUQ, KindTwoByTwo, "Yule's Q", "", twoByTwo, "", ""},
		{YUY, KindTwoByTwo, "Yule's Y", "", twoByTwo, "", ""},
		{PBIT, KindTwoByTwo, "probit difference", "", twoByTwo, "", ""},
		{OR2D, KindTwoByTwo, "standardised mean difference from the odds ratio", "", twoByTwo, "", ""},
		{OR2DL, KindTwoByTwo, "standardised mean difference from the odds ratio", "", twoByTwo, "", ""},
		{OR2DN, KindTwoByTwo, "standardised mean difference from the odds ratio (Cox)", "", twoByTwo, "", ""},
		{IRR, KindPersonTime2, "log incidence rate ratio", "incidence rate ratio", twoRates, "", ""},
		{IRD, KindPersonTime2, "incidence rate difference", "", twoRates, "", ""},
		{IRSD, KindPersonTime2, "square-root rate difference", "", twoRates, "", ""},
		{MD, KindMeans, "mean difference", "", twoMeans, "LS UB HO", ""},
		{SMD, KindMeans, "standardised mean difference", "", twoMeans, "LS LS2 UB AV", ""},
		{SMDH, KindMeans, "standardised mean difference, unequal SDs", "", twoMeans, "LS LS2", ""},
		{SMD1, KindMeans, "standardised mean difference by SD 2", "", twoMeans, "LS LS2 UB AV", "sd1i"},
		{SMD1H, KindMeans, "standardised mean difference by SD 2, unequal SDs", "", twoMeans, "", ""},
		{ROM, KindMeans, "log ratio of means", "ratio of means", twoMeans, "LS HO AV AVHO", ""},
		{CVR, KindMeans, "log coefficient of variation ratio", "coefficient of variation ratio", twoMeans, "", ""},
		{VR, KindMeans, "log variability ratio", "variability ratio", twoMeans, "", "m1i m2i"},
		{RPB, KindMeans, "point-biserial correlation", "", twoMeans, "LS ST CS", ""},
		{RBIS, KindMeans, "biserial correlation", "", twoMeans, "", ""},
		{D2OR, KindMeans, "log odds ratio from d", "odds ratio", twoMeans, "", ""},
		{D2ORL, KindMeans, "log odds ratio from d", "odds ratio", twoMeans, "", ""},
		{D2ORN, KindMeans, "log odds ratio from d (Cox)", "odds ratio", twoMeans, "", ""},
		{PR, KindProportion, "proportion", "", oneProportion, "LS UB AV", ""},
		{PLN, KindProportion, "log proportion", "proportion", oneProportion, "LS AV", ""},
		{PLO, KindProportion, "logit proportion", "proportion", oneProportion, "LS AV", ""},
		{PAS, KindProportion, "arcsine proportion", "proportion", oneProportion, "", ""},
		{PFT, KindProportion, "double arcsine proportion", "proportion", oneProportion, "", ""},
		{IR, KindPersonTime, "incidence rate", "", oneRate, "", ""},
		{IRLN, KindPersonTime, "log incidence rate", "incidence rate", oneRate, "", ""},
		{IRS, KindPersonTime, "square-root incidence rate", "incidence rate", oneRate, "", ""},
		{IRFT, KindPersonTime, "Freeman-Tukey incidence rate", "incidence rate", oneRate, "", ""},
		{MN, KindSingleMean, "mean", "", oneMean, "", ""},
		{MNLN, KindSingleMean, "log mean", "mean", oneMean, "", ""},
		{SMN, KindSingleMean, "standardised mean", "", oneMean, "", ""},
		{CVLN, KindSingleMean, "log coefficient of variation", "coefficient of variation", oneMean, "", ""},
		{SDLN, KindSingleMean, "log standard deviation", "standard deviation", oneMean, "", "mi"},
		{MC, KindPrePost, "mean change", "", prePost, "", ""},
		{SMCC, KindPrePost, "standardised mean change (SD of change)", "", prePost, "LS LS2", ""},
		{SMCR, KindPrePost, "standardised mean change (raw SD)", "", prePost, "LS LS2", "sd2i"},
		{SMCRH, KindPrePost, "standardised mean change (raw SD), unequal SDs", "", prePost, "", ""},
		{ROMC, KindPrePost, "log ratio of means", "ratio of means", prePost, "", ""},
		{CVRC, KindPrePost, "log coefficient of variation ratio", "coefficient of variation ratio", prePost, "", ""},
		{VRC, KindPrePost, "log variability ratio", "variability ratio", prePost, "", "m1i m2i"},
		{COR, KindCorrelation, "correlation", "", correlation, "LS AV", ""},
		{UCOR, KindCorrelation, "bias-corrected correlation", "", correlation, "LS AV UB", ""},
		{ZCOR, KindCorrelation, "Fisher's z", "correlation", correlation, "", ""},
		{ARAW, KindCronbach, "Cronbach's alpha", "", cronbach, "", ""},
		{AHW, KindCronbach, "transformed alpha (Hakstian-Whalen)", "Cronbach's alpha", cronbach, "", ""},
		{ABT, KindCronbach, "transformed alpha (Bonett)", "Cronbach's alpha", cronbach, "", ""},
		{GEN, KindEffectAndVar, "effect", "", given, "", ""},
		{HR, KindEffectAndVar, "log hazard ratio", "hazard ratio", given, "", ""},
	}
	catalogue = make(map[Measure]Info, len(catalogueList))
	for _, i := range catalogueList {
		catalogue[i.Measure] = i
	}
}
