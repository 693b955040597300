-- What became of each posted value: the mark of an effect, or the code and the
-- sentence of why none is made from it.
ALTER TABLE arm_result ADD COLUMN use TEXT;
DROP VIEW arm_results;
CREATE VIEW arm_results AS
SELECT record_id, outcome_index, outcome_title, class_index, class_title, category_index, category_title, group_id, group_title,
       param_type, value_raw, value, dispersion_type, spread_raw, lower_raw, upper_raw, n, unit, timepoint_raw, timepoint_weeks,
       instrument, domain, score_type, verdict, reason, payload_sha256, pointer, timepoint_origin, flags, use
FROM arm_result;
