package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var writeDocs = flag.Bool("write-docs", false, "write the generated pages of docs/")

// pkgOf is what the picture and the table of packages are made of.
type pkgOf struct {
	ImportPath, Doc string
	Imports         []string
}

func packages(t *testing.T) []pkgOf {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Imports", "past/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkgOf
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkgOf
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, "past/")
		p.Imports = slices.DeleteFunc(p.Imports, func(i string) bool { return !strings.HasPrefix(i, "past/") })
		for i := range p.Imports {
			p.Imports[i] = strings.TrimPrefix(p.Imports[i], "past/")
		}
		if p.ImportPath != "past" && room(p.ImportPath) != "" {
			all = append(all, p)
		}
	}
	return all
}

// room is the room of a package: crawler, analysis and reports are one each,
// a package below internal is one with what is below it. What only tests and
// shipping use has none.
func room(pkg string) string {
	parts := strings.Split(pkg, "/")
	switch parts[0] {
	case "crawler", "analysis", "reports":
		return parts[0]
	case "internal":
		if parts[1] == "layers" {
			return ""
		}
		return parts[1]
	}
	return ""
}

// uses are the direct uses between rooms.
func uses(all []pkgOf) map[string]map[string]bool {
	g := map[string]map[string]bool{}
	for _, p := range all {
		from := room(p.ImportPath)
		if g[from] == nil {
			g[from] = map[string]bool{}
		}
		if strings.HasSuffix(p.ImportPath, "test") {
			continue // helpers of tests
		}
		for _, i := range p.Imports {
			if to := room(i); to != "" && to != from {
				g[from][to] = true
			}
		}
	}
	return g
}

// floors gives each room its floor: one above the highest room that it uses.
func floors(g map[string]map[string]bool) (map[string]int, error) {
	floor := map[string]int{}
	var visit func(n string, above []string) error
	visit = func(n string, above []string) error {
		if slices.Contains(above, n) {
			return fmt.Errorf("rooms in a circle: %s", strings.Join(append(above, n), " → "))
		}
		if _, done := floor[n]; done {
			return nil
		}
		f := 0
		for _, m := range slices.Sorted(maps.Keys(g[n])) {
			if err := visit(m, append(above, n)); err != nil {
				return err
			}
			f = max(f, floor[m]+1)
		}
		floor[n] = f
		return nil
	}
	for _, n := range slices.Sorted(maps.Keys(g)) {
		if err := visit(n, nil); err != nil {
			return nil, err
		}
	}
	return floor, nil
}

// arrows leaves out the uses that others imply, so that the picture can be
// read.
func arrows(g map[string]map[string]bool) [][2]string {
	var reaches func(a, b string) bool
	reaches = func(a, b string) bool {
		for m := range g[a] {
			if m == b || reaches(m, b) {
				return true
			}
		}
		return false
	}
	var out [][2]string
	for _, a := range slices.Sorted(maps.Keys(g)) {
		for _, b := range slices.Sorted(maps.Keys(g[a])) {
			implied := false
			for m := range g[a] {
				implied = implied || m != b && reaches(m, b)
			}
			if !implied {
				out = append(out, [2]string{a, b})
			}
		}
	}
	return out
}

// spot is a room in the picture, or the place where a long arrow crosses a
// floor.
type spot struct {
	name     string
	floor    int
	x, w     float64
	up, down []*spot
}

// arrange puts rooms and crossings on floors so that arrows cross little:
// sweeps by the mean place of neighbours, then places are relaxed.
func arrange(floor map[string]int, edges [][2]string) ([][]*spot, map[string]*spot) {
	rooms := map[string]*spot{}
	top := 0
	for _, n := range slices.Sorted(maps.Keys(floor)) {
		rooms[n] = &spot{name: n, floor: floor[n], w: max(84, 9.5*float64(len(n))+26)}
		top = max(top, floor[n])
	}
	rows := make([][]*spot, top+1)
	for _, n := range slices.Sorted(maps.Keys(rooms)) {
		rows[rooms[n].floor] = append(rows[rooms[n].floor], rooms[n])
	}
	for _, e := range edges {
		above := rooms[e[0]]
		for f := above.floor - 1; f >= rooms[e[1]].floor; f-- {
			below := rooms[e[1]]
			if f > below.floor {
				below = &spot{floor: f, w: 16}
				rows[f] = append(rows[f], below)
			}
			above.down, below.up = append(above.down, below), append(below.up, above)
			above = below
		}
	}
	pack := func(row []*spot) {
		x := 0.0
		for _, s := range row {
			s.x = x + s.w/2
			x += s.w + 22
		}
		for _, s := range row {
			s.x -= x / 2
		}
	}
	for _, row := range rows {
		pack(row)
	}
	mean := func(of []*spot, or float64) float64 {
		if len(of) == 0 {
			return or
		}
		sum := 0.0
		for _, s := range of {
			sum += s.x
		}
		return sum / float64(len(of))
	}
	for sweep := range 24 {
		for i := range rows {
			row := rows[i]
			if sweep%2 == 0 {
				row = rows[len(rows)-1-i]
			}
			want := map[*spot]float64{}
			for _, s := range row {
				if sweep%2 == 0 {
					want[s] = mean(s.up, s.x)
				} else {
					want[s] = mean(s.down, s.x)
				}
			}
			slices.SortStableFunc(row, func(a, b *spot) int { return cmp.Compare(want[a], want[b]) })
			place(row, want)
		}
	}
	return rows, rooms
}

