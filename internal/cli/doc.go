// Package cli holds the commands of past: reading flags, environment and
// configuration, calling the rooms that do the work, and printing for people
// or, with --json, for programs. No statistics, SQL or parsing lives here.
package cli

//go:generate go test . -run ^TestTheRoomsAreCurrent$ -args -write-docs
//go:generate sh -c "go run past man --markdown commands > ../../docs/reference/commands.md"
//go:generate sh -c "go run past man --markdown configuration > ../../docs/reference/configuration.md"
