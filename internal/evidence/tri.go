package evidence

import (
	"encoding/json"
	"fmt"
)

// Tri is the answer to a question that a source may leave open.
type Tri string

// The answers.
const (
	Yes       Tri = "yes"
	No        Tri = "no"
	NotStated Tri = ""
)

// TriOf is Yes or No.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// UnmarshalJSON accepts the words, null, and the booleans that older documents
// hold.
func (t *Tri) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*t = NotStated
		return nil
	case bool:
		*t = TriOf(v)
		return nil
	case string:
		if x := Tri(v); x == Yes || x == No || x == NotStated {
			*t = x
			return nil
		}
	}
	return fmt.Errorf("%s is not yes, no or empty", b)
}
