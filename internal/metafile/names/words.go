package names

import (
	"cmp"
	"slices"
	"strings"

	human "past/internal/text"
)

// Headers say the same in several languages. Here their words become the English
// ones that the names of columns are made of; what is no such word stays as it is.

// headerPhrases are words that mean one thing together.
var headerPhrases = strings.NewReplacer(
	" standard deviation ", " sd ", " std deviation ", " sd ", " std dev ", " sd ", " st dev ", " sd ",
	" ecart type ", " sd ", " deviation standard ", " sd ", " desviacion estandar ", " sd ", " desviacion tipica ", " sd ",
	" standard error ", " se ", " std error ", " se ", " std err ", " se ", " erreur type ", " se ", " erreur standard ", " se ",
	" error estandar ", " se ", " error tipico ", " se ",
	" taille d effet ", " effectsize ", " taille de l effet ", " effectsize ", " tamano del efecto ", " effectsize ",
	" sample size ", " n ", " group size ", " n ", " interval of confidence ", " ci ", " confidence interval ", " ci ",
	" intervalle de confiance ", " ci ", " intervalo de confianza ", " ci ",
	" odds ratio ", " or ", " risk ratio ", " rr ", " relative risk ", " rr ", " hazard ratio ", " hr ", " rate ratio ", " irr ",
	" personnes annees ", " personyears ", " annees personnes ", " personyears ", " personas ano ", " personyears ",
	" std diff in means ", " smd ", " standardized difference in means ", " smd ", " standardised difference in means ", " smd ",
	" std mean difference ", " smd ", " standardized mean difference ", " smd ", " standardised mean difference ", " smd ")

// headerWords are single words by their English ones.
var headerWords = func() map[string]string {
	out := map[string]string{}
	for english, others := range map[string]string{
		"mean":         "mw mittelwert mittelwerte mittel moyenne moy media medel medelvarde gemiddelde gem",
		"sd":           "stabw stdabw standardabweichung standaarddeviatie standardavvikelse ecarttype stddev",
		"se":           "standardfehler standaardfout medelfel erreurtype",
		"n":            "anzahl fallzahl grosse gruppengrosse stichprobengrosse effectif effectifs antal aantal numero",
		"total":        "gesamt gesamtzahl insgesamt totale totaal totalt",
		"events":       "ereignis ereignisse evenement evenements evento eventos eventi handelser gebeurtenissen",
		"cases":        "falle cas casos casi",
		"responders":   "repondeurs respondedores ansprecher",
		"median":       "mediane mediana mediaan",
		"range":        "spannweite etendue rango spreiding",
		"iqr":          "interquartilsabstand interquartilbereich iqa eiq ric",
		"ci":           "ki konfidenzintervall ic konfidensintervall",
		"lower":        "untere unterer unten untergrenze inf inferieur inferieure inferior nedre onder ondergrens",
		"upper":        "obere oberer oben obergrenze sup superieur superieure superior ovre boven bovengrens",
		"limit":        "grenze limite grens grans bound",
		"effect":       "effekt effet efecto effetto",
		"effectsize":   "effektstarke effektgrosse effektmass effektschatzer effektstorlek effectgrootte",
		"value":        "wert valeur valor varde waarde",
		"variance":     "varianz varianza varians variantie",
		"treatment":    "verum behandlung behandlungsgruppe traitement tratamiento trattamento behandling behandelgroep",
		"intervention": "interventionsgruppe intervencion intervento interventie",
		"control": "kontrolle kontrollgruppe kontroll vergleich vergleichsgruppe temoin temoins controle controles controlegroep" +
			" controllo placebogruppe",
		"pre":    "vorher pra avant antes fore voor prima",
		"post":   "nachher apres despues efter dopo",
		"study":  "studie etude estudio studio",
		"author": "autor autoren auteur autore",
		"group":  "gruppe groupe grupo gruppo grupp groep",
		"arm":    "bras brazo braccio",
		"or":     "aor", "hr": "ahr", "adjusted": "adj unadjusted crude adjustiert ajuste ajustado",
		"personyears":    "personenjahre personjahre persoonsjaren",
		"correlation":    "korrelation korrelationskoeffizient correlacion correlazione correlatie",
		"placebo":        "plazebo scheinmedikament scheinbehandlung scheinpraparat",
		"waitlist":       "warteliste wartegruppe wachtlijst",
		"meandifference": "mittelwertdifferenz mittelwertsdifferenz",
	} {
		for _, w := range strings.Fields(others) {
			out[w] = english
		}
	}
	return out
}()

// capitals are abbreviations that only capitals tell from other words.
var capitals = map[string]string{"DE": "sd", "ET": "sd", "DS": "sd"}

// Words are the words of a name in English, folded.
func Words(name string) []string {
	tokens := human.Fold(strings.NewReplacer("ß", "ss", "ẞ", "ss").Replace(name))
	words := make([]string, len(tokens))
	stem := false
	for i, t := range tokens {
		words[i] = strings.ToLower(t.Raw)
		stem = stem || stems[cmp.Or(headerWords[words[i]], words[i])] != ""
	}
	for i, t := range tokens {
		if c := capitals[t.Raw]; c != "" && !stem {
			words[i] = c
		}
	}
	words = strings.Fields(headerPhrases.Replace(" " + strings.Join(words, " ") + " "))
	for i, w := range words {
		words[i] = cmp.Or(headerWords[w], w)
	}
	drop := ""
	switch {
	case slices.ContainsFunc(words, func(w string) bool { return ratios[w] != "" }):
		drop = "adjusted" // of "adjusted OR"
	case slices.Contains(words, "lower") || slices.Contains(words, "upper"):
		drop = "limit" // of "lower limit"
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == drop })
}

// Meaning is the name of a column in one English word, which [Usual] knows.
func Meaning(name string) string { return strings.Join(Words(name), "") }
