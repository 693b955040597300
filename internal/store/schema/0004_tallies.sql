-- How much each record holds, so that counting a large store does not mean
-- reading all of it.
ALTER TABLE record ADD COLUMN planned_outcomes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record ADD COLUMN posted_outcomes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record ADD COLUMN outcome_groups INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record ADD COLUMN measurements INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record ADD COLUMN contrasts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record ADD COLUMN event_stats INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record ADD COLUMN reference_count INTEGER NOT NULL DEFAULT 0;
UPDATE record AS r SET
  planned_outcomes = (SELECT count(*) FROM planned_outcome x WHERE x.record_no = r.record_no),
  posted_outcomes  = (SELECT count(*) FROM posted_outcome x WHERE x.record_no = r.record_no),
  outcome_groups   = (SELECT coalesce(sum(group_count), 0) FROM posted_outcome x WHERE x.record_no = r.record_no),
  measurements     = (SELECT coalesce(sum(cell_count), 0) FROM posted_outcome x WHERE x.record_no = r.record_no),
  contrasts        = (SELECT count(*) FROM posted_analysis x WHERE x.record_no = r.record_no),
  event_stats      = (SELECT coalesce(sum(stat_count), 0) FROM event_list x WHERE x.record_no = r.record_no),
  reference_count  = (SELECT count(*) FROM reference x WHERE x.record_no = r.record_no);
