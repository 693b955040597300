package check

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"past/internal/edition"
	"past/internal/evidence"
	"past/internal/text"
)

// problem is an issue within a stretch of text.
type problem struct {
	at      int
	rule    string
	level   Level
	message string
}

// signed is a number with any sign that texts use, and with a decimal point, comma
// or middle dot.
const signed = `([-−–‑‐－+]?(?:[0-9]+(?:[.,·][0-9]+)?|[.,·][0-9]+))`

// spaced is signed where a space may follow the sign.
const spaced = `((?:[-−–‑‐－+]\s{0,3})?(?:[0-9]+(?:[.,·][0-9]+)?|[.,·][0-9]+))`

// counted is a count: digits or a word for a number above one.
var counted = `([0-9]+|` + strings.Join(slices.DeleteFunc(text.NumberWords(), func(w string) bool {
	x,
		_ := text.NumberWord(w)
	return x < 2
}), "|") + `)`

var (
	estimateForm = regexp.MustCompile(`(?i)\b(hedges['’]?s? g|hedges['’] g|cohen['’]?s d|smd|` +
		`standardi[sz]ed mean difference|(?:weighted\s+)?mean difference|w?md|` +
		`risk ratio|relative risk|odds ratio|risk difference|rr|or|rd|g|d)(?:\s+(?:of|was|is))?\s*[=:≈]?\s*` + spaced + `(?:\b|$)`)
	intervalForm = regexp.MustCompile(`(?i)((?:prediction interval|unguarded interval|fitted interval|\bpi\b|ci|confidence ` +
		`interval|interval)[^0-9\[\](−–-]{0,24})?(?:95\s*%[^0-9\[(−–-]{0,8})?([\[(])\s*(?:95\s*%\s*(?:CI|PI)?[:,]?\s*)?` + signed +
		`\s*(?:,|;|to|bis|\.\.)\s*` + signed + `\s*([\])])`)
	bareInterval = regexp.MustCompile(`(?i)((?:prediction|fitted|unguarded) interval|95\s*%\s*pi|` +
		`95\s*-?\s*%[\s-]*(?:ci|ki|ic|confidence limits|confidence interval)|` +
		`confidence (?:interval|limits)|konfidenzintervall|intervalle de confiance|intervalo de confianza|intervallo di confidenza|` +
		`\b(?:ic|ki|ci)\s+(?:(?:à|del|al|de|von)\s+)?95\s*%)(?:\s*\(?(?:(?:à|del|al|de|von)\s+)?95\s*%\)?)?` +
		`(?:\s+(?:is|was|ran|runs))?[:,=\s]+` +
		`(?:(?:from|of|von|de|da|entre|between|zwischen)\s+)?` + signed +
		`\s*(?:(?:up\s+)?to|bis|und|and|à|a|e|y|et|through|,|;|[-–−])\s*` + signed)
	kForm = regexp.MustCompile(`(?i)\bk\s*=\s*([0-9]+)\b|\b` + counted +
		`\s+(?:randomi[sz]ed\s+(?:controlled\s+)?)?(?:studies|study|trials?|rcts?|studien|études|estudios|studi)\b`)
	nForm = regexp.MustCompile(`(?i)\bn\s*=\s*([0-9][0-9,]*)\b|\b([0-9][0-9,]*|` + counted[1:] +
		`\s+(?:participants?|people|patients?|adults|persons|teilnehmer\w*|teilnehmende\w*|personen|patient(?:en|innen)|` +
		`participantes|personnes|partecipanti)\b`)
	i2Form     = regexp.MustCompile(`(?i)\bI(?:²|2|\^2)\s*(?:=|:|of|was|is)?\s*([0-9]+(?:[.,][0-9]+)?)\s*%`)
	registered = regexp.MustCompile(`^\s*(?:is|are|were|was)?\s*(?:registered|running|recruiting|ongoing|planned)`)
	otherKind  = regexp.MustCompile(`(?i)(?:registered|running|ongoing|planned|of which|another|other)\s+$`)
	certForm   = regexp.MustCompile(`(?i)\b(very low|low|moderate|high)[ -](?:certainty\b|quality\s+(?:of\s+)?(?:the\s+)?evidence\b)` +
		`|\b(?:certainty|quality)(?:\s+of\s+(?:the\s+)?evidence)?(?:\s*(?:is|was|has\s+been|:|=|,))?(?:\s+(?:rated|judged|graded|` +
		`assessed))?(?:\s+(?:as|to\s+be))?\s*\(?(very low|low|moderate|high)\b` +
		`|\bgrade\s*[:=(]?\s*(very low|low|moderate|high)\b` +
		`|(?:vertrauenswürdigkeit|vertrauen|evidenzqualität|qualität|gewissheit|sicherheit|certitude|certeza|certezza|qualité|` +
		`calidad|qualità|niveau de preuve)\b(?:\s+(?:der|des|de|della|la|las|les|delle|evidenz|evidencia|pruebas|preuves|prove|` +
		`evidenze|ist|est|es|è))*\s*[:=,(]?\s*(` + strings.Join(levelsAbroad(), "|") + `)(?:[^\p{L}]|$)` +
		`|(⊕{1,4}[⊝◯○⊖]{0,3})`)
)

