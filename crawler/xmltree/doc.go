// Package xmltree reads XML answers of registers into a light tree that keeps
// text in its order, whatever markup is in it.
//
// Registers write XML that a strict reader refuses: control characters, bare
// ampersands, HTML entities, a declared encoding other than UTF-8, and one
// broken record among thousands. So a document is read in three steps:
//
//   - [Clean] turns the bytes into UTF-8 that an XML reader takes, and notes
//     each kind of repair;
//   - [Cut] finds the record elements without reading them, so that a broken
//     one does not spoil the others;
//   - [Parse] reads one element into a [Node].
//
// The package knows no register.
package xmltree
