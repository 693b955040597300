package reports

// share draws the preview picture of the edition.
func (s *site) share() []byte { return nil }
