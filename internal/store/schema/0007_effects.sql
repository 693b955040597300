-- An effect that could not be computed has no numbers: they are NULL, and the
-- view gives every field of an effect.
DROP VIEW effects;
ALTER TABLE effect RENAME TO effect_before;
DROP INDEX effect_study;
CREATE TABLE effect (
  id               TEXT PRIMARY KEY,
  study_id         TEXT NOT NULL,
  study_label      TEXT NOT NULL,
  record_id        TEXT,
  substance        TEXT NOT NULL,
  condition        TEXT NOT NULL,
  comparator_class TEXT NOT NULL,
  domain           TEXT NOT NULL,
  instrument       TEXT,
  timepoint_weeks  REAL,
  measure          TEXT NOT NULL,
  formula          TEXT NOT NULL,
  estimate         REAL,
  variance         REAL,
  channel          TEXT NOT NULL,
  verdict          TEXT NOT NULL,
  reason           TEXT NOT NULL,
  document         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO effect
SELECT id, study_id, study_label, record_id, substance, condition, comparator_class, domain, instrument, timepoint_weeks, measure, formula,
       iif(variance > 0, estimate, NULL), iif(variance > 0, variance, NULL), channel, verdict, reason,
       iif(variance > 0, document, json_set(document, '$.estimate', NULL, '$.variance', NULL, '$.se', NULL, '$.ci_lb', NULL, '$.ci_ub', NULL))
FROM effect_before;
DROP TABLE effect_before;
CREATE INDEX effect_study ON effect (study_id);

CREATE VIEW effects AS
SELECT id AS effect_id, study_id, study_label, document ->> '$.year' AS year, record_id, substance, condition,
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
