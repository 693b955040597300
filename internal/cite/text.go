package cite

import (
	"fmt"
	"strings"
)

// Text writes each item as one paragraph for a reference list.
func Text(items []Item) string {
	var b strings.Builder
	for _, it := range items {
		b.WriteString(Line(it))
		b.WriteByte('\n')
	}
	return b.String()
}

// Line is one item as a sentence for a reference list.
func Line(it Item) string {
	var parts []string
	add := func(s string) {
		if s = strings.TrimSuffix(oneLine(s), "."); s != "" {
			parts = append(parts, s)
		}
	}
	add(textNames(it))
	if it.Issued.Year > 0 {
		add(fmt.Sprintf("(%d)", it.Issued.Year))
	}
	title := it.Title
	switch it.Type {
	case Dataset:
		title += " [data set]"
	case Software:
		title += " [computer program]"
	case Preprint:
		title += " [preprint]"
	}
	add(title)
	add(textContainer(it))
	if it.Version != "" {
		add("Version " + it.Version)
	}
	if it.Issued.Day > 0 && it.Type == Dataset {
		add("Data to " + it.Issued.String())
	}
	add(it.note())
	if it.Location != "" {
		add("Permalink: " + it.Location)
	}
	if it.Accessed.Year > 0 {
		add("Accessed " + it.Accessed.String())
	}
	out := strings.Join(parts, ". ") + "."
	if l := it.link(); l != "" {
		out += " " + l
	}
	return out
}

func textContainer(it Item) string {
	s := it.ContainerTitle
	if it.Volume != "" {
		s += ", " + it.Volume
	}
	if it.Issue != "" {
		s += "(" + it.Issue + ")"
	}
	if it.Pages != "" {
		s += ", " + strings.ReplaceAll(it.Pages, "-", "–")
	}
	return strings.TrimPrefix(s, ", ")
}

func textNames(it Item) string {
	var out []string
	for _, n := range it.Authors {
		switch {
		case n.Literal != "":
			out = append(out, n.Literal)
		case n.Given == "":
			out = append(out, n.Family)
		default:
			out = append(out, strings.TrimSpace(n.Family+" "+initials(n.Given)+" "+n.Suffix))
		}
	}
	if it.MoreAuthors && len(out) > 0 {
		out = append(out, "et al")
	}
	return strings.Join(out, ", ")
}

// initials of given names: "Jennifer M." is "JM", "Jean-Luc" is "J-L".
func initials(given string) string {
	var b strings.Builder
	for _, w := range strings.FieldsFunc(given, func(r rune) bool { return r == ' ' || r == '.' }) {
		for i, part := range strings.Split(w, "-") {
			r := []rune(part)
			if len(r) == 0 {
				continue
			}
			if i > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r[0])
		}
	}
	return b.String()
}
