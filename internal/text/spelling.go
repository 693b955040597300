package text

import "strings"

// greekNames are the letters that stand alone in drug and receptor names.
var greekNames = map[rune]string{
	'α': "alpha", 'β': "beta", 'γ': "gamma", 'δ': "delta", 'ε': "epsilon", 'ζ': "zeta",
	'η': "eta", 'θ': "theta", 'ι': "iota", 'κ': "kappa", 'λ': "lambda", 'μ': "mu",
	'ν': "nu", 'ξ': "xi", 'ο': "omicron", 'π': "pi", 'ρ': "rho", 'σ': "sigma", 'ς': "sigma",
	'τ': "tau", 'υ': "upsilon", 'φ': "phi", 'χ': "chi", 'ψ': "psi", 'ω': "omega",
	'Α': "Alpha", 'Β': "Beta", 'Γ': "Gamma", 'Δ': "Delta", 'Ε': "Epsilon", 'Ζ': "Zeta",
	'Η': "Eta", 'Θ': "Theta", 'Ι': "Iota", 'Κ': "Kappa", 'Λ': "Lambda", 'Μ': "Mu",
	'Ν': "Nu", 'Ξ': "Xi", 'Ο': "Omicron", 'Π': "Pi", 'Ρ': "Rho", 'Σ': "Sigma",
	'Τ': "Tau", 'Υ': "Upsilon", 'Φ': "Phi", 'Χ': "Chi", 'Ψ': "Psi", 'Ω': "Omega",
}

// lookAlikes are Greek and Cyrillic letters drawn like Latin ones. They are read
// as Latin only inside a word that has Latin letters too.
var lookAlikes = map[rune]rune{
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N',
	'Ο': 'O', 'Ρ': 'P', 'Τ': 'T', 'Υ': 'Y', 'Χ': 'X', 'ο': 'o', 'μ': 'u', 'ν': 'v',
	'А': 'A', 'В': 'B', 'С': 'C', 'Е': 'E', 'Н': 'H', 'І': 'I', 'К': 'K', 'М': 'M', 'О': 'O',
	'Р': 'P', 'Ѕ': 'S', 'Т': 'T', 'Х': 'X', 'а': 'a', 'с': 'c', 'е': 'e', 'і': 'i', 'о': 'o',
	'р': 'p', 'ѕ': 's', 'х': 'x', 'у': 'y',
}

// latin writes a word in Latin letters: look-alikes in a mixed word become the
// letter they look like, a lone Greek letter its name.
func latin(word []rune) string {
	plain, mixed := true, false
	for _, r := range word {
		if r < 0x80 {
			mixed = true
		} else {
			plain = false
		}
	}
	if plain {
		return string(word)
	}
	var b strings.Builder
	for _, r := range word {
		like, ok := lookAlikes[r]
		name, greek := greekNames[r]
		switch {
		case ok && mixed:
			b.WriteRune(like)
		case greek:
			b.WriteString(name)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Canonical brings British and American spelling together. It is applied to
// terms and to texts alike, so the result need not be a word.
func Canonical(w string) string {
	if len(w) < 6 {
		return w
	}
	if strings.Contains(w, "ae") {
		w = strings.ReplaceAll(w, "ae", "e")
	}
	if strings.Contains(w, "oe") {
		w = strings.ReplaceAll(w, "oe", "e")
	}
	if strings.Contains(w, "our") {
		w = strings.ReplaceAll(w, "our", "or")
	}
	for _, end := range britishEndings {
		if strings.HasSuffix(w, end.british) {
			return w[:len(w)-len(end.british)] + end.american
		}
	}
	return w
}

var britishEndings = []struct{ british, american string }{
	{"isation", "ization"}, {"isations", "izations"}, {"ising", "izing"},
	{"ised", "ized"}, {"ise", "ize"}, {"ises", "izes"}, {"aemia", "emia"},
	{"labelled", "labeled"}, {"counselling", "counseling"}, {"programme", "program"},
}