// levelWords are the levels of certainty in other languages.
var levelWords = map[string]string{
	"sehr niedrig": "very low", "sehr gering": "very low", "niedrig": "low", "gering": "low", "moderat": "moderate",
	"mäßig": "moderate", "hoch": "high", "très faible": "very low", "faible": "low", "modérée": "moderate", "modéré": "moderate",
	"élevée": "high", "élevé": "high",
	"muy baja": "very low", "baja": "low", "moderada": "moderate", "alta": "high",
	"molto bassa": "very low", "bassa": "low", "moderata": "moderate",
}

// levelsAbroad lists them, the longer before what they begin with.
func levelsAbroad() []string {
	words := slices.Sorted(maps.Keys(levelWords))
	slices.Reverse(words)
	for i, w := range words {
		words[i] = strings.ReplaceAll(w, " ", `\s+`)
	}
	return words
}

// token is a number in the text with what it should be.
type token struct {
	from, to int
	want     float64
	whole    bool // a count
	sided    bool // its sign is given in words, which are not read
	name     string
}

var (
	signs   = strings.NewReplacer("−", "-", "–", "-", "‑", "-", "‐", "-", "－", "-", " ", "", "·", ".")
	grouped = regexp.MustCompile(`^-?[1-9][0-9]{0,2}(?:,[0-9]{3})+$`)
)

// parse reads a number as a text writes it, with a decimal point or comma, with
// commas between thousands, or as a word.
func parse(s string) (x float64, decimals int, ok bool) {
	if x, ok := text.NumberWord(s); ok {
		return x, 0, true
	}
	s = signs.Replace(s)
	if grouped.MatchString(s) || strings.Contains(s, ".") {
		s = strings.ReplaceAll(s, ",", "")
	}
	s = strings.Replace(s, ",", ".", 1)
	x, err := strconv.ParseFloat(s, 64)
	if _, frac, has := strings.Cut(s, "."); has {
		decimals = len(frac)
	}
	return x, decimals, err == nil
}

// agrees reports whether a number as printed is the wanted one at its own
// precision. A number with fewer than one decimal where we have more must still
// round to it.
func agrees(printed string, want float64) bool {
	x, decimals, ok := parse(printed)
	if !ok {
		return false
	}
	half := 0.5 * math.Pow(10, -float64(min(decimals, 12)))
	return math.Abs(x-want) <= half*(1+1e-9)
}

// write prints the wanted number as the text printed the old one.
func (t token) write(old string) string {
	_, decimals, _ := parse(old)
	if t.whole {
		s := strconv.FormatFloat(t.want, 'f', 0, 64)
		if strings.Contains(old, ",") && len(s) > 3 {
			for i := len(s) - 3; i > 0; i -= 3 {
				s = s[:i] + "," + s[i:]
			}
		}
		return s
	}
	s := strconv.FormatFloat(t.want, 'f', min(decimals, 12), 64)
	for _, point := range []string{",", "·"} {
		if strings.Contains(old, point) {
			s = strings.Replace(s, ".", point, 1)
		}
	}
	if strings.Trim(s, "-0.,") == "" {
		return strings.TrimPrefix(s, "-")
	}
	sign := "-"
	for _, m := range []string{"−", "–", "‑", "‐", "－"} {
		if strings.HasPrefix(old, m) {
			sign = m
		}
	}
	if !strings.HasPrefix(old, "-") && sign == "-" {
		sign = "−"
	}
	return strings.Replace(s, "-", sign, 1)
}

