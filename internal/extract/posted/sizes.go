package posted

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// oneSize is a size with or without commas between thousands, and with the name
// of its group in brackets where it has one.
const oneSize = `(?:\d{1,3}(?:,\d{3})+\b|\d+)(?:\s*\([A-Za-z][^()\d=]{0,40}\))?`

// titleSizes finds the sizes that records write into the title of a row:
// "Month 6 (n=71,26,40,1)", "High (n=210, n=98)", "n=59, 59, and 62", "n=1,020,
// 1,015", "n = 41/42".
var titleSizes = regexp.MustCompile(`(?i)\b(?:n|number (?:analy[sz]ed|of (?:participants|patients|subjects))|sample sizes?)\s*[=:]\s*(` +
	oneSize + `(?:\s*(?:[,;/&|]\s*(?:and\b)?|and\b|vs\.?)\s*(?:n\s*[=:]\s*)?` + oneSize + `)*)`)

// readSizes reads the sizes that the row's titles, or the outcome's title where
// it has one row only, write out. doubt says why they cannot be assigned.
func (x *outcome) readSizes(class, category string) (sizes []int, doubt string) {
	texts := []string{class, category}
	if len(x.o.Classes) == 1 && len(x.o.Classes[0].Categories) == 1 {
		texts = append(texts, x.o.Title)
	}
	for _, t := range texts {
		t = plainSizes(t)
		if !strings.ContainsAny(t, "=:") || !titleSizes.MatchString(t) {
			continue
		}
		sizes, doubt = SizesIn(t, len(x.o.Groups), x.denominators())
		if doubt == "" {
			return x.byName(t, sizes)
		}
		return sizes, doubt
	}
	return nil, ""
}

// bareSizes finds sizes in brackets without a sign of equality ("(N 98, 97)"),
// numberedSizes those whose n has the group's number ("n1=98, n2=97").
var (
	bareSizes     = regexp.MustCompile(`([(\[]\s*)[Nn]\s+(\d)`)
	numberedSizes = regexp.MustCompile(`\b([Nn])[1-9]\s*=`)
)

// plainSizes writes the sizes of a title with a sign of equality.
func plainSizes(title string) string {
	if !strings.ContainsAny(title, "nN") {
		return title
	}
	return numberedSizes.ReplaceAllString(bareSizes.ReplaceAllString(title, "${1}n=$2"), "$1=")
}

// namedSize finds a size with the name of its group ("n = 45 (psilocybin)",
// "n=58 placebo").
var namedSize = regexp.MustCompile(`(\d[\d,]*)\s*\(?([A-Za-z][A-Za-z -]{2,40})`)

// byName puts sizes that are given with the names of their groups in the order
// of the groups.
func (x *outcome) byName(title string, sizes []int) (ordered []int, doubt string) {
	named := namedSize.FindAllStringSubmatch(title[titleSizes.FindStringIndex(title)[0]:], -1)
	if len(named) != len(sizes) {
		return sizes, ""
	}
	ordered = make([]int, len(sizes))
	found := 0
	for i, m := range named {
		name := text.Squash(m[2])
		at := slices.IndexFunc(x.o.Groups, func(g evidence.Group) bool { return strings.Contains(text.Squash(g.Title), name) })
		if at >= 0 && ordered[at] == 0 {
			ordered[at] = sizes[i]
			found++
		}
	}
	switch found {
	case len(sizes):
		return ordered, ""
	case 0:
		return sizes, ""
	}
	return nil, fmt.Sprintf("the title gives sizes by names that are not all those of the groups: %q", title)
}

// denominators are the outcome's own sizes in the order of its groups; -1 where
// there is none.
func (x *outcome) denominators() []int {
	out := make([]int, len(x.o.Groups))
	for i, g := range x.o.Groups {
		out[i] = -1
		if raw, _, ok := countOf(x.o.Denoms, x.o.DenomUnits, g.ID); ok {
			if n, err := strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(raw), ",", "")); err == nil {
				out[i] = n
			}
		}
	}
	return out
}

// SizesIn reads one size for each of k groups. A comma between three digits and
// no space may group thousands or part two sizes: the reading is taken that
// gives k sizes and that the outcome's own sizes allow; where both do, none is.
func SizesIn(title string, k int, own []int) (sizes []int, doubt string) {
	list := strings.Join(sizeLists(title), "; ")
	var fits [][]int
	for _, thousands := range []bool{true, false} {
		if s := splitSizes(list, thousands); len(s) == k && allowed(s, own) {
			fits = append(fits, s)
		}
	}
	whole, apart := splitSizes(list, true), splitSizes(list, false)
	switch {
	case len(fits) == 1 && len(whole) == len(apart):
		return fits[0], ""
	case len(fits) == 1 && len(whole) == k:
		return fits[0], ""
	case len(fits) == 1 && len(whole) == 1 && whole[0] <= sum(own):
		return nil, fmt.Sprintf("the title gives the sizes %q, which may be one of %d or %d of them", list, whole[0], len(apart))
	case len(fits) >= 1:
		return fits[0], ""
	case len(whole) == k:
		return whole, fmt.Sprintf("the title gives the sizes %q, more than the outcome's own", list)
	case len(apart) == k:
		return nil, fmt.Sprintf("the title gives the sizes %q, more than the outcome's own", list)
	}
	return nil, fmt.Sprintf("the title gives the sizes %q for %d groups", list, k)
}

func sizeLists(title string) []string {
	var out []string
	for _, m := range titleSizes.FindAllStringSubmatch(title, -1) {
		out = append(out, m[1])
	}
	return out
}

var thousandsGroup = regexp.MustCompile(`\b(\d{1,3}),(\d{3})\b`)

func splitSizes(list string, thousands bool) []int {
	if thousands {
		list = thousandsGroup.ReplaceAllString(list, "$1$2")
	}
	var out []int
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// allowed recognises sizes that are not above the outcome's own.
func allowed(sizes, own []int) bool {
	for i, n := range sizes {
		if i < len(own) && own[i] >= 0 && n > own[i] {
			return false
		}
	}
	return true
}

func sum(list []int) int {
	n := 0
	for _, x := range list {
		n += max(x, 0)
	}
	return n
}

// titleN takes the denominator from the row's title where the class has none of
// its own and the title gives one for every group, in the groups' order.
func (x *outcome) titleN(a *evidence.ArmResult) {
	for i, g := range x.o.Groups {
		if g.ID == a.GroupID && x.sizes != nil {
			n := x.sizes[i]
			a.N, a.NRaw = &n, strconv.Itoa(n)
		}
	}
}
