// Package extract turns what registers post and what people extracted from
// papers into arm results, contrasts and effect sizes, each with a verdict
// (usable, needs review, unusable) and a reason. It is right where it speaks
// and silent where it cannot be, and says which.
//
// Register outcomes are read cell by cell, paper extractions row by row; both
// become evidence.Effect through analysis/effect. The package is pure: records
// and rows in, results out.
package extract
