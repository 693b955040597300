package link

import "slices"

// graph is a union-find over member ids.
type graph struct{ parent map[string]string }

func newGraph() *graph { return &graph{parent: map[string]string{}} }

func (g *graph) add(id string) {
	if _, ok := g.parent[id]; !ok {
		g.parent[id] = id
	}
}

func (g *graph) has(id string) bool { _, ok := g.parent[id]; return ok }

func (g *graph) find(id string) string {
	for g.parent[id] != id {
		g.parent[id] = g.parent[g.parent[id]]
		id = g.parent[id]
	}
	return id
}

func (g *graph) join(a, b string) {
	g.add(a)
	g.add(b)
	ra, rb := g.find(a), g.find(b)
	if ra == rb {
		return
	}
	if rb < ra {
		ra, rb = rb, ra
	}
	g.parent[rb] = ra
}

// groups lists the members of every component, sorted, in a fixed order.
func (g *graph) groups() [][]string {
	by := map[string][]string{}
	for id := range g.parent {
		r := g.find(id)
		by[r] = append(by[r], id)
	}
	var out [][]string
	for _, m := range by {
		slices.Sort(m)
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b []string) int { return slices.Compare(a, b) })
	return out
}
