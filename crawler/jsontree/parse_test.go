package jsontree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// generic turns a tree into what encoding/json gives with UseNumber.
func generic(n *Node) any {
	switch n.Kind {
	case Null:
		return nil
	case Bool:
		return n.Text == "true"
	case Number:
		return json.Number(n.Text)
	case String:
		return n.Text
	case Array:
		out := make([]any, 0, len(n.Kids))
		for i := range n.Kids {
			out = append(out, generic(&n.Kids[i]))
		}
		return out
	}
	out := map[string]any{}
	for i := range n.Kids {
		out[n.Kids[i].Key] = generic(&n.Kids[i])
	}
	return out
}

func standard(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more after the value")
	}
	return v, nil
}

// agree holds the parser to encoding/json: same verdict, same value.
func agree(t interface{ Fatalf(string, ...any) }, b []byte) {
	want, wantErr := standard(b)
	n, err := Parse(b)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%q: parser says %v, encoding/json says %v", b, err, wantErr)
	}
	if err != nil {
		return
	}
	if got := generic(n); !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: got %#v, want %#v", b, got, want)
	}
	c := Canonical(nil, n, nil)
	again, err := standard(c)
	if err != nil || !reflect.DeepEqual(again, want) {
		t.Fatalf("%q: canonical form %q means something else (%v)", b, c, err)
	}
	if end, err := Skip(b, 0); err != nil || len(bytes.TrimSpace(b[end:])) > 0 {
		t.Fatalf("%q: Skip stops at %d (%v)", b, end, err)
	}
}

