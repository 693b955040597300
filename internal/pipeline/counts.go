package pipeline

import "past/internal/store"

// Count is a number with its name.
type Count struct {
	Name string
	N    int64
}

// CountList gives the store's counts in the order in which people read them.
func CountList(c store.Counts) []Count {
	return []Count{
		{"records", c.Records}, {"payloads", c.Payloads}, {"planned_outcomes", c.PlannedOutcomes}, {"posted_outcomes", c.PostedOutcomes},
		{"outcome_groups", c.OutcomeGroups}, {"measurements", c.Measurements}, {"contrasts", c.Contrasts}, {"event_stats", c.EventStats},
		{"references", c.References}, {"publications", c.Publications}, {"studies", c.Studies}, {"arm_results", c.ArmResults},
		{"effects", c.Effects}, {"findings", c.Findings},
	}
}
