// Package reports turns a published edition into a folder of HTML pages that
// opens from disk, without a server and without a network.
//
// What lives here: the input type ([Edition]), the pages and their templates,
// the design system (one style sheet), the figures (static SVG, drawn by our
// own writer), the interactive options (go-echarts as a typed builder, never
// its renderer) and the one reviewed script.
//
// What does not: statistics. Every number on a page is carried in by
// evidence.Finding and its neighbours; reports formats it and puts it in its
// place. Scales, ticks, bins and label positions are layout and are worked out
// here. The one exception is the "exploring" panel, which refits a model in
// the reader's browser and says so on its face.
//
// # Reproducibility
//
// The same Edition and Options give the same bytes: no clock, no random ids,
// no map order reaches a page.
package reports
