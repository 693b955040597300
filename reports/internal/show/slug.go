package show

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Slug makes a file name (without extension) or an HTML id of any string. An
// id that is already safe is kept as it is; any other is reduced and marked by
// six hex digits of its hash, so that two ids never meet in one name. Names
// that differ only in case are also kept apart, for file systems that fold it.
func Slug(id string) string {
	var b strings.Builder
	changed := false
	for _, r := range id {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r)
		case (r == '-' || r == '_' || r == '.') && b.Len() > 0:
			b.WriteRune(r)
		default:
			changed = true
			if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
				b.WriteByte('-')
			}
		}
		if b.Len() > 80 {
			changed = true
			break
		}
	}
	s := b.String()
	if t := strings.TrimRight(s, "-_."); t != s {
		s, changed = t, true
	}
	if s == "" || reserved(s) || mixedCase(s) {
		changed = true
	}
	if !changed {
		return s
	}
	sum := sha256.Sum256([]byte(id))
	if s == "" {
		s = "x"
	}
	return s + "-" + hex.EncodeToString(sum[:3])
}

// mixedCase recognises names with letters of both cases, which a folding file
// system could confuse; all-upper ids (NCT03537014) and all-lower ones differ
// from each other in the registers' own practice.
func mixedCase(s string) bool {
	return strings.ToLower(s) != s && strings.ToUpper(s) != s
}

// reserved are device names that some systems refuse as file names.
func reserved(s string) bool {
	base, _, _ := strings.Cut(strings.ToLower(s), ".")
	switch base {
	case "con", "prn", "aux", "nul", "index":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "com") || strings.HasPrefix(base, "lpt"))
}