func natural(f edition.Flat, x float64) float64 { return evidence.Natural(f.Measure, x) }

// hundredBefore is what is before the hundred of "77 of 100 people".
var hundredBefore = regexp.MustCompile(`(?i)\b(?:of|in|per|from)\s+(?:every\s+)?$`)

// compound is the beginning of a number of several words.
var compound = regexp.MustCompile(`(?i)(?:-|\b(?:hundred|thousand|and|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\s+)$`)

// tokens finds the numbers of a bound sentence with what the finding says. The
// second list are numbers of a finding that has none.
func tokens(text string, f edition.Flat) (found []token, orphans []int) {
	lo, hi, has := f.Headline.Interval()
	for _, m := range estimateForm.FindAllStringSubmatchIndex(text, -1) {
		if !named(strings.ToLower(text[m[2]:m[3]]), f.Measure, text[m[4]:m[5]]) {
			continue
		}
		if has && sidedInWords(text[m[5]:], text[m[4]:m[5]], f) {
			found = append(found, token{from: m[4], to: m[5], want: math.Abs(*f.Headline.Estimate), name: "estimate", sided: true})
			continue
		}
		if !has {
			orphans = append(orphans, m[4])
			continue
		}
		t := token{from: m[4], to: m[5], want: natural(f, *f.Headline.Estimate), name: "estimate"}
		if f.Measure == "RD" && inPercent.MatchString(text[m[5]:]) {
			t.want *= 100
		}
		found = append(found, t)
	}
	found = append(found, points(text, f, found)...)
	if f.Measure == "SMD" && has {
		for _, m := range inDeviations.FindAllStringSubmatchIndex(text, -1) {
			t := token{from: m[2], to: m[3], want: *f.Headline.Estimate, name: "estimate"}
			if text[m[2]] >= '0' && text[m[2]] <= '9' {
				t.want, t.sided = math.Abs(t.want), true
			}
			found = append(found, t)
		}
	}
	add := func(label string, m []int, a, b int) {
		wantLo, wantHi, name := lo, hi, "interval"
		if f.Scale != "log" && hi < 0 && text[m[a]] >= '0' && text[m[a]] <= '9' && text[m[b]] >= '0' && text[m[b]] <= '9' &&
			sideBefore.MatchString(text[max(0, m[a]-160):m[a]]) {
			wantLo, wantHi = -hi, -lo // "lower by 0.7 (0.4 to 1.1)"
		}
		if label = strings.ToLower(label); strings.Contains(label, "prediction") || strings.Contains(label, "pi") {
			if f.PILb == nil || f.PIUb == nil {
				orphans = append(orphans, m[a])
				return
			}
			wantLo, wantHi, name = *f.PILb, *f.PIUb, "prediction interval"
		} else if strings.Contains(label, "unguarded") && f.UnguardedLb != nil && f.UnguardedUb != nil {
			wantLo, wantHi, name = *f.UnguardedLb, *f.UnguardedUb, "unguarded interval"
		} else if strings.Contains(label, "fitted") && f.CILb != nil && f.CIUb != nil {
			wantLo, wantHi, name = *f.CILb, *f.CIUb, "fitted interval"
		} else if !has {
			orphans = append(orphans, m[a])
			return
		}
		wantLo, wantHi = natural(f, wantLo), natural(f, wantHi)
		if wantLo < wantHi && agrees(text[m[a]:m[a+1]], wantHi) && agrees(text[m[b]:m[b+1]], wantLo) {
			wantLo, wantHi = wantHi, wantLo // the limits in the other order say the same
		}
		found = append(found, token{from: m[a], to: m[a+1], want: wantLo, name: "lower limit of the " + name},
			token{from: m[b], to: m[b+1], want: wantHi, name: "upper limit of the " + name})
	}
	for _, m := range intervalForm.FindAllStringSubmatchIndex(text, -1) {
		add(text[max(0, m[0]-24):m[0]]+group(text, m, 1), m, 6, 8)
	}
	for _, m := range bareInterval.FindAllStringSubmatchIndex(text, -1) {
		add(group(text, m, 1), m, 4, 6)
	}
	count := func(form *regexp.Regexp, want int, name string) {
		for _, m := range form.FindAllStringSubmatchIndex(text, -1) {
			i := 2
			if m[2] < 0 {
				i = 4
			}
			if form == nForm && hundredBefore.MatchString(text[max(0, m[i]-16):m[i]]) && text[m[i]:m[i+1]] == "100" {
				continue // "77 of 100 people"
			}
			if registered.MatchString(text[m[1]:min(len(text), m[1]+24)]) || m[2] < 0 && otherKind.MatchString(text[max(0, m[0]-24):m[0]]) {
				continue // trials that are registered are not those pooled
			}
			if compound.MatchString(text[max(0, m[i]-12):m[i]]) && text[m[i]] > '9' {
				continue // "forty-two": the last word alone is another number
			}
			found = append(found, token{from: m[i], to: m[i+1], want: float64(want), whole: true, name: name})
		}
	}
	count(kForm, f.K, "number of studies")
	if f.N > 0 {
		count(nForm, int(f.N), "number of participants")
	}
	if f.I2Q != nil {
		for _, m := range i2Form.FindAllStringSubmatchIndex(text, -1) {
			found = append(found, token{from: m[2], to: m[3], want: *f.I2Q, name: "I²"})
		}
	}
	return found, orphans
}

