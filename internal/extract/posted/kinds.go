package posted

import (
	"strings"

	"past/internal/text"
)

// paramKind is a parameter type of a posted outcome, whatever its spelling.
type paramKind int

const (
	paramUnknown paramKind = iota
	ParamMean
	paramMedian
	ParamLSMean
	paramGeoMean
	paramGeoLSMean
	paramLogMean
	paramNumber
	paramCount
	paramCountUnits
)

// KindOfParam accepts the register's enumeration and its display text.
func KindOfParam(s string) paramKind {
	switch s { // as the register writes them, which nearly all are
	case "MEAN", "Mean":
		return ParamMean
	case "NUMBER", "Number":
		return paramNumber
	case "COUNT_OF_PARTICIPANTS", "Count of Participants":
		return paramCount
	}
	switch text.Squash(s) {
	case "mean", "arithmeticmean":
		return ParamMean
	case "median":
		return paramMedian
	case "leastsquaresmean", "lsmean", "measuretypeleastsquares", "leastsquares":
		return ParamLSMean
	case "geometricmean":
		return paramGeoMean
	case "geometricleastsquaresmean":
		return paramGeoLSMean
	case "logmean":
		return paramLogMean
	case "number":
		return paramNumber
	case "countofparticipants":
		return paramCount
	case "countofunits":
		return paramCountUnits
	}
	return paramUnknown
}

// Dispersion is a dispersion kind, whatever its spelling.
type Dispersion int

const (
	dispNone Dispersion = iota
	DispSD
	DispSE
	DispCI
	dispIQR
	dispRange
	dispGeoCV
	dispOther
)

// KindOfDispersion accepts display text ("Standard Deviation", "95% Confidence
// Interval"), the enumeration of baseline measures (STANDARD_DEVIATION) and of
// analyses (STANDARD_ERROR_OF_MEAN). level is the percent of an interval, 0 if
// it is none or not stated.
func KindOfDispersion(s string) (kind Dispersion, level float64) {
	switch s { // as the register writes them, which nearly all are
	case "Standard Deviation":
		return DispSD, 0
	case "Standard Error":
		return DispSE, 0
	case "95% Confidence Interval":
		return DispCI, 95
	}
	q := text.Squash(s)
	if kind, ok := dispersions[q]; ok {
		return kind, 0
	}
	if strings.Contains(q, "confidence") {
		return DispCI, levelOf(q)
	}
	return dispOther, 0
}

var dispersions = map[string]Dispersion{
	"": dispNone, "na": dispNone, "none": dispNone, "notapplicable": dispNone,
	"standarddeviation": DispSD, "sd": DispSD, "stddev": DispSD,
	"standarderror": DispSE, "standarderrorofmean": DispSE, "standarderrorofthemean": DispSE, "se": DispSE, "sem": DispSE,
	"interquartilerange": dispIQR, "iqr": dispIQR, "fullrange": dispRange, "range": dispRange,
	"geometriccoefficientofvariation": dispGeoCV, "geometriccv": dispGeoCV,
}

// levelOf reads the percent of an interval's name: "95confidenceinterval",
// "confidence975".
func levelOf(q string) float64 {
	digits := ""
	for _, r := range q {
		if r >= '0' && r <= '9' {
			digits += string(r)
		}
	}
	switch digits {
	case "80", "90", "95", "99":
		return float64(digits[0]-'0')*10 + float64(digits[1]-'0')
	case "975":
		return 97.5
	}
	return 0
}
