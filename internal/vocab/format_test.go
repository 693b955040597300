package vocab

import "strconv"

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