// points finds differences in points of a scale: those of a finding that is a mean
// difference. Words, which are not read, give the side of a number without a sign.
func points(text string, f edition.Flat, before []token) []token {
	if f.Measure != "MD" || f.Headline.Estimate == nil {
		return nil
	}
	var out []token
	for _, m := range inPoints.FindAllStringSubmatchIndex(text, -1) {
		if slices.ContainsFunc(before, func(t token) bool { return m[2] < t.to && t.from < m[3] }) {
			continue
		}
		t := token{from: m[2], to: m[3], want: *f.Headline.Estimate, name: "estimate"}
		if text[m[2]] >= '0' && text[m[2]] <= '9' {
			t.want, t.sided = math.Abs(t.want), true
		}
		out = append(out, t)
	}
	return out
}

var (
	// inPoints is a difference in points, not the end of an interval, and not the
	// difference that is said to matter.
	inPoints = regexp.MustCompile(`(?i)(?:\b(?:by|of|was|is)|[=:≈(,])\s*` + signed + `\s*(?:scale\s+)?(?:points?|units?)\b`)
	// inPercent is after a difference of risks in percentage points.
	inPercent = regexp.MustCompile(`(?i)^\s*(?:%|percentage points?\b|per\s*cent\b|percent\b|pp\b)`)
	// inDeviations is a difference in standard deviations.
	inDeviations = regexp.MustCompile(`(?i)(?:^|[\s(])([-−–]?[0-9]+[.,·][0-9]+)\s*(?:SDs?\b|standard deviations?)`)
	// sideBefore are words that give the side of the sizes that follow.
	sideBefore = regexp.MustCompile(
		`(?i)\b(favou?r\w*|lower\w*|reduc\w+|decreas\w+|less|fewer|smaller|fell|dropp?\w*)\b[^.;]*(?:[.,][0-9][^.;]*)*$`)
	// inWords are parts and multiples in words, and counts of studies or people in
	// words of other languages.
	inWords = regexp.MustCompile(`(?i)\b(half|halves|halved|halving|(?:one|a|two)[ -](?:third|quarter|fifth|tenth)s?|three[ -]quarters|` +
		`doubl(?:e[ds]?|ing)|tripl(?:e[ds]?|ing)|twice|thrice|(?:two|three|four|five|ten)-?fold)\b|` +
		`\b((?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|` +
		`dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)\s+(?:studien|teilnehm\w+|personen|menschen|études?|essais?|` +
		`personnes|participants?|estudios?|ensayos?|participantes|personas))`)
)

// favours finds words that give a side to a number without a sign.
var favours = regexp.MustCompile(`(?i)^[^.;]{0,60}\bfavou?r`)

