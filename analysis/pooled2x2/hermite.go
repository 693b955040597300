package pooled2x2

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// hermiteSize nodes integrate the posteriors of these models to about 1e-10, far
// beyond the 7 that are usual in software.
const hermiteSize = 41

// Nodes and weights for the weight exp(-x^2).
var hermiteX, hermiteW = hermiteNodes()

func hermiteNodes() (x, w [hermiteSize]float64) {
	quad.Hermite{}.FixedLocations(x[:], w[:], math.Inf(-1), math.Inf(1))
	return x, w
}
