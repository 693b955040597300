-- Once results are posted, a register gives an outcome the words of its planned one:
-- they are kept there. The view posted_outcome shows the rows as they were. The rows
-- are large, which a table without row numbers spreads over half-empty pages.
CREATE TABLE posted_outcome_row (
  record_no        INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  position         INTEGER NOT NULL,
  outcome_index    INTEGER NOT NULL,
  type             TEXT,
  planned          INTEGER,
  title            TEXT,
  description      TEXT,
  population       TEXT,
  reporting_status TEXT,
  time_frame       TEXT,
  param_type       TEXT,
  dispersion_type  TEXT,
  unit             TEXT,
  denom_units      TEXT,
  units_analyzed   TEXT,
  calculate_pct    TEXT,
  group_count      INTEGER NOT NULL,
  groups           TEXT,
  denoms           TEXT,
  cell_count       INTEGER NOT NULL,
  classes          TEXT,
  pointer          TEXT NOT NULL,
  PRIMARY KEY (record_no, position)
) STRICT;
INSERT INTO posted_outcome_row
SELECT record_no, position, outcome_index, type, planned, iif(planned IS NULL, title, NULL), iif(planned IS NULL, description, NULL),
       population, reporting_status, iif(planned IS NULL, time_frame, NULL), param_type, dispersion_type, unit, denom_units, units_analyzed,
       calculate_pct, group_count, groups, denoms, cell_count, classes, pointer
FROM (SELECT *, (SELECT min(p.outcome_index) FROM planned_outcome p WHERE p.record_no = o.record_no AND p.measure = o.title
                 AND p.description IS o.description AND p.time_frame IS o.time_frame) AS planned FROM posted_outcome o);

CREATE TABLE posted_analysis_new (
  record_no         INTEGER NOT NULL,
  position          INTEGER NOT NULL,
  analysis_index    INTEGER NOT NULL,
  group_ids         TEXT,
  group_description TEXT,
  non_inferiority   TEXT,
  non_inferiority_comment TEXT,
  tested_non_inferiority  TEXT,
  method            TEXT,
  method_comment    TEXT,
  p_value           TEXT,
  p_value_comment   TEXT,
  param_type        TEXT,
  param_value       TEXT,
  ci_pct            TEXT,
  ci_sides          TEXT,
  ci_lower          TEXT,
  ci_upper          TEXT,
  ci_lower_comment  TEXT,
  ci_upper_comment  TEXT,
  dispersion_type   TEXT,
  dispersion_value  TEXT,
  estimate_comment  TEXT,
  other_analysis_description TEXT,
  pointer           TEXT NOT NULL,
  PRIMARY KEY (record_no, position, analysis_index),
  FOREIGN KEY (record_no, position) REFERENCES posted_outcome_row ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO posted_analysis_new SELECT * FROM posted_analysis;
DROP VIEW outcome_groups;
DROP VIEW measurements;
DROP VIEW adverse_events;
DROP TABLE posted_analysis;
DROP TABLE posted_outcome;
ALTER TABLE posted_analysis_new RENAME TO posted_analysis;

CREATE VIEW posted_outcome AS
SELECT o.record_no, o.position, o.outcome_index, o.type, iif(o.planned IS NULL, o.title, p.measure) AS title,
       iif(o.planned IS NULL, o.description, p.description) AS description, o.population, o.reporting_status,
       iif(o.planned IS NULL, o.time_frame, p.time_frame) AS time_frame, o.param_type, o.dispersion_type, o.unit, o.denom_units,
       o.units_analyzed, o.calculate_pct, o.group_count, o.groups, o.denoms, o.cell_count, o.classes, o.pointer
FROM posted_outcome_row o LEFT JOIN planned_outcome p ON p.record_no = o.record_no AND p.outcome_index = o.planned;

CREATE VIEW outcome_groups AS
SELECT r.id AS record_id, r.source, o.outcome_index, g.key AS group_index, g.value ->> 0 AS group_id, g.value ->> 1 AS title
FROM posted_outcome_row o JOIN record r USING (record_no), json_each(o.groups) g;

-- One row per value cell, as posted.
CREATE VIEW measurements AS
SELECT r.id AS record_id, r.source, o.outcome_index, o.title AS outcome_title, c.key AS class_index, c.value ->> 0 AS class_title,
       k.key AS category_index, (c.value -> 2) ->> k.key AS category_title, m.value ->> 0 AS group_id,
       o.param_type, m.value ->> 1 AS value, o.dispersion_type, m.value ->> 2 AS spread, m.value ->> 3 AS lower,
       m.value ->> 4 AS upper, m.value ->> 5 AS comment, o.unit, o.time_frame, v.payload_sha256,
       coalesce(m.value ->> 6,
         o.pointer || '/classes/' || c.key || '/categories/' || k.key || '/measurements/' || m.key) AS pointer
FROM posted_outcome o
JOIN record r USING (record_no)
JOIN record_version v ON v.version_no = r.version_no,
     json_each(o.classes) c, json_each(c.value, '$[3]') k, json_each(k.value) m;

-- One row per adverse event term and group. events is a list of events, or one (e)
-- beside the texts (t) that a number in the place of a text names; a number in the
-- place of a pointer is the place in the register's list of serious or other events.
CREATE VIEW adverse_events AS
SELECT r.id AS record_id, r.source, e.key AS event_index, e.value ->> 0 AS serious, e.value ->> 1 AS term,
       coalesce(l.texts ->> (e.value ->> 2), e.value ->> 2) AS organ_system,
       coalesce(l.texts ->> (e.value ->> 3), e.value ->> 3) AS vocabulary,
       coalesce(l.texts ->> (e.value ->> 4), e.value ->> 4) AS assessment,
       coalesce(l.texts ->> (s.value ->> 0), s.value ->> 0) AS group_id,
       (SELECT g.title FROM event_group g WHERE g.record_no = l.record_no
        AND g.group_id = coalesce(l.texts ->> (s.value ->> 0), s.value ->> 0)) AS group_title,
       s.value ->> 1 AS events, s.value ->> 2 AS affected, s.value ->> 3 AS at_risk, e.value ->> 5 AS notes, v.payload_sha256,
       coalesce(s.value ->> 4, l.pointer || iif(typeof(e.value ->> 6) = 'integer',
         iif(e.value ->> 0, 'seriousEvents/', 'otherEvents/') || (e.value ->> 6) || '/stats/', e.value ->> 6) || s.key) AS pointer
FROM (SELECT record_no, pointer, events, iif(events LIKE '{%', events -> '$.t', '[]') AS texts FROM event_list) l
JOIN record r USING (record_no)
JOIN record_version v ON v.version_no = r.version_no,
     json_each(l.events, iif(l.events LIKE '{%', '$.e', '$')) e, json_each(e.value, '$[7]') s;
