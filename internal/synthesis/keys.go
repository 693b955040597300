package synthesis

import (
	"maps"
	"slices"
)

// Key is one key of a question in a questions file. A key within another has the
// outer one before a dot.
type Key struct {
	Name, Meaning string
	Words         []string // all that it may be; empty: free, or words of the vocabulary
}

// questionWords are the words that a key may be, for keys with a closed list.
var questionWords = map[string][]string{
	"kind":               {"efficacy", "harm"},
	"population":         {"diagnosis", "other-illness"},
	"scores":             {"endpoint", "change", "response", "remission", "events"},
	"time.rule":          {"primary", "primary-or-latest", "latest", "closest"},
	"arms":               {ArmsHighest, ArmsLowest, ArmsAll},
	"model":              {OnePerStudy, CHE},
	"prediction":         {"k-1", "k-2"},
	"measure":            {"SMD", "MD", "RR", "OR", "RD"},
	"formula":            {"metafor", "metapsy", "revman"},
	"method":             {"REML", "ML", "DL", "PM", "SJ", "HE", "HS", "EB", "EE"},
	"test":               {"knha", "z", "t", "adhoc"},
	"subgroups":          slices.Sorted(maps.Keys(factors)),
	"moderators":         slices.Sorted(maps.Keys(numbers)),
	"sensitivity":        slices.Sorted(maps.Keys(sensitivityNames)),
	"indirectness.facet": {"population", "intervention", "comparator", "outcome", "setting"},
}

// QuestionKeys are the keys that a question may have, with what they mean.
func QuestionKeys() []Key {
	var out []Key
	for _, k := range [][2]string{
		{"id", "lower-case letters, digits and hyphens; the finding's address"},
		{"title", "name of the question"},
		{"kind", "efficacy, or harm: a risk of events; the default is harm where the domain ends in adverse-event, else efficacy"},
		{"headline", "true: an overview shows it first"},
		{"intervention", "the treatment as sentences name it"},
		{"intervention_is_plural", "true: sentences say “do”, not “does”"},
		{"outcome", "the outcome as sentences name it"},
		{"comparator_words", "what it is compared with, as sentences name it"},
		{"substances", "as in the column substance"},
		{"condition", "as in the column condition; of the trials that count as missing, and of the pooled people where nothing else names them"},
		{"conditions", "the pooled people have one of these; as in the column condition"},
		{"missing_conditions", "further conditions in which a trial counts as missing"},
		{"missing_by_planned_outcome", "true: a trial that plans the outcome counts as missing, too"},
		{"population", "who was pooled; without it both"},
		{"population_terms", "words of which the stated population has one"},
		{"population_excludes", "words that the stated population does not have"},
		{"population_words", "who took part, for readers"},
		{"dose", "how much was given, for readers"},
		{"clock", "from when time is counted, for readers"},
		{"response", "what counts as a response, for readers"},
		{"comparators", "as in the column comparator_class"},
		{"comparator_stated", "true: a registered trial counts as missing only where it states one of the comparators"},
		{"designs", "as in the column design; the default is both kinds of randomised trials"},
		{"domain", "as in the column domain"},
		{"also_domains", "further outcome domains that answer the question"},
		{"scores", "what may be pooled: endpoint (default) or change for means, the others for counts"},
		{"instruments", "in the order of preference; as in the column instrument"},
		{"instruments_only", "true: no other instrument is pooled"},
		{"time", "which time of a study is taken:"},
		{"time.rule", "primary is the default; closest needs target_weeks"},
		{"time.min_weeks", "earliest"},
		{"time.max_weeks", "latest"},
		{"time.target_weeks", "for closest"},
		{"arms", "which arms of a study with several; the first is the default"},
		{"exclude_studies", "studies that the plan leaves out, a list of:"},
		{"exclude_studies.study", "label or id"},
		{"exclude_studies.reason", "in a sentence"},
		{"measure", "SMD is the default; MD needs instruments and instruments_only"},
		{"formula", "the first is the default"},
		{"method", "of the variance between studies; the first is the default"},
		{"test", "of the interval; the first is the default"},
		{"model", "one row of a study, the default, or all of them with correlated errors"},
		{"rho", "that correlation, 0 to below 1; the default is 0.6"},
		{"smooth_vi", "true: with model che, the rows of a study take their mean variance"},
		{"prediction", "degrees of freedom of the prediction interval; the first is the default"},
		{"lower_is_better", "true where less of the outcome is better; left out: by what is asked"},
		{"mid", "smallest difference that matters, on the scale of the measure"},
		{"mid_source", "where it comes from"},
		{"subgroups", "compared with each other"},
		{"moderators", "tried in a meta-regression"},
		{"sensitivity", "run beside the plan; without it all that change something"},
		{"indirectness", "where the evidence differs from the question, a list of:"},
		{"indirectness.facet", "what differs"},
		{"indirectness.share", "of the weight, 0 to 1"},
		{"indirectness.reason", "in a sentence"},
		{"indirectness_reviewed", "true: a person looked, so that no entry means direct evidence"},
		{"note", "a remark"},
	} {
		out = append(out, Key{Name: k[0], Meaning: k[1], Words: questionWords[k[0]]})
	}
	return out
}
