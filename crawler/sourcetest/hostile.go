package sourcetest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"past/crawler"
	"past/internal/evidence"
)

// Hostile feeds a parser what no register should send: bytes that are no text,
// nesting without end, entities, and a sound document in which each place in
// turn is of another kind, absent, doubled, or there a great many times. Parse
// may give fewer records; it may not panic, and whatever gives no record must
// give a problem or an error. Documents grow to the bytes that
// PAST_HOSTILE_BYTES says, 20,000 without.
func Hostile(t *testing.T, parse func(evidence.Payload) (crawler.Parsed, error), sound []byte) {
	t.Helper()
	size := 20_000
	if n, err := strconv.Atoi(os.Getenv("PAST_HOSTILE_BYTES")); err == nil && n > 0 {
		size = n
	}
	h := hostile{t: t, parse: parse, size: size}
	h.plain()
	h.encoded(sound)
	text := bytes.TrimLeft(bytes.TrimPrefix(sound, []byte("\ufeff")), " \t\r\n")
	switch {
	case text[0] == '{' || text[0] == '[':
		h.json(sound)
	case text[0] == '<':
		h.xml(sound)
	default:
		h.lines(sound)
	}
}

type hostile struct {
	t     *testing.T
	parse func(evidence.Payload) (crawler.Parsed, error)
	size  int
}

// feed parses one body and holds the result to what every result must be.
func (h *hostile) feed(what string, body []byte) {
	h.t.Helper()
	defer func() {
		if r := recover(); r != nil {
			h.t.Errorf("%s: panic: %v", what, r)
		}
	}()
	got, err := h.parse(evidence.Payload{Body: body})
	if err == nil && len(got.Records)+len(got.Problems) == 0 {
		h.t.Errorf("%s: neither records nor problems nor an error: %.200q", what, body)
	}
	if err != nil && len(got.Records) > 0 {
		h.t.Errorf("%s: records and an error", what)
	}
	ids := map[string]bool{}
	for i := range got.Records {
		r := &got.Records[i]
		if r.ID == "" || r.Source == "" || r.ContentHash == "" || r.Prov.PayloadSHA256 == "" || !utf8.ValidString(r.ID) ||
			strings.ContainsAny(r.ID, "\x00 \n") {
			h.t.Errorf("%s: record %q lacks its marks", what, r.ID)
		}
		if r.Enrollment != nil && *r.Enrollment < 0 {
			h.t.Errorf("%s: record %q has %d people", what, r.ID, *r.Enrollment)
		}
		ids[r.ID] = true
	}
	if len(got.Records) < 50 { // large ones are the same code once more
		if _, err := json.Marshal(got); err != nil {
			h.t.Errorf("%s: the records cannot be written: %v", what, err)
		}
	}
}

func (h *hostile) many(s string) string { return strings.Repeat(s, max(h.size/len(s), 1)) }

func (h *hostile) plain() {
	for what, body := range map[string]string{
		"nothing": "", "spaces": h.many(" \n"), "NULs": h.many("\x00"), "bytes": h.many("\xff\xfe\x80"), "open lists": h.many("["),
		"open objects":  h.many(`{"a":`),
		"open elements": h.many("<a>"), "nested lists": h.many("[") + h.many("]"), "nested elements": h.many("<a>") + h.many("</a>"),
		"bare <":       h.many("<"),
		"open comment": "<a><!--" + h.many("-"), "open CDATA": "<a><![CDATA[" + h.many("]"), "open declaration": "<!DOCTYPE a [" + h.many("["),
		"ampersands": "<a>" + h.many("&") + "</a>",
		"attributes": "<a " + h.many(`b="c" `) + "/>", "quotes": h.many(`"`), "commas": h.many(","), "one long line": h.many("x"),
		"lines": h.many("x\n"),
		"entities that grow": `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b ` +
			`"&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>`,
		"a file as entity": `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`,
		"a huge number":    `{"a":` + h.many("9") + `}`, "null": "null", "a number": "1e999", "a text": `"a"`,
	} {
		h.feed(what, []byte(body))
	}
}

