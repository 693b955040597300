package ctgov

// Source is the register as the crawler asks it.
type Source struct{}