// sidedInWords reports whether a difference is printed without a sign and the words
// after it give its side.
func sidedInWords(after, number string, f edition.Flat) bool {
	return f.Scale != "log" && number[0] >= '0' && number[0] <= '9' && favours.MatchString(after)
}

// otherMeasure finds a measure named with a number; a finding has one measure.
func otherMeasure(text string, f edition.Flat) []problem {
	var out []problem
	for _, m := range estimateForm.FindAllStringSubmatchIndex(text, -1) {
		word, number := text[m[2]:m[3]], text[m[4]:m[5]]
		if !strings.ContainsAny(number, ".,·") || len(word) < 2 || word == "or" || word == "Or" || f.Measure == "" {
			continue
		}
		is := ""
		for _, measure := range []string{"SMD", "MD", "RR", "OR", "RD"} {
			if named(strings.ToLower(word), measure, number) {
				is = measure
			}
		}
		if is != "" && is != f.Measure {
			out = append(out, problem{m[2], NumberDiffers, Error, fmt.Sprintf("%s is given as %s, the text says %q", f.ID, f.Measure, word)})
		}
	}
	return out
}

// named reports whether a word before a number names the finding's measure. The
// short words "or", "g" and "d" count only before a number with decimals, so
// that "two or 3" is no odds ratio.
func named(word, measure, number string) bool {
	if len(word) <= 2 && !strings.ContainsAny(number, ".,·") {
		return false
	}
	switch measure {
	case "SMD":
		return word == "g" || word == "d" || word == "smd" || strings.HasPrefix(word, "hedges") || strings.HasPrefix(word, "cohen") ||
			strings.HasPrefix(word, "standardi")
	case "MD":
		return word == "md" || word == "wmd" || strings.HasSuffix(word, "mean difference") && !strings.HasPrefix(word, "standardi")
	case "RR":
		return word == "rr" || word == "risk ratio" || word == "relative risk"
	case "OR":
		return word == "or" || word == "odds ratio"
	case "RD":
		return word == "rd" || word == "risk difference"
	}
	return false
}

// numberProblems lists the numbers and the certainty of a bound sentence that
// are not the finding's.
func numberProblems(text string, f edition.Flat) []problem {
	found, orphans := tokens(text, f)
	var out []problem
	for _, at := range orphans {
		if n := signedAt.FindString(text[at:]); n != "" && ownNumber(f.Sentence, n) {
			continue // a study's own number where nothing is pooled
		}
		out = append(out, problem{at, NumberDiffers, Error, fmt.Sprintf("%s has no such number (k = %d)", f.ID, f.K)})
	}
	for _, t := range found {
		printed := text[t.from:t.to]
		if agrees(printed, t.want) {
			if t.sided {
				out = append(out, problem{t.from, NotChecked, Warning,
					fmt.Sprintf("%q has no sign; the finding has %s, and whether the words after it name the right side was not checked",
						printed, strings.Replace(strconv.FormatFloat(*f.Headline.Estimate, 'f', 2, 64), "-", "−", 1))})
			}
			continue
		}
		msg := fmt.Sprintf("%s of %s is %s, the text says %s", t.name, f.ID, t.write(printed), printed)
		level := Error
		if mixed(text, found, t.name) {
			level = Warning
			msg += "; the sentence gives more than one, is this of a part of the finding?"
		}
		if narrower(t, f, printed) {
			msg += " (the interval without the Knapp-Hartung guard, which looks more certain than it is)"
		}
		out = append(out, problem{t.from, NumberDiffers, level, msg})
	}
	out = append(out, otherMeasure(text, f)...)
	people, of100 := peopleOf100(text, f)
	out = append(out, people...)
	for _, m := range unchecked(text, f.Sentence, append(found, of100...), orphans) {
		out = append(out, problem{m[0], NotChecked, Warning,
			fmt.Sprintf("%q in a sentence bound to %s is no number that could be checked; it may be right or wrong", text[m[0]:m[1]], f.ID)})
	}
	for _, m := range certForm.FindAllStringSubmatchIndex(text, -1) {
		said := strings.ToLower(cmp.Or(group(text, m, 1), group(text, m, 2), group(text, m, 3), group(text, m, 4), group(text, m, 5)))
		if level := levelWords[strings.Join(strings.Fields(said), " ")]; level != "" {
			said = level
		} else if n := strings.Count(said, "⊕"); n > 0 {
			said = [...]string{"very low", "low", "moderate", "high"}[min(n, 4)-1]
		}
		if said != f.Certainty {
			out = append(out, problem{m[0], CertaintyWrong, Error, fmt.Sprintf("the certainty of %s is %s, the text says %s", f.ID,
				f.CertaintyWords(), said)})
		}
	}
	return out
}

