package extract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/extract/arm"
	"past/internal/extract/posted"
	"past/internal/extract/reason"
	"past/internal/text"
)

// pairs finds which groups of an outcome are compared, in either order of the
// groups the same, and why the others are not.
func (b *effectBuilder) pairs(o *evidence.PostedOutcome) ([]arm.Pair, map[string]arm.Refusal) {
	arms := make([]arm.Reading, 0, len(o.Groups))
	no := map[string]arm.Refusal{}
	for _, g := range o.Groups {
		a := b.readGroup(g)
		if a.Pooled || sumOfOthers(o, g) {
			no[g.ID] = arm.Refusal{Code: reason.Overlap, Why: fmt.Sprintf("%q is made of other groups, whose people would count twice", g.Title)}
			continue
		}
		if a.Silent() && !a.Untreated {
			a = b.bySize(o, a)
		}
		arms = append(arms, a)
	}
	if len(arms) < 2 {
		for _, a := range arms {
			no[a.Group.ID] = arm.Refusal{Code: reason.Arms, Why: "the outcome has no second group to compare with"}
		}
		return nil, no
	}
	var out []arm.Pair
	for _, t := range arms {
		for _, c := range arms {
			if t.Group.ID == c.Group.ID {
				continue
			}
			p, why := arm.Compare(b.v, t, c)
			if why == nil {
				out = append(out, p)
				continue
			}
			for _, id := range []string{t.Group.ID, c.Group.ID} {
				if old, ok := no[id]; !ok || old.Code == reason.NoSubstance {
					no[id] = *why
				}
			}
		}
	}
	out = ownControls(dosesLast(out), arms, no)
	for _, p := range out {
		delete(no, p.Treat.Group.ID)
		delete(no, p.Ctrl.Group.ID)
	}
	return out, no
}

// bySize reads a group whose words name no arm as the only group of the
// participant flow in which as many people started, if no other group of the
// outcome has that size. The reading stays in doubt.
func (b *effectBuilder) bySize(o *evidence.PostedOutcome, a arm.Reading) arm.Reading {
	n, same := posted.SizeOf(o, a.Group.ID), 0
	for _, g := range o.Groups {
		if posted.SizeOf(o, g.ID) == n {
			same++
		}
	}
	if n == 0 || same > 1 {
		return a
	}
	found := arm.Reading{}
	started := posted.StartedIn(b.r)
	for _, g := range b.r.Results.FlowGrps {
		if float64(started[g.Title]) != n {
			continue
		}
		if found.Group.Title != "" {
			return a
		}
		found = b.readGroup(g)
	}
	if found.Silent() || found.Pooled || found.Doubt != "" {
		return a
	}
	found.Doubt = fmt.Sprintf("its words name no arm; it is taken for %q, the only group with %v people", found.Group.Title, n)
	found.Group = a.Group
	return found
}

// dosesLast keeps a comparison of two treatment doses only where the higher has
// no other control.
func dosesLast(ps []arm.Pair) []arm.Pair {
	controlled := map[string]bool{}
	for _, p := range ps {
		if p.Class != arm.OtherDose {
			controlled[p.Treat.Group.ID] = true
		}
	}
	return slices.DeleteFunc(ps, func(p arm.Pair) bool { return p.Class == arm.OtherDose && controlled[p.Treat.Group.ID] })
}

// sumOfOthers reports whether a group's title joins the titles of others:
// "Esketamine 56 mg + Esketamine 84 mg".
func sumOfOthers(o *evidence.PostedOutcome, g evidence.Group) bool {
	title, held := text.Squash(g.Title), 0
	for _, x := range o.Groups {
		if s := text.Squash(x.Title); x.ID != g.ID && len(s) > 3 && strings.Contains(title, s) {
			held++
		}
	}
	return held > 1
}

// readGroup reads a group once for all outcomes that use its words.
func (b *effectBuilder) readGroup(g evidence.Group) arm.Reading {
	words := evidence.Group{Title: g.Title, Description: g.Description}
	a, ok := b.groups[words]
	if !ok {
		a = arm.ReadGroup(b.r, words, b.v)
		a.Divisions = b.divisions(words)
		b.groups[words] = a
	}
	a.Group = g
	return a
}

// ownControls keeps, where a record has several controls that differ in words
// which the treatment arms share (a schedule, a phase, a cohort), each
// treatment's own.
func ownControls(ps []arm.Pair, arms []arm.Reading, no map[string]arm.Refusal) []arm.Pair {
	sig := signatures(ps, arms)
	var out []arm.Pair
	for _, p := range ps {
		own, other := sig[p.Treat.Group.ID], sig[p.Ctrl.Group.ID]
		has := own != "" && slices.ContainsFunc(ps, func(q arm.Pair) bool {
			return q.Treat.Group.ID == p.Treat.Group.ID && sig[q.Ctrl.Group.ID] == own
		})
		if has && other != own {
			no[p.Ctrl.Group.ID] = arm.Refusal{Code: reason.Arms, Why: fmt.Sprintf("%q has a control of its own", p.Treat.Group.Title)}
			continue
		}
		out = append(out, p)
	}
	return out
}

// signatures are the words by which groups belong together: those that some
// treatments and some controls carry and others of both do not.
func signatures(ps []arm.Pair, arms []arm.Reading) map[string]string {
	treat, ctrl := map[string]bool{}, map[string]bool{}
	for _, p := range ps {
		treat[p.Treat.Group.ID], ctrl[p.Ctrl.Group.ID] = true, true
	}
	words := map[string]map[string]bool{}
	for _, a := range arms {
		words[a.Group.ID] = text.WordSet(a.Group.Title)
	}
	count := func(of map[string]bool, w string) (n int) {
		for id := range of {
			if words[id][w] {
				n++
			}
		}
		return n
	}
	sig := map[string]string{}
	for id, ws := range words {
		var kept []string
		for _, w := range slices.Sorted(maps.Keys(ws)) {
			t, c := count(treat, w), count(ctrl, w)
			if t > 0 && c > 0 && t < len(treat) && c < len(ctrl) {
				kept = append(kept, w)
			}
		}
		sig[id] = strings.Join(kept, " ")
	}
	return sig
}
