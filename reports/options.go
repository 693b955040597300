package reports

// Options choose how an edition is written. The zero value is the folder form.
type Options struct {
	// SingleFile writes one self-contained edition.html (style, script and
	// chart library inside) in place of the folder: for mail.
	SingleFile bool
	// Finding limits SingleFile to one finding's page.
	Finding string
	// Paper adds a page size ("A4", "Letter") to the one-file form, for printing.
	Paper string
	// NoLibrary leaves the chart library out: figures stay static.
	NoLibrary bool

	// Base is the public address that the edition is published under, "" for none:
	// permalinks, citations and share tags use it.
	Base string

	print bool // for paper: without study pages
}
