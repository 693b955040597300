package synthesis

import (
	"strings"
	"sync"

	"past/internal/vocab"
)

// plainNames are the names for people of the vocabulary's ids.
func plainNames() map[string]string {
	v := vocab.Default()
	if m, ok := namesByVocabulary.Load(v); ok {
		return m.(map[string]string)
	}
	m := map[string]string{}
	set := func(id, name string) {
		if m[id] == "" {
			m[id] = name
		}
	}
	for _, x := range v.Comparators() {
		set(x.ID, x.Name)
	}
	for _, x := range v.Designs() {
		set(x.ID, x.Name)
	}
	for _, x := range v.OutcomeDomains() {
		set(x.ID, x.Name)
	}
	for _, x := range v.Conditions() {
		set(x.ID, x.Name)
	}
	for _, x := range v.Instruments() {
		set(x.ID, x.Short)
	}
	m["other-illness"] = "people with another illness"
	m["diagnosis"] = "people with the diagnosis"
	m["other-dose"] = "another dose of the same drug"
	namesByVocabulary.Store(v, m)
	return m
}

// namesByVocabulary keeps the names, which are asked for many times.
var namesByVocabulary sync.Map

// plain is the name for people of a vocabulary id; an id that is not known is
// written with spaces.
func plain(id string) string {
	if id == "" {
		return "not stated"
	}
	if n := plainNames()[id]; n != "" {
		return n
	}
	return strings.ReplaceAll(id, "-", " ")
}

// substanceName is the name of a substance for people.
func substanceName(id string) string {
	if s, ok := vocab.Default().Substance(id); ok {
		return s.Name
	}
	return plain(id)
}

func plainAll(ids []string) string {
	var out []string
	for _, id := range ids {
		out = append(out, plain(id))
	}
	return strings.Join(out, ", ")
}
