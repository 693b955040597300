package evidence

import (
	"encoding/json"
	"strconv"
)

// People is a number of participants. Zero is a number that is not stated: no
// result stands on no participants. It is null in JSON and says so in words.
type People int

// String is the number, or that it is not stated.
func (n People) String() string {
	if n <= 0 {
		return "not stated"
	}
	return strconv.Itoa(int(n))
}

// Words is the number with its noun: "242 participants".
func (n People) Words(one, many string) string {
	switch {
	case n <= 0:
		return "number of " + many + " not stated"
	case n == 1:
		return "1 " + one
	}
	return n.String() + " " + many
}

// MarshalJSON writes null for a number that is not stated.
func (n People) MarshalJSON() ([]byte, error) {
	if n <= 0 {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(n), 10), nil
}

// UnmarshalJSON reads a number or null.
func (n *People) UnmarshalJSON(b []byte) error {
	var v *int
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if *n = 0; v != nil {
		*n = People(*v)
	}
	return nil
}