var samples = []string{
	`{"a":1,"b":[true,false,null,"x"],"c":{"d":-0.5e+10}}`,
	`"\u00e9\ud83d\ude00 \" \\ \/ \b\f\n\r\t \ud800 x"`,
	`[]`, `{}`, ` [ ] `, `{"a":{}}`, `""`, `0`, `-0`, `1.5E-3`, `01`, `1.`, `.5`, `-`, `+1`, `NaN`,
	`[1,]`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{a:1}`, `[1 2]`, `{"a":1 "b":2}`, `tru`, `nul`, `truex`,
	`{"a":1}{"b":2}`, `{"a":[1,{"b":"c`, `"abc`, `"\u12`, `"\x"`, "\"a\nb\"", `[`, `{`, `]`, ``, `  `,
	`{"k":1,"k":2}`, `"long enough to use the eight byte path, with \"quotes\" and more"`,
	`{"a":"` + strings.Repeat("x", 100) + `\\"}`, "{\"\\u0041\":1}", "\"\xff\xfe\"",
}

func TestParseAgreesWithEncodingJSON(t *testing.T) {
	for _, s := range samples {
		if !utf8.ValidString(s) {
			continue // encoding/json replaces bytes, the parser keeps them
		}
		agree(t, []byte(s))
	}
}

func TestEveryPrefixIsCutNotWrong(t *testing.T) {
	whole := `{"studies":[{"a":"b\u00e9\\","n":[-1.5e3,true,null]},{}],"t":"x"}`
	for i := range len(whole) {
		_, err := Parse([]byte(whole[:i]))
		var se *SyntaxError
		if !errors.As(err, &se) || !se.Cut || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v is not told as a cut", whole[:i], err)
		}
	}
}

func TestDeepNestingIsAnError(t *testing.T) {
	for _, s := range []string{strings.Repeat("[", 100000), strings.Repeat(`{"a":`, 100000)} {
		if _, err := Parse([]byte(s)); err == nil || !strings.Contains(err.Error(), "deeper") {
			t.Errorf("deep nesting gave %v", err)
		}
	}
}

func TestParserMemoryIsUsedAgain(t *testing.T) {
	var p Parser
	a, err := p.Parse([]byte(`{"x":["keep","me \n"]}`))
	if err != nil {
		t.Fatal(err)
	}
	texts := a.Get("x").Scalars()
	if _, err := p.Parse([]byte(`{"x":["other","texts"]}`)); err != nil {
		t.Fatal(err)
	}
	if texts[0] != "keep" || texts[1] != "me \n" {
		t.Errorf("texts changed with the next Parse: %q", texts)
	}
}

func TestCanonicalIgnoresSpelling(t *testing.T) {
	same := []string{`{"a":"é","b":[1,2]}`, "{ \"b\" : [1,\n2],\"a\":\"\\u00e9\" }", `{"b":0,"a":"\u00e9","b":[1,2]}`}
	var first string
	for i, s := range same {
		n, err := Parse([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		got := string(Canonical(nil, n, nil))
		if i == 0 {
			first = got
		}
		if got != first {
			t.Errorf("%s is %s, want %s", s, got, first)
		}
	}
	var many bytes.Buffer
	many.WriteString(`{"k":0`)
	for i := range 5000 {
		fmt.Fprintf(&many, `,"k%d":%d`, (i*7919)%5000, i)
	}
	many.WriteString("}")
	agree(t, many.Bytes())
	n, _ := Parse([]byte(`{"m":{"volatile":1,"keep":2},"volatile":3}`))
	got := string(Canonical(nil, n, func(p []string) bool { return len(p) == 2 && p[0] == "m" && p[1] == "volatile" }))
	if want := `{"m":{"keep":2},"volatile":3}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMembersAndElements(t *testing.T) {
	b := []byte(`  {"a" : [1, {"x":"]"}] , "b\"c":"}","d":3}`)
	ms, end, err := Members(b, 0)
	if err != nil || end != len(b) || len(ms) != 3 {
		t.Fatal(ms, end, err)
	}
	for i, want := range []struct{ key, value string }{{"a", `[1, {"x":"]"}]`}, {`b"c`, `"}"`}, {"d", "3"}} {
		if got := string(b[ms[i].Start:ms[i].End]); ms[i].Key != want.key || got != want.value {
			t.Errorf("member %d is %q: %q", i, ms[i].Key, got)
		}
	}
	es, _, err := Elements([]byte(`[{"a":1},{"b":`), 0)
	if err == nil || len(es) != 2 || es[1].End != -1 {
		t.Errorf("a cut list gave %v, %v", es, err)
	}
}

func TestLookup(t *testing.T) {
	b := []byte(` {"studies":[{"a/b":1},{"m~n":{"x":["p","q"]}}],"":0}`)
	for _, c := range []struct{ pointer, want string }{
		{"/studies/0/a~1b", "1"}, {"/studies/1/m~0n/x/1", `"q"`}, {"/", "0"}, {"/studies/1/m~0n/x", `["p","q"]`},
	} {
		got, err := Lookup(b, c.pointer)
		if err != nil || string(got) != c.want {
			t.Errorf("%s gave %s, %v", c.pointer, got, err)
		}
	}
	for _, p := range []string{"studies", "/studies/2", "/studies/01", "/studies/-", "/nope", "/studies/0/a~1b/x"} {
		if got, err := Lookup(b, p); err == nil {
			t.Errorf("%s gave %s", p, got)
		}
	}
	if Token("a/b~c") != "a~1b~0c" {
		t.Error(Token("a/b~c"))
	}
}

// TestCanonicalLaw: any value, written in any of two ways, has one form.
func TestCanonicalLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.String())).Draw(t, "m")
		a, _ := json.Marshal(m)
		b, _ := json.MarshalIndent(m, " ", "\t")
		na, err := Parse(a)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		if ca, cb := Canonical(nil, na, nil), Canonical(nil, nb, nil); !bytes.Equal(ca, cb) {
			t.Fatalf("%s and %s", ca, cb)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, _, err := Members(b, 0); err == nil {
			_, _ = Lookup(b, "/a/0")
		}
		_, _, _ = Elements(b, 0)
		if !utf8.Valid(b) || bytes.Count(b, []byte("["))+bytes.Count(b, []byte("{")) > maxDepth {
			_, _ = Parse(b)
			return
		}
		agree(t, b)
	})
}
