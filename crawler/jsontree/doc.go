// Package jsontree reads JSON answers of registers into a light tree that
// keeps what a faithful parser needs and encoding/json drops: numbers as they
// are written, keys it was not asked about, duplicate keys, the place of each
// value as an RFC 6901 pointer, and the position of the first fault.
//
//   - [Parse] reads one value into a [Node].
//   - [Skip] finds the end of a value without reading it, so that a page can be
//     cut into its records and one bad record does not spoil the others.
//   - [Canonical] writes a value with sorted keys and one spelling of each
//     string, to be hashed.
//   - [Lookup] follows a pointer.
//
// The package knows no register.
package jsontree
