// Package reproduce runs published living reviews again from their released
// data and sets our numbers beside the printed ones.
//
//   - targets.yaml: what was printed, with its source and the plan behind it
//   - releases.yaml: which rows a release of a dataset held
//   - Run: every target by the shipped questions and the ordinary synthesis;
//     nothing here fits a model of its own
//   - Changes: two releases of one dataset as two editions, and what changed
//   - Metapsy: reads a released file of another review in the Metapsy layout
//   - Markdown: the page docs/reproduction.md
//
// No number of ours is written down here: each is computed when asked.
package reproduce
