package link

import (
	"fmt"
	"slices"

	"past/internal/evidence"
	"past/internal/ident"
)

// maxShared is how many records of one register may share a number of another
// one and still count as one trial (re-registered, registered twice). More of
// them share a programme or a master protocol.
const maxShared = 3

// claim is a record that a number belongs to or that names it.
type claim struct {
	item *Item
	name *Name // nil: the number is the record's own
}

// recordLinks are the links that the registers' own identifiers make. trials
// are sorted; the same trials in any order give the same links.
func recordLinks(trials []*Item) []evidence.Link {
	by := map[string][]claim{} // by stem
	var stems []string
	add := func(stem string, c claim) {
		if by[stem] == nil {
			stems = append(stems, stem)
		}
		by[stem] = append(by[stem], c)
	}
	for _, t := range trials {
		add(ident.Stem(t.ID), claim{item: t})
		for i := range t.Names {
			if stem := t.Names[i].ID.Stem(); stem != ident.Stem(t.ID) { // a country's record names the trial's number, which is its own
				add(stem, claim{t, &t.Names[i]})
			}
		}
	}
	slices.Sort(stems)
	var out []evidence.Link
	for _, stem := range stems {
		out = append(out, claimLinks(stem, by[stem])...)
	}
	return out
}

// claimLinks ties the records that have or name one number to the first of
// them.
func claimLinks(stem string, claims []claim) []evidence.Link {
	first := slices.IndexFunc(claims, func(c claim) bool { return c.name == nil })
	if first < 0 {
		first = slices.IndexFunc(claims, func(c claim) bool { return c.name.Other == "" && !c.name.Twin })
	}
	if first < 0 || len(claims) < 2 {
		return nil
	}
	return tie(stem, claims, claims[first])
}

func tie(stem string, claims []claim, first claim) []evidence.Link {
	crowd := crowded(claims)
	var out []evidence.Link
	for _, c := range claims {
		if c == first || c.item.ID == first.item.ID {
			continue
		}
		l := evidence.Link{A: c.item.ID, B: first.item.ID, Kind: KindSame, Strength: Certain, Prov: c.item.Prov}
		switch {
		case c.name == nil && first.name == nil:
			l.A, l.B, l.Kind = first.item.ID, c.item.ID, KindCountry
			l.Reason = l.A + " and " + l.B + " are records of one trial, " + stem
		case c.name.Alias:
			l.Reason = l.A + " lists " + c.name.ID.Value + " as an earlier number of the same record"
		case c.name.Other != "":
			l.Kind, l.Strength = KindNeighbour, Possible
			l.Reason = fmt.Sprintf("%s names %s with the word %q: another trial", l.A, c.name.ID.Value, c.name.Other)
		case c.name.Twin:
			l.Kind, l.Strength = KindNeighbour, Possible
			l.Reason = l.A + " names " + c.name.ID.Value + " beside another number of the same register"
		case crowd > maxShared:
			l.Kind, l.Strength = KindNeighbour, Possible
			l.Reason = fmt.Sprintf("%d records of one register name %s: a programme rather than a trial", crowd, stem)
		case first.name == nil && c.name.ID.Scheme == schemeOf(c.item.ID):
			l.Kind, l.Strength = KindNeighbour, Possible
			l.Reason = l.A + " names " + c.name.ID.Value + ", a record of the same register, which may be another trial"
		case first.name == nil:
			l.Reason = l.A + " names " + c.name.ID.Value + " among its numbers"
		default:
			l.Reason = l.A + " and " + l.B + " both name " + stem + " among their numbers"
		}
		out = append(out, l)
	}
	return out
}

// crowded is the largest number of records of one register that name a number.
func crowded(claims []claim) int {
	most, by := 0, map[ident.Scheme]map[string]bool{}
	for _, c := range claims {
		if c.name == nil || c.name.Alias {
			continue
		}
		s := schemeOf(c.item.ID)
		if by[s] == nil {
			by[s] = map[string]bool{}
		}
		by[s][ident.Stem(c.item.ID)] = true
		most = max(most, len(by[s]))
	}
	return most
}

func schemeOf(id string) ident.Scheme {
	p, _ := ident.Parse(id)
	return p.Scheme
}

// conflicts are records of one register in one study although neither names the
// other: a join that deserves a look.
func conflicts(g *graph, trials []*Item) []evidence.Link {
	aliased := map[[2]string]bool{}
	by := map[[2]string][]string{}
	for _, t := range trials {
		for _, n := range t.Names {
			if n.Alias {
				aliased[[2]string{t.ID, n.ID.Value}] = true
			}
		}
		if s := schemeOf(t.ID); s != "" {
			k := [2]string{string(s), g.find(t.ID)}
			if !slices.Contains(by[k], t.ID) {
				by[k] = append(by[k], t.ID)
			}
		}
	}
	var out []evidence.Link
	for _, ids := range by {
		slices.Sort(ids)
		for i, a := range ids {
			for _, b := range ids[i+1:] {
				if ident.Stem(a) != ident.Stem(b) && !aliased[[2]string{a, b}] && !aliased[[2]string{b, a}] {
					out = append(out, evidence.Link{A: a, B: b, Kind: KindConflict, Strength: Possible,
						Reason: a + " and " + b + " are two records of one register in one study: registered twice, or two trials"})
				}
			}
		}
	}
	return out
}
