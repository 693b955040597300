package answer

import "testing"

func TestOnce(t *testing.T) {
	var o Once
	for i, c := range []struct {
		parts []string
		want  bool
	}{{[]string{"a"}, true}, {[]string{"a"}, false}, {[]string{""}, false}, {nil, false}, {[]string{"a", "b"}, true}, {[]string{"ab"}, true},
		{[]string{"a", "b"}, false}, {[]string{"", "a"}, true}} {
		if got := o.First(c.parts...); got != c.want {
			t.Errorf("%d: %q %v, want %v", i, c.parts, got, c.want)
		}
	}
}
