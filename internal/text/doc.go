// Package text is the one reader of text that people wrote: its points in time
// and what they are counted from, its numbers, its tables and the files that
// are typed by hand.
//
//   - [Fold]: the words and numbers of a text as tokens, folded (case, accents,
//     look-alike letters, dashes, spelling), with their places.
//   - [ReadTable]: a CSV file of any spreadsheet, as text: titles, merged headers
//     and units above the rows included; [Separator], [CleanCell] for readers of
//     lines or cells.
//   - [ParseNumber]: one number with its operator, missing word or percent sign,
//     in the style of its table, which [StyleOf] finds. It never guesses.
//   - [ReadCell]: a cell of several numbers taken apart ("10.2 (5.1)", "12/45");
//     [Summary]: whether a row's name is that of a total and not of a study.
//   - [Moments], [Single]: points in time in weeks, with their origin.
//   - [Place]: a cycle, session or visit that a text names without a time.
//   - [DecodeYAML]: strict YAML within bounds.
//
// A reader of tables with typed columns (review, metafile) takes [ReadTable]'s
// rows, adds its own meaning of columns, and reports its Problems. Package
// evidence keeps the names Number and ParseNumber for those that speak its
// types.
//
// What does not live here: words of the field (vocab), what a number means
// (extract), identifiers (ident), registers.
package text
