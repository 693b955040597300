package pack

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The shapes that evidence records use.
type leaf struct {
	Pointer string
	Value   string
	N       *int
	F       *float64
}

type tree struct {
	Name    string
	On      bool
	Count   int64
	Share   float64
	At      time.Time
	Tags    []string
	Leaves  []leaf
	More    []leaf // the same struct a second time: its pointers follow on
	Sub     *branch
	Unknown map[string]int
}

type branch struct {
	Base // embedded, as evidence.EventGroup embeds Group
	Leaf leaf
	Deep [][]string
}

// Base is exported so that reflection can set it.
type Base struct{ ID string }

func genLeaf(t *rapid.T) leaf {
	l := leaf{Pointer: rapid.SampledFrom([]string{"", "/a/0", "/a/0/b/1", "/a/1", "x"}).Draw(t, "pointer") + rapid.StringN(0, 3, 5).Draw(t, "p"), Value: rapid.String().Draw(t, "value")}
	if rapid.Bool().Draw(t, "n?") {
		n := rapid.Int().Draw(t, "n")
		l.N = &n
	}
	if rapid.Bool().Draw(t, "f?") {
		f := rapid.Float64().Draw(t, "f")
		l.F = &f
	}
	return l
}

func genTree(t *rapid.T) tree {
	v := tree{
		Name: string(rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "bytes")), On: rapid.Bool().Draw(t, "on"), Count: rapid.Int64().Draw(t, "count"),
		Share: rapid.Float64().Draw(t, "share"), Tags: rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "tags"),
		Leaves: rapid.SliceOfN(rapid.Custom(genLeaf), 0, 4).Draw(t, "leaves"), More: rapid.SliceOfN(rapid.Custom(genLeaf), 0, 4).Draw(t, "more"),
	}
	if rapid.Bool().Draw(t, "nil tags") {
		v.Tags = nil
	}
	if rapid.Bool().Draw(t, "at?") {
		v.At = time.Unix(rapid.Int64Range(-1e12, 1e12).Draw(t, "sec"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()
	}
	if rapid.Bool().Draw(t, "sub?") {
		v.Sub = &branch{Base{rapid.String().Draw(t, "id")}, genLeaf(t), [][]string{nil, {}, {"x"}}}
	}
	if rapid.Bool().Draw(t, "unknown?") {
		v.Unknown = rapid.MapOfN(rapid.String(), rapid.Int(), 0, 3).Draw(t, "unknown")
	}
	return v
}

func codec(t testing.TB) *Codec {
	t.Helper()
	c, err := New[tree]()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsPackedComesBack(t *testing.T) {
	c := codec(t)
	rapid.Check(t, func(t *rapid.T) {
		v := genTree(t)
		b := c.Append([]byte("before"), &v)
		var got tree
		if err := c.Read(b[len("before"):], &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(v, got, cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })); d != "" {
			t.Fatalf("came back changed:\n%s", d)
		}
		if string(c.Append(nil, &got)) != string(b[len("before"):]) {
			t.Fatal("the same value packs to other bytes")
		}
	})
}

// The structs after some releases: fields gone, added, moved and of another
// type.
type newLeaf struct {
	N       *int
	Extra   bool
	Pointer string
}

type subNow struct{ Leaf newLeaf }

type treeNow struct {
	Fresh   string
	Unknown map[string]int
	Sub     *subNow
	Name    []string // was a string: not read
	More    []newLeaf
	Count   int64
	At      time.Time
}

func TestOldBytesAreReadByNewStructs(t *testing.T) {
	old := codec(t)
	c, err := New[treeNow]()
	if err != nil {
		t.Fatal(err)
	}
	l, err := ParseLayout(old.Layout().Text())
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Reader(l)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		v := genTree(t)
		var got treeNow
		if err := r.Read(old.Append(nil, &v), &got); err != nil {
			t.Fatal(err)
		}
		want := treeNow{Unknown: v.Unknown, Count: v.Count, At: v.At}
		for _, l := range v.More {
			want.More = append(want.More, newLeaf{N: l.N, Pointer: l.Pointer})
		}
		if v.More != nil && want.More == nil {
			want.More = []newLeaf{}
		}
		if v.Sub != nil {
			want.Sub = &subNow{newLeaf{N: v.Sub.Leaf.N, Pointer: v.Sub.Leaf.Pointer}}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("read by name:\n%s", d)
		}
	})
}

func TestStructsThatCannotBePacked(t *testing.T) {
	type hidden struct{ a int }
	type withMap struct{ M map[int]string }
	type withAny struct{ A any }
	type loop struct{ Next *loop }
	for name, make := range map[string]func() (*Codec, error){
		"unexported field": New[hidden], "other map": New[withMap], "interface": New[withAny], "no struct": New[int], "endless": New[loop],
	} {
		if _, err := make(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	_ = hidden{1}.a
}

func TestLayoutsThatMakeNoSense(t *testing.T) {
	for _, text := range []string{"", "null", "{}", `{"root":"A","structs":{}}`, `{"root":"A","structs":{"A":[{"n":"X","t":"q"}]}}`,
		`{"root":"A","structs":{"A":[{"n":"X","t":"{B"}]}}`, `{"root":"A","structs":{"A":[{"n":"X","t":"[]*{A"}]}}`, `{"root":"A","structs":{"A":[{"n":"X","t":"[]"}]}}`} {
		if l, err := ParseLayout(text); err == nil {
			t.Errorf("layout %s was accepted as %v", text, l)
		}
	}
}

// FuzzRead feeds damaged bytes: an error at most, and never more memory than
// the bytes can mean.
func FuzzRead(f *testing.F) {
	c := codec(f)
	n := 7
	for _, v := range []tree{{}, {Name: "x", Leaves: []leaf{{Pointer: "/a/1", N: &n}, {Pointer: "/a/2"}}, Sub: &branch{Deep: [][]string{{"a"}}}, Unknown: map[string]int{"k": 1}, At: time.Unix(1, 2)}} {
		f.Add(c.Append(nil, &v))
	}
	f.Add([]byte(strings.Repeat("\xff", 40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v tree
		if err := c.Read(data, &v); err != nil {
			if !errors.Is(err, ErrBroken) {
				t.Fatalf("unexpected kind of error: %v", err)
			}
			return
		}
		var again tree
		if err := c.Read(c.Append(nil, &v), &again); err != nil {
			t.Fatalf("what was read cannot be packed again: %v", err)
		}
	})
}

// FuzzParseLayout reads layouts from a damaged database.
func FuzzParseLayout(f *testing.F) {
	c := codec(f)
	f.Add(c.Layout().Text())
	f.Add(`{"root":"A","structs":{"A":[{"n":"X","t":"*[]{A"}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLayout(text)
		if err != nil {
			return
		}
		r, err := c.Reader(l)
		if err != nil {
			t.Fatalf("a layout that was accepted gives no reader: %v", err)
		}
		var v tree
		_ = r.Read([]byte{1, 2, 3, 0, 0, 0, 0, 0, 0}, &v) // an error is fine, a panic is not
	})
}

func BenchmarkAppend(b *testing.B) {
	c := codec(b)
	v := tree{Name: "x", Leaves: make([]leaf, 200)}
	for i := range v.Leaves {
		v.Leaves[i] = leaf{Pointer: "/studies/0/resultsSection/outcomes/0/measurements/1", Value: "12.5"}
	}
	var buf []byte
	for b.Loop() {
		buf = c.Append(buf[:0], &v)
	}
	b.SetBytes(int64(len(buf)))
}
