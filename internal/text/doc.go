// Package text reads what people write: the one place for tokens, numbers and
// files that are typed by hand. It knows nothing of the field's words
// (internal/vocab) or of registers.
package text
