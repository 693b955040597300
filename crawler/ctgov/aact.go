package ctgov

import "past/internal/evidence"

func isAACT(head []byte) bool { return false }

func readAACT(text []byte) ([]*draft, []evidence.Problem, error) { return nil, nil, errNoStudies }
