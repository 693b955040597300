// Package solve holds the small numerical tools that the analysis packages
// share: root finding (Brent), adaptive quadrature, minimising in a few dimensions
// (gonum's BFGS and Nelder-Mead, with numerical derivatives where none are given).
//
// Every routine is bounded in its number of function calls and says when it did
// not converge. None panics on NaN or infinite function values. It knows no
// statistics.
package solve
