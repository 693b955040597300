package reports

// CheckPages is for the tests that publish editions through the program.
var CheckPages = checkPages
