package imports

func isAACT(dir string) bool { return false }

func openAACT(dir string, each func(input) error) error { return nil }