// ofHundred is a number of people in a hundred, or a percentage.
var ofHundred = regexp.MustCompile(`(?i)\b([0-9]{1,3})\s*(?:of|in|out\s+of|from|per)\s+(?:every\s+|a\s+)?100\b|` +
	`\b([0-9]{1,3})\s*(?:%|per\s*cent\b|percent\b)`)

// peopleOf100 holds numbers of people in a hundred against the finding's: with the
// treatment, without it, and between. It returns those that agree as tokens too.
func peopleOf100(text string, f edition.Flat) (out []problem, agreed []token) {
	if f.Absolute == nil || f.Absolute.People == nil {
		return nil, nil
	}
	p := f.Absolute.People
	fits := func(s string) bool {
		return slices.ContainsFunc([]float64{p.With, p.Without, p.WithLower, p.WithUpper, math.Abs(p.With - p.Without)},
			func(x float64) bool { return agrees(s, x) })
	}
	levels := level.FindAllStringSubmatchIndex(text, -1)
	talks := false
	for _, m := range ofHundred.FindAllStringSubmatchIndex(text, -1) {
		i := 2
		if m[2] < 0 {
			i = 4
		}
		if slices.ContainsFunc(levels, func(l []int) bool { return l[2] <= m[i] && m[i] < l[3] }) {
			continue
		}
		talks = talks || i == 2
		if s := text[m[i]:m[i+1]]; fits(s) {
			agreed = append(agreed, token{from: m[i], to: m[i+1]})
		} else if i == 2 {
			out = append(out, problem{m[i], NumberDiffers, Error,
				fmt.Sprintf("of 100 people %s has %.0f with the treatment and %.0f with the comparator, the text says %s", f.ID, p.With, p.Without,
					s)})
			agreed = append(agreed, token{from: m[i], to: m[i+1]})
		}
	}
	if talks || len(agreed) > 0 { // "77 of 100 against 57"
		for _, m := range free.FindAllStringSubmatchIndex(text, -1) {
			if s := strings.TrimRight(text[m[2]:m[3]], ".,"); !strings.ContainsAny(s, ".,") && fits(s) {
				agreed = append(agreed, token{from: m[2], to: m[2] + len(s)})
			}
		}
	}
	return out, agreed
}

// level is the level of an interval, which says nothing about the finding.
var level = regexp.MustCompile(`(?i)(\b9[059](?:[.,][0-9])?\s*-?\s*%)(?:[\s-]*(?:ci|pi|cri|ki|ic|confidence|credible|prediction|` +
	`interval|konfidenz\w*|intervall\w*|guarded|unguarded|headline|fitted)\b|\s*[:,]?\s*[-−–+\[(]?[0-9])`)

var (
	// free is a number that is by itself, not in a name such as CAPS-5.
	free = regexp.MustCompile(`(?:^|[\s(\[{=≈<>≤≥:;,/“"])([-−–‑‐－+]?(?:[0-9][0-9.,·]*|[.,·][0-9]+))`)
	// harmless are numbers that say nothing about the finding: years, addresses and
	// identifiers.
	harmless = regexp.MustCompile(`(?i)\b(?:19|20)[0-9]{2}\b|https?://\S+|\b10\.[0-9]{4,9}/\S+|\bf/[a-z0-9-]+@\S+|` +
		`\be-[0-9a-f]+\b|\b(?:pmid|nct|eudract|isrctn)[:\s]*[0-9-]+|\b(?:of|in|per|from)\s+(?:every\s+)?100\b`)
)

