// Package extract turns what registers post and what people extracted from
// papers into arm results, contrasts and effect sizes, each with a verdict
// (usable, needs review, unusable) and a reason. It is right where it speaks
// and silent where it cannot be, and says which.
//
// Package posted reads posted outcomes cell by cell and the sponsor's analyses,
// package arm what a group was given and which arms compare. On them
// RegisterEffects pairs treatment with control arms; PaperEffects reads
// extraction rows, Audit looks across rows of a study. All effects are computed
// by analysis/effect; the codes of reasons are in package reason. docs/extraction.md has the rules and the list of
// reason codes.
//
// The package is pure: records and rows in, results out. It pools nothing,
// knows no store, no files and no network.
package extract
