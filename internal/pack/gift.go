package pack

import (
	"fmt"
	"strings"
)

var giftEscapes = strings.NewReplacer(`\`, `\\`, `~`, `\~`, `=`, `\=`, `#`, `\#`, `{`, `\{`, `}`, `\}`, `:`, `\:`, "\n", " ", "\r", " ")

func gift(s string) string { return giftEscapes.Replace(s) }

// GIFT is the quiz of a domain in Moodle's GIFT format.
func GIFT(d Domain, edition string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// Quiz on %s. Edition %s; the answers are computed from its findings.\n$CATEGORY: PAST/%s\n\n", d.Name, edition, d.ID)
	for _, it := range Items(d) {
		fmt.Fprintf(&b, "::%s::%s {\n", gift(it.ID), gift(it.Question))
		for i, c := range it.Choices {
			mark := "~"
			if i == it.Right {
				mark = "="
			}
			fmt.Fprintf(&b, "  %s%s\n", mark, gift(c))
		}
		fmt.Fprintf(&b, "  ####%s\n}\n\n", gift(it.Why))
	}
	return b.String()
}
