package reports

// build lays out the pages of an edition. The order is that of the menu; every
// page has its path before any is rendered, so that links know what exists.
func (s *site) build() {
	s.indexPage()
	for i := range s.Ed.Findings {
		s.findingPage(&s.Ed.Findings[i])
	}
	s.claimsPage()
	s.gapsPage()
	s.cardPages()
	s.sexualPage()
	s.peoplePage()
	s.trialsPages()
	s.studyPages()
	s.harmsPage()
	s.harmRowsPage()
	s.missingPage()
	s.changesPage()
	s.earlierPages()
	s.methodsPage()
	s.dataPage()
	s.aboutPage()
	s.searchPages()
}
