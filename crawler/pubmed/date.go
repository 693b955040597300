package pubmed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"past/crawler/xmltree"
)

var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// month reads "7", "07", "Jul" and "July".
func month(s string) int {
	s = strings.ToLower(strings.TrimRight(strings.TrimSpace(s), "."))
	if n, err := strconv.Atoi(s); err == nil {
		if n >= 1 && n <= 12 {
			return n
		}
		return 0
	}
	for i, m := range months {
		if len(s) >= 3 && s[:3] == m {
			return i + 1
		}
	}
	return 0
}

// ymd gives a date made of Year, Month and Day as far as it goes: YYYY,
// YYYY-MM or YYYY-MM-DD; "" without a year.
func ymd(n *xmltree.Node) string {
	year := n.Get("Year").Text()
	if y, err := strconv.Atoi(year); err != nil || y < 1000 || y > 2999 {
		return ""
	}
	mon := month(n.Get("Month").Text())
	if mon == 0 {
		return year
	}
	day, err := strconv.Atoi(n.Get("Day").Text())
	if err != nil || day < 1 || day > 31 {
		return fmt.Sprintf("%s-%02d", year, mon)
	}
	return fmt.Sprintf("%s-%02d-%02d", year, mon, day)
}

// medline matches the beginning of a MedlineDate that is certain: a year, then
// perhaps one month, then perhaps one day.
var (
	medlineYear = regexp.MustCompile(`\b(1[5-9]\d\d|20\d\d)\b`)
	medlineOne  = regexp.MustCompile(`^(\d{4}) ([A-Za-z]{3,9})(?: (\d{1,2}))?$`)
)

// published reads a PubDate. Of a range ("1998 Dec-1999 Jan", "2000 Spring")
// only the year that it begins with is certain, and only that is given.
func published(n *xmltree.Node) (string, bool) {
	if s := ymd(n); s != "" {
		return s, true
	}
	text := n.Get("MedlineDate").Text()
	if text == "" {
		text = n.Get("Year").Text()
	}
	if m := medlineOne.FindStringSubmatch(text); m != nil && month(m[2]) > 0 {
		if d, err := strconv.Atoi(m[3]); err == nil && d >= 1 && d <= 31 {
			return fmt.Sprintf("%s-%02d-%02d", m[1], month(m[2]), d), true
		}
		return fmt.Sprintf("%s-%02d", m[1], month(m[2])), true
	}
	if m := medlineYear.FindString(text); m != "" {
		return m, true
	}
	return "", false
}

// history gives the day of the first status of the list that is there.
func history(h *xmltree.Node, statuses ...string) string {
	for _, s := range statuses {
		for _, d := range h.All("PubMedPubDate") {
			if d.Attr("PubStatus") == s {
				return ymd(d)
			}
		}
	}
	return ""
}