// encoded gives the sound document in other clothes.
func (h *hostile) encoded(sound []byte) {
	wide := func(order []byte, big bool) []byte {
		out := slices.Clone(order)
		for _, u := range utf16.Encode([]rune(string(sound))) {
			if big {
				out = append(out, byte(u>>8), byte(u))
			} else {
				out = append(out, byte(u), byte(u>>8))
			}
		}
		return out
	}
	latin := func() (out []byte) {
		for _, r := range string(sound) {
			out = append(out, byte(min(r, 0xff)))
		}
		return out
	}
	for what, body := range map[string][]byte{
		"as it is": sound, "with BOM": append([]byte("\ufeff"), sound...), "CRLF": bytes.ReplaceAll(bytes.ReplaceAll(sound, []byte("\r"), nil),
			[]byte("\n"), []byte("\r\n")),
		"CR":        bytes.ReplaceAll(bytes.ReplaceAll(sound, []byte("\r"), nil), []byte("\n"), []byte("\r")),
		"UTF-16 LE": wide([]byte{0xff, 0xfe}, false), "UTF-16 BE": wide([]byte{0xfe, 0xff}, true), "UTF-16 without BOM": wide(nil, false),
		"Latin-1":           latin(),
		"Latin-1, declared": bytes.Replace(latin(), []byte("UTF-8"), []byte("ISO-8859-1"), 1),
		"declared wrongly":  bytes.Replace(sound, []byte("UTF-8"), []byte("x-none"), 1),
		"twice":             append(slices.Clone(sound), sound...), "with a tail": append(slices.Clone(sound), []byte("\x00trailing")...),
	} {
		h.feed(what, body)
	}
	step := max(len(sound)/97, 1)
	for i := 0; i < len(sound); i += step {
		for _, c := range []byte{0, 0xff, '<', '"', '&', '9', '\n'} {
			bent := slices.Clone(sound)
			bent[i] = c
			h.feed(fmt.Sprintf("byte %d is %q", i, c), bent)
		}
		h.feed(fmt.Sprintf("without bytes from %d", i), append(slices.Clone(sound[:i]), sound[min(i+step, len(sound)):]...))
	}
}

// json puts something else at each place of a document.
func (h *hostile) json(sound []byte) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(sound, []byte("\ufeff"))))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		h.t.Fatal(err)
	}
	long := strings.Repeat("x", 1000)
	others := []any{nil, true, "", " ", "NA", long, "\x00\u202e", json.Number("-1"), json.Number("1e300"),
		json.Number("99999999999999999999"), json.Number("0.5"),
		[]any{}, map[string]any{}, []any{nil}, []any{[]any{}}, []any{map[string]any{}}, map[string]any{"": nil},
		map[string]any{"a": []any{1, "b"}}}
	write := func(what string) {
		b, err := json.Marshal(doc)
		if err != nil {
			h.t.Fatal(err)
		}
		h.feed(what, b)
	}
	var walk func(path string, v any, set func(any))
	walk = func(path string, v any, set func(any)) {
		for _, o := range others {
			set(o)
			write(fmt.Sprintf("%s is %.20q", path, fmt.Sprint(o)))
		}
		set(v)
		switch v := v.(type) {
		case map[string]any:
			keys := make([]string, 0, len(v))
			for k := range v {
				keys = append(keys, k)
			}
			slices.Sort(keys)
			for _, k := range keys {
				was := v[k]
				delete(v, k)
				write(path + " lacks " + k)
				v[k] = was
				walk(path+"."+k, was, func(x any) { v[k] = x })
			}
		case []any:
			for i := range min(len(v), 2) {
				was := v[i]
				walk(fmt.Sprintf("%s[%d]", path, i), was, func(x any) { v[i] = x })
			}
			if len(v) > 0 {
				one, _ := json.Marshal(v[0])
				set(slices.Repeat([]any{v[0]}, max(h.size/(len(one)+1), 2)))
				write(path + " many times")
				set(v)
			}
		}
	}
	walk("", doc, func(x any) { doc = x })
	// Keys that stand twice.
	h.feed("doubled keys", doubled(sound))
}

