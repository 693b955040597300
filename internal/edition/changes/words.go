package changes

import (
	"past/internal/store"
	"past/internal/text"
	"strings"
)

// Headline is a change in one line.
func Headline(c store.Change) string {
	kind := strings.ReplaceAll(c.Kind, "-", " ")
	out := kind + ": " + c.Subject
	if c.Title != "" && c.Title != c.Subject {
		out += ", " + c.Title
	}
	return text.Printable(out)
}

// Sentences say before, after and cause.
func Sentences(c store.Change) string {
	var parts []string
	if c.Before != "" {
		parts = append(parts, "Before: "+c.Before+".")
	}
	if c.After != "" {
		parts = append(parts, "Now: "+c.After+".")
	}
	if c.Cause != "" {
		parts = append(parts, "Cause: "+c.Cause+".")
	}
	return text.Printable(strings.Join(parts, " "))
}
