// Package solve holds the small numerical tools that the analysis packages
// share: root finding and minimising in one dimension (Brent), bracketing,
// adaptive quadrature (Gauss-Kronrod), minimising in a few dimensions (BFGS with
// a Nelder-Mead fallback, Newton) and numerical derivatives.
//
// Every routine is bounded in its number of function calls and says when it did
// not converge. None panics on NaN or infinite function values. It knows no
// statistics.
package solve
