package drift

import (
	"reflect"
	"testing"

	"past/crawler/jsontree"
	"past/crawler/xmltree"
	"past/internal/evidence"
)

const outline = "a\n\tb @x\n\tc*\n# d is gone\ne\n"

func TestUnknown(t *testing.T) {
	o := New(outline)
	n, err := jsontree.Parse([]byte(`{"a":[{"b":1,"new":2},{"new":3,"c":{"deep":1}}],"e":null,"f":{"g":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := o.JSON(n), map[string]int{"a[].new": 2, "f": 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	x, err := xmltree.Parse([]byte(`<r><a y="1"><b x="1"/><b z="2"/><c><deep/></c><new/></a></r>`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := o.XML(x), map[string]int{"a/@y": 1, "a/b/@z": 1, "a/new": 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	ps := Problems([]evidence.Record{{Unknown: map[string]int{"q": 2, "p": 1}}, {Unknown: map[string]int{"q": 1}}})
	if len(ps) != 2 || ps[0].Where != "p" || ps[1].Message != "unknown key, 3 times in 2 records; it stays in the payload" {
		t.Errorf("%v", ps)
	}
}
