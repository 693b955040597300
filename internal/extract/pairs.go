package extract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"past/internal/evidence"
	"past/internal/text"
)

// pairs finds which groups of an outcome are compared, in either order of the
// groups the same, and why the others are not.
func (b *effectBuilder) pairs(o *evidence.PostedOutcome) ([]armPair, map[string]refusal) {
	arms := make([]armReading, 0, len(o.Groups))
	no := map[string]refusal{}
	for _, g := range o.Groups {
		a := b.readGroup(g)
		if a.pooled || sumOfOthers(o, g) {
			no[g.ID] = refusal{CodeOverlap, fmt.Sprintf("%q is made of other groups, whose people would count twice", g.Title)}
			continue
		}
		if a.silent() && !a.untreated {
			a = b.bySize(o, a)
		}
		arms = append(arms, a)
	}
	if len(arms) < 2 {
		for _, a := range arms {
			no[a.group.ID] = refusal{CodeArms, "the outcome has no second group to compare with"}
		}
		return nil, no
	}
	var out []armPair
	for _, t := range arms {
		for _, c := range arms {
			if t.group.ID == c.group.ID {
				continue
			}
			p, why := compare(b.v, t, c)
			if why == nil {
				out = append(out, p)
				continue
			}
			for _, id := range []string{t.group.ID, c.group.ID} {
				if old, ok := no[id]; !ok || old.code == CodeNoSubstance {
					no[id] = *why
				}
			}
		}
	}
	out = ownControls(dosesLast(out), arms, no)
	for _, p := range out {
		delete(no, p.treat.group.ID)
		delete(no, p.ctrl.group.ID)
	}
	return out, no
}

// bySize reads a group whose words name no arm as the only group of the
// participant flow in which as many people started, if no other group of the
// outcome has that size. The reading stays in doubt.
func (b *effectBuilder) bySize(o *evidence.PostedOutcome, a armReading) armReading {
	n, same := sizeOf(o, a.group.ID), 0
	for _, g := range o.Groups {
		if sizeOf(o, g.ID) == n {
			same++
		}
	}
	if n == 0 || same > 1 {
		return a
	}
	found := armReading{}
	started := startedIn(b.r)
	for _, g := range b.r.Results.FlowGrps {
		if float64(started[g.Title]) != n {
			continue
		}
		if found.group.Title != "" {
			return a
		}
		found = b.readGroup(g)
	}
	if found.silent() || found.pooled || found.doubt != "" {
		return a
	}
	found.doubt = fmt.Sprintf("its words name no arm; it is taken for %q, the only group with %v people", found.group.Title, n)
	found.group = a.group
	return found
}

// dosesLast keeps a comparison of two treatment doses only where the higher has
// no other control.
func dosesLast(ps []armPair) []armPair {
	controlled := map[string]bool{}
	for _, p := range ps {
		if p.class != OtherDose {
			controlled[p.treat.group.ID] = true
		}
	}
	return slices.DeleteFunc(ps, func(p armPair) bool { return p.class == OtherDose && controlled[p.treat.group.ID] })
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
func (b *effectBuilder) readGroup(g evidence.Group) armReading {
	words := evidence.Group{Title: g.Title, Description: g.Description}
	a, ok := b.groups[words]
	if !ok {
		a = readGroup(b.r, words, b.v)
		a.setLater(b.r, b.v)
		b.groups[words] = a
	}
	a.group = g
	return a
}

// ownControls keeps, where a record has several controls that differ in words
// which the treatment arms share (a schedule, a phase, a cohort), each
// treatment's own.
func ownControls(ps []armPair, arms []armReading, no map[string]refusal) []armPair {
	sig := signatures(ps, arms)
	var out []armPair
	for _, p := range ps {
		own, other := sig[p.treat.group.ID], sig[p.ctrl.group.ID]
		has := own != "" && slices.ContainsFunc(ps, func(q armPair) bool {
			return q.treat.group.ID == p.treat.group.ID && sig[q.ctrl.group.ID] == own
		})
		if has && other != own {
			no[p.ctrl.group.ID] = refusal{CodeArms, fmt.Sprintf("%q has a control of its own", p.treat.group.Title)}
			continue
		}
		out = append(out, p)
	}
	return out
}

// signatures are the words by which groups belong together: those that some
// treatments and some controls carry and others of both do not.
func signatures(ps []armPair, arms []armReading) map[string]string {
	treat, ctrl := map[string]bool{}, map[string]bool{}
	for _, p := range ps {
		treat[p.treat.group.ID], ctrl[p.ctrl.group.ID] = true, true
	}
	words := map[string]map[string]bool{}
	for _, a := range arms {
		words[a.group.ID] = text.WordSet(a.group.Title)
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