// doubled writes each key of each object twice, the second time as null.
func doubled(sound []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(sound, []byte("\ufeff"))))
	d.UseNumber()
	var doc any
	_ = d.Decode(&doc)
	var b bytes.Buffer
	var write func(v any)
	write = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			b.WriteByte('{')
			first := true
			for k, x := range v {
				if !first {
					b.WriteByte(',')
				}
				first = false
				key, _ := json.Marshal(k)
				b.Write(key)
				b.WriteByte(':')
				write(x)
				b.WriteByte(',')
				b.Write(key)
				b.WriteString(":null")
			}
			b.WriteByte('}')
		case []any:
			b.WriteByte('[')
			for i, x := range v {
				if i > 0 {
					b.WriteByte(',')
				}
				write(x)
			}
			b.WriteByte(']')
		default:
			x, _ := json.Marshal(v)
			b.Write(x)
		}
	}
	write(doc)
	return b.Bytes()
}

// span is an element in a document, tags included.
type span struct {
	name         string
	from, to     int
	inFrom, inTo int
	outermost    bool
}

// xml puts something else at each element of a document.
func (h *hostile) xml(sound []byte) {
	seen := map[string]int{}
	for _, s := range spans(h.t, sound) {
		if seen[s.name]++; seen[s.name] > 1 {
			continue // the same place of another item
		}
		with := func(what string, in string) {
			h.feed(what, slices.Concat(sound[:s.inFrom], []byte(in), sound[s.inTo:]))
		}
		for _, o := range []string{"", " ", "<!-- -->", "NA", "-1", "1e300", "99999999999999999999", "<x/>", "text<x>y</x>", "<![CDATA[]]>",
			"&#0;", "&none;", "&lt;b&gt;", strings.Repeat("x", 1000), "\x01"} {
			if s.outermost && strings.TrimSpace(o) == "" {
				continue // an answer that says: none
			}
			with(fmt.Sprintf("<%s> is %.20q", s.name, o), o)
		}
		if s.outermost {
			continue
		}
		h.feed("without <"+s.name+">", slices.Concat(sound[:s.from], sound[s.to:]))
		own := sound[s.from:s.to]
		h.feed("<"+s.name+"> many times", slices.Concat(sound[:s.from], bytes.Repeat(own, max(h.size/len(own), 2)), sound[s.to:]))
		with("<"+s.name+"> in itself", h.many("<"+s.name+">")+h.many("</"+s.name+">"))
	}
}

func spans(t *testing.T, doc []byte) (out []span) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var open []int
	for {
		from := int(d.InputOffset())
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		at := int(d.InputOffset())
		switch tok := tok.(type) {
		case xml.StartElement:
			open = append(open, len(out))
			out = append(out, span{name: tok.Name.Local, from: from, inFrom: at, outermost: len(open) == 1})
		case xml.EndElement:
			s := &out[open[len(open)-1]]
			open = open[:len(open)-1]
			s.inTo, s.to = max(from, s.inFrom), at
		}
	}
}

// lines puts something else in the place of each line, and of each cell where
// the lines are a table.
func (h *hostile) lines(sound []byte) {
	lines := bytes.SplitAfter(sound, []byte("\n"))
	put := func(what string, i int, l []byte) {
		h.feed(what, slices.Concat(bytes.Join(lines[:i], nil), l, bytes.Join(lines[i+1:], nil)))
	}
	step := max(len(lines)/40, 1)
	for i := 0; i < len(lines); i += step {
		for _, o := range []string{"", "\n", "\x00\n", ",,,,\n", "\"\n", ":\n", "A.1 :\n", strings.Repeat("x", 1000) + "\n",
			"EudraCT Number: x\n", "Summary\n"} {
			put(fmt.Sprintf("line %d is %.20q", i+1, o), i, []byte(o))
		}
		if len(lines[i]) > 0 {
			put(fmt.Sprintf("line %d many times", i+1), i, bytes.Repeat(lines[i], max(h.size/len(lines[i]), 2)))
			put(fmt.Sprintf("line %d is long", i+1), i, slices.Concat(bytes.TrimRight(lines[i], "\r\n"), bytes.Repeat([]byte(",x"), h.size/2),
				[]byte("\n")))
		}
	}
}
