package ident

import (
	"regexp"
	"strings"
)

// form is how one register writes its numbers.
type form struct {
	scheme Scheme
	// hint is a lower-case text that every number in running text has; without
	// one the number has no prefix of its own.
	hint  string
	re    *regexp.Regexp
	write string // template of the canonical form, over the groups
	fold  func(string) string
	// loose forms mean something else in running text: only a register's own
	// field is read so.
	loose bool
}

// Between prefix and digits papers put spaces, hyphens, colons and "No.".
const (
	gap  = `[\s\x{00a0}:#_\x{2010}-\x{2015}\x{2212}-]{0,3}(?:(?:no|number|id)\b[\s\x{00a0}.:]{0,3})?`
	dash = `[-\x{2010}-\x{2015}\x{2212}]`
	// Codes of countries whose records EudraCT has; those outside Europe share one.
	country = `AT|BE|BG|CY|CZ|DE|DK|EE|ES|FI|FR|GB|GR|HR|HU|IE|IS|IT|LI|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|3RD|Outside-EU/EEA`
)

func written(scheme Scheme, hint, pattern, write string, fold func(string) string) form {
	return form{scheme: scheme, hint: hint, re: regexp.MustCompile(`(?i)` + pattern), fold: fold,
		write: groupRef.ReplaceAllString(write, `$${${1}}`)} // the unambiguous way to name a group
}

func loose(f form) form { f.loose = true; return f }

// forms are ordered by how commonly papers cite a register's numbers.
var forms = []form{
	written(NCT, "nct", `NCT`+gap+`(\d{8})`, "NCT$1", nil),
	written(ISRCTN, "isrctn", `ISRCTN`+gap+`(\d{8})`, "ISRCTN$1", nil),
	written(ACTRN, "actrn", `ACTRN`+gap+`0?([12]\d{13})p?`, "ACTRN$1", nil),
	written(EUCT, "", `(?:(?:CTIS|EU[ -]?CT|EUCTR?)`+gap+`)?(20\d{2})`+dash+`(5\d{5})`+dash+`(\d{2})(?:`+dash+`(\d{2}))?`, "$1-$2-$3-$4",
		trimDash),
	written(EudraCT, "",
		`(?:(?:EUCTR|EudraCT)`+gap+`)?((?:19|20)\d{2})`+dash+`([0-4]\d{5})`+dash+`(\d{2})(?:[-\x{2010}\x{2011}](`+country+`))?`,
		"$1-$2-$3-$4", oneCountry),
	written("drks", "drks", `DRKS`+gap+`(\d{8})`, "DRKS$1", nil),
	written("chictr", "chictr", `ChiCTR`+dash+`([A-Z]{2,5})`+dash+`(\d{8})`, "ChiCTR-$1-$2", upperAfter("ChiCTR")),
	written("chictr", "chictr", `ChiCTR`+gap+`(\d{8,10})`, "ChiCTR$1", nil),
	written("jrct", "jrct", `(?:JPRN`+dash+`)?jRCT`+gap+`(s\d{9}|\d{10})`, "jRCT$1", lowerAfter("jRCT")),
	written("umin", "umin", `(?:JPRN`+dash+`)?UMIN`+gap+`(\d{9})`, "UMIN$1", nil),
	written("japic", "japiccti", `(?:JPRN`+dash+`)?JapicCTI`+gap+`(\d{6})`, "JapicCTI-$1", nil),
	written("jma", "jma", `(?:JPRN`+dash+`)?JMA`+dash+`?IIA`+gap+`(\d{5})`, "JMA-IIA$1", nil),
	written("irct", "irct", `IRCT`+gap+`(\d{8,18}N\d{1,4})`, "IRCT$1", upperAfter("")),
	written("ctri", "ctri", `CTRI`+gap+`/?(\d{4})[/-](\d{2,3})[/-](\d{6})`, "CTRI/$1/$2/$3", nil),
	written("pactr", "pactr", `PACTR`+gap+`(\d{15,16})`, "PACTR$1", nil),
	written("rbr", "rbr", `RBR`+dash+`([0-9a-z]{5,8})`, "RBR-$1", lowerAfter("RBR")),
	written("kct", "kct", `KCT`+gap+`(\d{7})`, "KCT$1", nil),
	written("tctr", "tctr", `TCTR`+gap+`(\d{11})`, "TCTR$1", nil),
	written("slctr", "slctr", `SLCTR`+gap+`/?(\d{4})/(\d{3})`, "SLCTR/$1/$2", nil),
	written("omon", "omon", `NL`+dash+`OMON`+gap+`(\d{4,6})`, "NL-OMON$1", nil),
	written("ntr", "ntr", `NTR`+gap+`(\d{3,5})`, "NTR$1", nil),
	loose(written("ntr", "", `(NTR|NL)(\d{1,5})`, "$1$2", upperAfter(""))),
	written("repec", "per", `PER`+dash+`(\d{3})`+dash+`(\d{2})`, "PER-$1-$2", nil),
	written("rpcec", "rpcec", `RPCEC`+gap+`(\d{8})`, "RPCEC$1", nil),
	written("lbctr", "lbctr", `LBCTR`+gap+`(\d{10})`, "LBCTR$1", nil),
	written("itmctr", "itmctr", `ITMCTR`+gap+`(\d{10})`, "ITMCTR$1", nil),
	written("snctp", "snctp", `SNCTP`+gap+`(\d{9})`, "SNCTP$1", nil),
	written(UTN, "u1111", `U1111[\s\x{00a0}\x{2010}-\x{2015}\x{2212}-](\d{4})[\s\x{00a0}\x{2010}-\x{2015}\x{2212}-](\d{4})`, "U1111-$1-$2",
		nil),
}

func trimDash(s string) string { return strings.TrimSuffix(s, "-") }

// oneCountry writes the country of a EudraCT record; all records from outside
// Europe are of the "third country".
func oneCountry(s string) string {
	s = trimDash(strings.ToUpper(s))
	return strings.Replace(s, "-OUTSIDE-EU/EEA", "-3RD", 1)
}

func upperAfter(prefix string) func(string) string {
	return func(s string) string { return s[:len(prefix)] + strings.ToUpper(s[len(prefix):]) }
}

func lowerAfter(prefix string) func(string) string {
	return func(s string) string { return s[:len(prefix)] + strings.ToLower(s[len(prefix):]) }
}

// id writes the canonical form of a match. Numbers without any digit but zero
// fill a field and name nothing.
func (f *form) id(text string, m []int) (ID, bool) {
	value := string(f.re.ExpandString(nil, f.write, text, m))
	if f.fold != nil {
		value = f.fold(value)
	}
	digits := strings.TrimPrefix(value, "U1111-")
	switch f.scheme {
	case EudraCT, EUCT:
		digits = value[len("2012-"):]
	case "rbr": // letters and digits in any order, but not a word
		if !strings.ContainsAny(value, "0123456789") {
			return ID{}, false
		}
	}
	if !strings.ContainsAny(digits, "123456789") {
		return ID{}, false
	}
	return ID{f.scheme, value}, true
}

var groupRef = regexp.MustCompile(`\$(\d)`)
