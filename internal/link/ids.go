package link

import (
	"regexp"
	"strings"
)

// registerID are the forms of register ids, those that papers cite most first.
var registerID = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\bNCT\d{8}\b`),
	regexp.MustCompile(`(?i)\bISRCTN\d{8}\b`),
	regexp.MustCompile(`(?i)\bACTRN\d{14}\b`),
	regexp.MustCompile(`\b20\d{2}-5\d{5}-\d{2}-\d{2}\b`), // EU CTIS, with the version of the submission
	regexp.MustCompile(`\b(19|20)\d{2}-\d{6}-\d{2}\b`),   // EudraCT
}

// canonicalID finds a register's id in a text and writes it the register's
// way; "" if there is none.
func canonicalID(s string) string {
	for _, re := range registerID {
		if m := re.FindString(s); m != "" {
			return strings.ToUpper(m)
		}
	}
	return ""
}

func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			dash = false
		} else {
			dash = true
		}
	}
	return b.String()
}

var countryRecord = regexp.MustCompile(`^((?:19|20)\d{2}-\d{6}-\d{2})-([A-Z]{2}|3RD|Outside-EU/EEA)$`)

// stem is a EudraCT number without the country of its record; other ids are
// their own stem.
func stem(id string) string {
	if m := countryRecord.FindStringSubmatch(id); m != nil {
		return m[1]
	}
	return id
}