// place puts the spots of a floor as near to where they want to be as their
// widths let, keeping their order.
func place(row []*spot, want map[*spot]float64) {
	const gap = 22
	for _, s := range row {
		s.x = want[s]
	}
	for range 60 {
		for i := 1; i < len(row); i++ {
			a, b := row[i-1], row[i]
			if over := a.x + a.w/2 + gap + b.w/2 - b.x; over > 0 {
				a.x -= over / 2
				b.x += over / 2
			}
		}
	}
}

// colours of the rooms by what they are for.
var colours = map[string]string{
	"crawler": "#dbe9f6", "store": "#dbe9f6", "starter": "#dbe9f6", "analysis": "#e3f1dc", "synthesis": "#e3f1dc", "extract": "#e3f1dc",
	"link":     "#e3f1dc",
	"metafile": "#e3f1dc", "reproduce": "#e3f1dc", "evidence": "#f2f2f2", "vocab": "#f2f2f2", "review": "#fbeccb", "reports": "#f6dfe3",
	"web": "#f6dfe3", "mcp": "#f6dfe3",
}

// picture draws the rooms as SVG.
func picture(rows [][]*spot) string {
	const height, rise = 34.0, 66.0
	left, right := 0.0, 0.0
	for _, row := range rows {
		for _, s := range row {
			left, right = min(left, s.x-s.w/2), max(right, s.x+s.w/2)
		}
	}
	y := func(f int) float64 { return 20 + float64(len(rows)-1-f)*rise }
	var b strings.Builder
	w, h := right-left+40, float64(len(rows)-1)*rise+height+40
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" `+
		`aria-labelledby="t">`+"\n", w, h, w, h)
	b.WriteString(`<title id="t">The rooms of past: a line leads down from a room to those that it uses</title>` + "\n")
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="#ffffff"/>`+"\n", w, h)
	b.WriteString(`<g fill="none" stroke="#8a8f98" stroke-width="1.3">` + "\n")
	for _, row := range rows {
		for _, s := range row {
			for _, d := range s.down {
				x1, y1, x2, y2 := s.x-left+20, y(s.floor)+height, d.x-left+20, y(d.floor)
				if s.name == "" {
					y1 -= height
					fmt.Fprintf(&b, `<path d="M%.1f %.1fV%.1f"/>`+"\n", x1, y1, y1+height)
					y1 += height
				}
				fmt.Fprintf(&b, `<path d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f"/>`+"\n", x1, y1, x1, (y1+y2)/2, x2, (y1+y2)/2, x2, y2)
			}
		}
	}
	b.WriteString("</g>\n" + `<g font-family="sans-serif" font-size="15" text-anchor="middle" fill="#1d2733" stroke-width="1">` + "\n")
	for _, row := range rows {
		for _, s := range row {
			if s.name != "" {
				fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.0f" rx="5" fill="%s" stroke="#6b7380"/><text x="%.1f" `+
					`y="%.1f">%s</text>`+"\n",
					s.x-s.w/2-left+20, y(s.floor), s.w, height, cmp.Or(colours[s.name], "#ece6f4"), s.x-left+20, y(s.floor)+height/2+5, s.name)
			}
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// packageTable lists every package with what lives there.
func packageTable(all []pkgOf) string {
	var b strings.Builder
	b.WriteString("# Packages\n\n<!-- Written by make docs from the sources; a test checks that it is current. Do not edit. -->\n\n")
	b.WriteString("What each package does, from the first words of its own description. How they depend on each other is in " +
		"[architecture](../architecture.md).\n\n")
	b.WriteString("package|what lives there\n---|---\n")
	for _, p := range all {
		text := strings.TrimRight(strings.TrimPrefix(p.Doc, "Package "+path.Base(p.ImportPath)+" "), ".:")
		for _, end := range []string{": ", "; ", " (", " — "} {
			text, _, _ = strings.Cut(text, end)
		}
		fmt.Fprintf(&b, "`%s`|%s\n", p.ImportPath, cell(text))
	}
	return b.String()
}

// TestTheRoomsAreCurrent compares picture and table with the imports. With
// -write-docs it writes them.
func TestTheRoomsAreCurrent(t *testing.T) {
	all := packages(t)
	g := uses(all)
	floor, err := floors(g)
	if err != nil {
		t.Fatal(err)
	}
	rows, rooms := arrange(floor, arrows(g))
	for name, text := range map[string]string{"docs/rooms.svg": picture(rows), "docs/reference/packages.md": packageTable(all)} {
		if *writeDocs {
			if err := os.WriteFile(filepath.Join("..", "..", filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have := readDoc(t, name); have != text {
			t.Errorf("%s is not current; make docs writes it. First difference: %s", name, firstDifference(have, text))
		}
	}
	for _, p := range all {
		if p.Doc == "" {
			t.Errorf("package %s does not say what lives there", p.ImportPath)
		}
	}
	architecture := readDoc(t, "docs/architecture.md")
	for _, n := range slices.Sorted(maps.Keys(rooms)) {
		if !strings.Contains(architecture, "`"+n) && !strings.Contains(architecture, "`internal/"+n) {
			t.Errorf("docs/architecture.md does not name the room %s", n)
		}
		for m := range g[n] {
			if floor[m] >= floor[n] {
				t.Errorf("%s uses %s, which is not below it", n, m)
			}
		}
	}
	if _, err := floors(map[string]map[string]bool{"a": {"b": true}, "b": {"a": true}}); err == nil {
		t.Error("a circle passes")
	}
}
