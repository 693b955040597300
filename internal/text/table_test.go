package text

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// One table in the hands of several spreadsheets.
func TestReadTable(t *testing.T) {
	const plain = "study;n;mean\nGrößer 2020;42;−1,5\n\n\"a;b\";;2\n"
	utf16le := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	want := [][]string{{"Größer 2020", "42", "−1,5"}, {"a;b", "", "2"}}
	for name, data := range map[string]string{
		"plain":          plain,
		"BOM":            "\ufeff" + plain,
		"sep line":       "sep=;\n" + plain,
		"CRLF":           strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":             strings.ReplaceAll(plain, "\n", "\r"),
		"UTF-16":         utf16le(plain),
		"commas":         "study,n,mean\nGrößer 2020,42,\"−1,5\"\na;b,,2\n",
		"tabs":           "study\tn\tmean\nGrößer 2020\t42\t−1,5\na;b\t\t2\n",
		"trailing cells": "study;n;mean;;\nGrößer 2020;42;−1,5;;\n\"a;b\";;2;;\n",
	} {
		got, err := ReadTable([]byte(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows := got.Rows
		if name == "trailing cells" {
			for i := range rows {
				rows[i] = rows[i][:3]
			}
		}
		if len(got.Problems) > 0 || !slices.EqualFunc(rows, want, slices.Equal[[]string]) ||
			!slices.Equal(got.Header[:3], []string{"study", "n", "mean"}) {
			t.Errorf("%s: %q %q %v", name, got.Header, rows, got.Problems)
		}
	}
	latin, err := ReadTable([]byte("study;n\nGr\xf6\xdfer;1\n\x96 5;2\n"))
	if err != nil || latin.Rows[0][0] != "Größer" || CleanCell(latin.Rows[1][0]) != "– 5" {
		t.Errorf("Windows-1252: %v %v", latin, err)
	}
	for data, why := range map[string]string{"": "empty", "PK\x03\x04x": "spreadsheet", "a,b\n\x00": "zero bytes",
		"a,b\n\"x,1\ny,2\n": "quote"} {
		if _, err := ReadTable([]byte(data)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %q", data, err, why)
		}
	}
	short, err := ReadTable([]byte("a,b\n1\n2,3\n"))
	if err != nil || len(short.Rows) != 1 || len(short.Problems) != 1 || short.Problems[0].Line != 2 {
		t.Errorf("a short row: %+v %v", short, err)
	}
}

func FuzzReadTable(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "sep=;\na;b\n", "\xff\xfea\x00", "a\n\"", "\ufeffa\tb\r1\t2"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadTable(data)
		if err != nil {
			return
		}
		if len(got.Rows) != len(got.Lines) {
			t.Fatal("rows and lines differ")
		}
		for _, r := range got.Rows {
			if len(r) != len(got.Header) {
				t.Fatalf("%d cells under %d columns", len(r), len(got.Header))
			}
		}
	})
}

// A line that no table has, such as one behind a quote that was left open, is
// refused before it is read.
func TestLongLine(t *testing.T) {
	data := "study,mean\nA,\"" + strings.Repeat("x", 9<<20) + "\n"
	if _, err := ReadTable([]byte(data)); err == nil || !strings.Contains(err.Error(), "line 2 has") {
		t.Errorf("%.200v", err)
	}
}
