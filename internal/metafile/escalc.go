package metafile

// analysisBlock reports the primary effect sizes and the rows used, on which all
// other blocks work.
var analysisBlock = block{"analysis", func(c *Case) (any, error) {
	return Tree{"measure": c.Measure, "yi": c.Yi, "vi": c.Vi, "rows_used": c.RowsUsed, "k": c.K}, nil
}}
