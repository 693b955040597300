-- What a source does not say is NULL: whether a paper is a preprint or was
-- retracted, whether numbers are adjusted, how many sides an interval has.
DROP VIEW publications;
ALTER TABLE publication ADD COLUMN as_preprint INTEGER;
ALTER TABLE publication ADD COLUMN as_retracted INTEGER;
UPDATE publication SET as_preprint = nullif(preprint, 0), as_retracted = nullif(retracted, 0);
ALTER TABLE publication DROP COLUMN preprint;
ALTER TABLE publication DROP COLUMN retracted;
ALTER TABLE publication RENAME COLUMN as_preprint TO preprint;
ALTER TABLE publication RENAME COLUMN as_retracted TO retracted;
CREATE VIEW publications AS
SELECT r.id AS record_id, r.source, p.pmid, p.pmcid, p.doi, p.title, p.journal, p.volume, p.issue, p.pages, p.published,
       p.authors, p.types, p.language, p.preprint, p.retracted, r.url, v.payload_sha256, v.pointer
FROM publication p JOIN record r USING (record_no) JOIN record_version v ON v.version_no = r.version_no;

ALTER TABLE arm_result ADD COLUMN by_model INTEGER;
UPDATE arm_result SET by_model = nullif(adjusted, 0);
ALTER TABLE arm_result DROP COLUMN adjusted;
ALTER TABLE arm_result RENAME COLUMN by_model TO adjusted;

DROP VIEW contrasts;
ALTER TABLE contrast ADD COLUMN by_model INTEGER;
ALTER TABLE contrast ADD COLUMN sides INTEGER;
UPDATE contrast SET by_model = nullif(adjusted, 0), sides = nullif(ci_sides, 0);
ALTER TABLE contrast DROP COLUMN adjusted;
ALTER TABLE contrast DROP COLUMN ci_sides;
ALTER TABLE contrast RENAME COLUMN by_model TO adjusted;
ALTER TABLE contrast RENAME COLUMN sides TO ci_sides;
CREATE VIEW contrasts AS
SELECT record_id, study_id, outcome_index, analysis_index, outcome_title, group_ids, kind, param_raw, estimate, ci_level, ci_sides,
       lower, upper, se, p_raw, p, p_op, method, adjusted, sign, verdict, reason, payload_sha256, pointer
FROM contrast;
