-- What the weeks of an arm result are counted from, and its flags, for
-- readers. What outcomes planned by a protocol measure, as read by extract.
ALTER TABLE arm_result ADD COLUMN timepoint_origin TEXT;
DROP VIEW arm_results;
CREATE VIEW arm_results AS
SELECT record_id, outcome_index, outcome_title, class_index, class_title, category_index, category_title, group_id, group_title,
       param_type, value_raw, value, dispersion_type, spread_raw, lower_raw, upper_raw, n, unit, timepoint_raw, timepoint_weeks,
       instrument, domain, score_type, verdict, reason, payload_sha256, pointer, timepoint_origin, flags
FROM arm_result;

CREATE TABLE planned_reading (
  record_id     TEXT NOT NULL,
  outcome_index INTEGER NOT NULL,
  instrument    TEXT NOT NULL,
  subscale      TEXT,
  domain        TEXT NOT NULL,
  PRIMARY KEY (record_id, outcome_index)
) STRICT, WITHOUT ROWID;
DROP VIEW planned_outcomes;
CREATE VIEW planned_outcomes AS
SELECT r.id AS record_id, r.source, o.outcome_index, o.type, o.measure, o.description, o.time_frame, v.payload_sha256, o.pointer,
       p.instrument, p.subscale, p.domain
FROM planned_outcome o JOIN record r USING (record_no) JOIN record_version v ON v.version_no = r.version_no
LEFT JOIN planned_reading p ON p.record_id = r.id AND p.outcome_index = o.outcome_index;
