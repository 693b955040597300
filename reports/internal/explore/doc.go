// Package explore builds the options of the interactive figures with
// go-echarts, used as a typed builder only: its Render is unsafe with text from
// registers and is never called. An option is plain data. Functions are named,
// not written: the page's one script looks the names up in a fixed table
// (formatters and item renderers whose names begin with "past"). Colours are
// tokens ("@blue") that the script resolves, so that light and dark share one
// option.
package explore
