// Package outside holds tests in which programs of others read what past
// writes: DuckDB its Parquet files, a validator its bills of materials, the
// shells its completions, two troff programs its manual page, SQLite's own
// shell its database. Each is skipped with its reason where the program is
// absent. There is no code here that the product uses.
package outside
