-- What became of each posted value: the mark of an effect, or the code and the
-- sentence of why none is made from it.
ALTER TABLE arm_result ADD COLUMN use TEXT;
DROP VIEW arm_results;
CREATE VIEW arm_results AS
SELECT record_id, outcome_index, outcome_title, class_index, class_title, category_index, category_title, group_id, group_title,
       param_type, value_raw, value, dispersion_type, spread_raw, lower_raw, upper_raw, n, unit, timepoint_raw, timepoint_weeks,
       instrument, domain, score_type, verdict, reason, payload_sha256, pointer, timepoint_origin, flags, use
FROM arm_result;

DROP VIEW effects;
CREATE VIEW effects AS
SELECT id AS effect_id, study_id, study_label, document ->> '$.year' AS year, record_id, substance, document ->> '$.drug' AS drug, condition,
       document ->> '$.comparator' AS comparator, comparator_class, document ->> '$.background' AS background,
       document ->> '$.arm_treat' AS arm_treat, document ->> '$.arm_ctrl' AS arm_ctrl,
       document ->> '$.dose_treat' AS dose_treat, document ->> '$.dose_ctrl' AS dose_ctrl,
       document ->> '$.design' AS design, document ->> '$.blinding' AS blinding,
       instrument, domain, document ->> '$.score_type' AS score_type, document ->> '$.timepoint_raw' AS timepoint_raw,
       timepoint_weeks, document ->> '$.timepoint_origin' AS timepoint_origin,
       CASE document ->> '$.higher_better' WHEN 1 THEN 'yes' WHEN 0 THEN 'no' ELSE document ->> '$.higher_better' END AS higher_better,
       CASE document ->> '$.post_crossover' WHEN 1 THEN 'yes' WHEN 0 THEN 'no' ELSE document ->> '$.post_crossover' END AS post_crossover,
       coalesce(document ->> '$.adjusted', 0) AS adjusted,
       measure, formula, estimate, variance, document ->> '$.se' AS se,
       document ->> '$.ci_lb' AS ci_lb, document ->> '$.ci_ub' AS ci_ub,
       document ->> '$.ratio' AS ratio, document ->> '$.ratio_lb' AS ratio_lb, document ->> '$.ratio_ub' AS ratio_ub,
       document ->> '$.n1' AS n1, document ->> '$.mean1' AS mean1, document ->> '$.sd1' AS sd1,
       document ->> '$.n2' AS n2, document ->> '$.mean2' AS mean2, document ->> '$.sd2' AS sd2,
       document ->> '$.events1' AS events1, document ->> '$.events2' AS events2,
       document ->> '$.risk_of_bias' AS risk_of_bias, channel, document ->> '$.doi' AS doi, document ->> '$.source' AS source,
       verdict, reason, document -> '$.flags' AS flags, document -> '$.inputs' AS inputs
FROM effect;
