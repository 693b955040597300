// Package polite is the policy of the wire as a stack of small
// http.RoundTrippers. Each does one thing, wraps the next and is tested alone:
//
//	Identify     names the program and its contact to the register
//	Scope        keeps requests and redirects to the hosts of a source
//	Robots       keeps to robots.txt where a source's policy says so
//	Conditional  sends the validators of an answer that is already kept
//	Retry        tries again after 429, 5xx and broken connections, as asked
//	Rate         one host, one rate
//	Observe      reports every attempt
//	Whole        reads the body to its end: caps, stalls, cuts become errors
//	NewTransport dials, and refuses addresses inside the user's own network
//
// [New] builds the stack in this order. A request so either gives a whole
// answer or an error that says what happened; no layer above has to ask.
//
// The package knows no register and keeps nothing.
package polite