// unchecked are the numbers of a bound sentence that no rule recognises and that
// the edition's own sentence does not have.
func unchecked(text, own string, found []token, orphans []int) [][2]int {
	var out [][2]int
	skip := harmless.FindAllStringIndex(text, -1)
	for _, m := range level.FindAllStringSubmatchIndex(text, -1) {
		skip = append(skip, m[2:4])
	}
	for _, m := range free.FindAllStringSubmatchIndex(text, -1) {
		from, to := m[2], m[2]+len(strings.TrimRight(text[m[2]:m[3]], ".,"))
		known := ownNumber(own, text[from:to]) || slices.ContainsFunc(found, func(t token) bool { return from < t.to && t.from < to }) ||
			slices.ContainsFunc(orphans, func(at int) bool { return at >= from && at < to }) ||
			slices.ContainsFunc(skip, func(s []int) bool { return from < s[1] && s[0] < to })
		if !known {
			out = append(out, [2]int{from, to})
		}
	}
	lower := strings.ToLower(own)
	for _, m := range inWords.FindAllStringIndex(text, -1) {
		if !strings.Contains(lower, strings.ToLower(text[m[0]:m[1]])) && !dozen.MatchString(text[m[0]:]) {
			out = append(out, [2]int{m[0], m[1]})
		}
	}
	return out
}

var dozen = regexp.MustCompile(`(?i)^half\s+a\s+dozen`)

var signedAt = regexp.MustCompile(`^` + signed)

// ownNumber reports whether a number is in the edition's own sentence.
func ownNumber(own, number string) bool {
	for _, m := range free.FindAllStringSubmatch(own, -1) {
		if strings.TrimRight(m[1], ".,") == number {
			return true
		}
	}
	return false
}

// mixed reports whether a stretch of text gives different values of one name, as
// "six studies, of which 2 studies were small" does: then a value that differs
// may be of a part, and is never put right without a person.
func mixed(text string, found []token, name string) bool {
	first := ""
	for _, t := range found {
		if t.name != name {
			continue
		}
		printed := text[t.from:t.to]
		if first != "" && printed != first {
			return true
		}
		first = printed
	}
	return false
}

// narrower reports whether a wrong limit is that of the unguarded interval.
func narrower(t token, f edition.Flat, printed string) bool {
	if f.UnguardedLb == nil || f.UnguardedUb == nil || !strings.Contains(t.name, "limit of the interval") {
		return false
	}
	return agrees(printed, natural(f, *f.UnguardedLb)) || agrees(printed, natural(f, *f.UnguardedUb))
}

var verdictForm = regexp.MustCompile(`(?i)\b(` + strings.Join(verdictWords(), "|") + `)\b`)

// verdictWords are the states as a text writes them.
func verdictWords() []string {
	var out []string
	for _, s := range evidence.States {
		out = append(out, regexp.QuoteMeta(string(s)))
	}
	return out
}

// verdictSaid are other words for a verdict.
var verdictSaid = []struct {
	form  *regexp.Regexp
	state evidence.State
}{
	{regexp.MustCompile(`(?i)\b(?:confirmed|proven|proved|established|verified|validated)\b`), evidence.Supported},
	{regexp.MustCompile(`(?i)\b(?:refuted|disproved|disproven|falsified|debunked)\b`), evidence.Contradicted},
}

// denied is a negation before a word.
var denied = regexp.MustCompile(`(?i)\b(?:not|neither|nor|never|un|whether|if)\b[^.]*$`)

func verdictProblem(text string, c evidence.ClaimVerdict) (problem, bool) {
	for _, v := range verdictSaid {
		if m := v.form.FindStringIndex(text); m != nil && v.state != c.Verdict && !denied.MatchString(text[max(0, m[0]-24):m[0]]) {
			return problem{m[0], VerdictWrong, Error, fmt.Sprintf("the verdict on %s is %q, the text says %q", c.ID, string(c.Verdict),
				text[m[0]:m[1]])}, true
		}
	}
	for _, m := range verdictForm.FindAllStringIndex(text, -1) {
		if said := strings.ToLower(text[m[0]:m[1]]); said != string(c.Verdict) {
			return problem{m[0], VerdictWrong, Error, fmt.Sprintf("the verdict on %s is %q, the text says %q", c.ID, c.Verdict, said)}, true
		}
	}
	return problem{}, false
}
