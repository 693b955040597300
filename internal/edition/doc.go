// Package edition makes the snapshot that is published: the findings with the
// identity of the data behind them. The same data and decisions give the same
// edition id, whenever and wherever they are analysed.
package edition
