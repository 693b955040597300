package answer

import "strings"

// Once recognises what comes for the first time, however long the list it guards
// grows: records list each country, condition and keyword once. The zero value
// is ready.
type Once map[string]bool

// First reports whether the parts, together, come for the first time and are not
// all empty.
func (o *Once) First(parts ...string) bool {
	key := strings.Join(parts, "\x00")
	if strings.Trim(key, "\x00") == "" || (*o)[key] {
		return false
	}
	if *o == nil {
		*o = Once{}
	}
	(*o)[key] = true
	return true
}
