// Package cli holds the commands of past: reading flags, environment and
// configuration, calling the rooms that do the work, and printing for people
// or, with --json, for programs. No statistics, SQL or parsing lives here.
package cli
