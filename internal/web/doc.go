// Package web is `past serve`: published editions with their permalinks, a
// versioned JSON API described by an OpenAPI 3.1 document, search, and tables
// as CSV. It reads only: no route changes anything, and the database is opened
// for reading. It draws no pages but those that say what is missing.
package web
