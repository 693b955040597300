-- A number of participants that is not stated is NULL, as is whether numbers are
-- adjusted where the source does not say so.
DROP VIEW findings;
CREATE VIEW findings AS
SELECT id AS finding_id, question, title, substance, condition, domain, measure, formula, method, test, k, nullif(n, 0) AS n, estimate,
       document ->> '$.primary.se' AS se, ci_lb, ci_ub,
       document ->> '$.primary.ci_unguarded_lb' AS ci_unguarded_lb, document ->> '$.primary.ci_unguarded_ub' AS ci_unguarded_ub,
       document ->> '$.headline.kind' AS headline_kind, document ->> '$.headline.estimate' AS headline_estimate,
       document ->> '$.headline.lb' AS headline_lb, document ->> '$.headline.ub' AS headline_ub,
       document ->> '$.primary.pi_lb' AS pi_lb, document ->> '$.primary.pi_ub' AS pi_ub,
       document ->> '$.primary.tau2' AS tau2, document ->> '$.primary.i2_q' AS i2_q, document ->> '$.primary.i2_tau2' AS i2_tau2,
       document ->> '$.primary.q' AS q, document ->> '$.primary.q_p' AS q_p,
       certainty, signed, document -> '$.primary.warnings' AS warnings
FROM finding;

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
       document ->> '$.adjusted' AS adjusted,
       measure, formula, estimate, variance, document ->> '$.se' AS se,
       document ->> '$.ci_lb' AS ci_lb, document ->> '$.ci_ub' AS ci_ub,
       document ->> '$.ratio' AS ratio, document ->> '$.ratio_lb' AS ratio_lb, document ->> '$.ratio_ub' AS ratio_ub,
       document ->> '$.n1' AS n1, document ->> '$.mean1' AS mean1, document ->> '$.sd1' AS sd1,
       document ->> '$.n2' AS n2, document ->> '$.mean2' AS mean2, document ->> '$.sd2' AS sd2,
       document ->> '$.events1' AS events1, document ->> '$.events2' AS events2,
       document ->> '$.risk_of_bias' AS risk_of_bias, channel, document ->> '$.doi' AS doi, document ->> '$.source' AS source,
       verdict, reason, document -> '$.flags' AS flags, document -> '$.inputs' AS inputs
FROM effect;
