-- Texts of posted values and analyses repeat from cell to cell: each is kept once
-- and named by its number. The views arm_result and contrast show the rows as
-- they were. A pointer is a text and, where it ends in one, its last number; an id
-- is NULL where the indexes of the row give it.
CREATE TABLE result_text (
  text_no INTEGER PRIMARY KEY,
  value   TEXT NOT NULL
) STRICT;

CREATE TABLE arm_result_row (
  record_id       TEXT NOT NULL,
  seq             INTEGER NOT NULL,
  id              TEXT,
  study_id        INTEGER,
  channel         INTEGER NOT NULL,
  outcome_index   INTEGER NOT NULL,
  outcome_title   INTEGER,
  outcome_type    INTEGER,
  class_index     INTEGER NOT NULL,
  class_title     INTEGER,
  category_index  INTEGER NOT NULL,
  category_title  INTEGER,
  group_id        INTEGER,
  group_title     INTEGER,
  param_type      INTEGER,
  value_raw       TEXT,
  value           REAL,
  dispersion_type INTEGER,
  spread_raw      TEXT,
  lower_raw       TEXT,
  upper_raw       TEXT,
  spread          REAL,
  lower           REAL,
  upper           REAL,
  n               INTEGER,
  n_raw           TEXT,
  unit            INTEGER,
  timepoint_raw   INTEGER,
  timepoint_weeks REAL,
  timepoint_origin INTEGER,
  instrument      INTEGER,
  domain          INTEGER,
  score_type      INTEGER,
  subscale        INTEGER,
  baseline        INTEGER NOT NULL,
  adjusted        INTEGER,
  use             INTEGER,
  verdict         INTEGER NOT NULL,
  reason          INTEGER NOT NULL,
  flags           INTEGER,
  payload_sha256  INTEGER NOT NULL,
  pointer         INTEGER NOT NULL,
  place           INTEGER,
  PRIMARY KEY (record_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE contrast_row (
  record_id      TEXT NOT NULL,
  seq            INTEGER NOT NULL,
  id             TEXT,
  study_id       INTEGER,
  outcome_index  INTEGER NOT NULL,
  analysis_index INTEGER NOT NULL,
  outcome_title  INTEGER,
  group_ids      INTEGER NOT NULL,
  kind           INTEGER,
  param_raw      INTEGER,
  estimate       REAL,
  ci_level       REAL,
  ci_sides       INTEGER,
  lower          REAL,
  upper          REAL,
  se             REAL,
  p_raw          TEXT,
  p              REAL,
  p_op           INTEGER,
  method         INTEGER,
  adjusted       INTEGER,
  sign           INTEGER,
  verdict        INTEGER NOT NULL,
  reason         INTEGER NOT NULL,
  payload_sha256 INTEGER NOT NULL,
  pointer        INTEGER NOT NULL,
  place          INTEGER,
  PRIMARY KEY (record_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TEMP VIEW arm_result_cut AS
SELECT *, iif(digits = '0' OR digits GLOB '[1-9]*' AND length(digits) < 10, CAST(digits AS INTEGER), NULL) AS place
FROM (SELECT *, substr(pointer, length(rtrim(pointer, '0123456789')) + 1) AS digits FROM main.arm_result);
CREATE TEMP VIEW contrast_cut AS
SELECT *, iif(digits = '0' OR digits GLOB '[1-9]*' AND length(digits) < 10, CAST(digits AS INTEGER), NULL) AS place
FROM (SELECT *, substr(pointer, length(rtrim(pointer, '0123456789')) + 1) AS digits FROM main.contrast);
CREATE UNIQUE INDEX result_text_value ON result_text (value);
INSERT OR IGNORE INTO result_text (value) SELECT study_id FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT channel FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT outcome_title FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT outcome_type FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT class_title FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT category_title FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT group_id FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT group_title FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT param_type FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT dispersion_type FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT unit FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT timepoint_raw FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT timepoint_origin FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT instrument FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT domain FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT score_type FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT subscale FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT use FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT verdict FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT reason FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT flags FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT payload_sha256 FROM arm_result;
INSERT OR IGNORE INTO result_text (value) SELECT iif(place IS NULL, pointer, rtrim(pointer, '0123456789')) FROM arm_result_cut;
INSERT OR IGNORE INTO result_text (value) SELECT study_id FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT outcome_title FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT group_ids FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT kind FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT param_raw FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT p_op FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT method FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT sign FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT verdict FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT reason FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT payload_sha256 FROM contrast;
INSERT OR IGNORE INTO result_text (value) SELECT iif(place IS NULL, pointer, rtrim(pointer, '0123456789')) FROM contrast_cut;
INSERT INTO arm_result_row (record_id, seq, id, study_id, channel, outcome_index, outcome_title, outcome_type, class_index, class_title,
  category_index, category_title, group_id, group_title, param_type, value_raw, value, dispersion_type, spread_raw, lower_raw, upper_raw,
  spread, lower, upper, n, n_raw, unit, timepoint_raw, timepoint_weeks, timepoint_origin, instrument, domain, score_type, subscale,
  baseline, adjusted, use, verdict, reason, flags, payload_sha256, pointer, place)
SELECT record_id, seq, nullif(id, record_id || '/o' || outcome_index || '/c' || class_index || '/k' || category_index || '/m' || place),
       (SELECT text_no FROM result_text WHERE value = v.study_id), (SELECT text_no FROM result_text WHERE value = v.channel),
       outcome_index, (SELECT text_no FROM result_text WHERE value = v.outcome_title),
       (SELECT text_no FROM result_text WHERE value = v.outcome_type), class_index,
       (SELECT text_no FROM result_text WHERE value = v.class_title), category_index,
       (SELECT text_no FROM result_text WHERE value = v.category_title), (SELECT text_no FROM result_text WHERE value = v.group_id),
       (SELECT text_no FROM result_text WHERE value = v.group_title), (SELECT text_no FROM result_text WHERE value = v.param_type),
       value_raw, value, (SELECT text_no FROM result_text WHERE value = v.dispersion_type), spread_raw, lower_raw, upper_raw, spread,
       lower, upper, n, n_raw, (SELECT text_no FROM result_text WHERE value = v.unit),
       (SELECT text_no FROM result_text WHERE value = v.timepoint_raw), timepoint_weeks,
       (SELECT text_no FROM result_text WHERE value = v.timepoint_origin), (SELECT text_no FROM result_text WHERE value = v.instrument),
       (SELECT text_no FROM result_text WHERE value = v.domain), (SELECT text_no FROM result_text WHERE value = v.score_type),
       (SELECT text_no FROM result_text WHERE value = v.subscale), baseline, adjusted,
       (SELECT text_no FROM result_text WHERE value = v.use), (SELECT text_no FROM result_text WHERE value = v.verdict),
       (SELECT text_no FROM result_text WHERE value = v.reason), (SELECT text_no FROM result_text WHERE value = v.flags),
       (SELECT text_no FROM result_text WHERE value = v.payload_sha256),
       (SELECT text_no FROM result_text WHERE value = iif(place IS NULL, pointer, rtrim(pointer, '0123456789'))), place
FROM arm_result_cut v;
INSERT INTO contrast_row (record_id, seq, id, study_id, outcome_index, analysis_index, outcome_title, group_ids, kind, param_raw,
  estimate, ci_level, ci_sides, lower, upper, se, p_raw, p, p_op, method, adjusted, sign, verdict, reason, payload_sha256, pointer, place)
SELECT record_id, seq, nullif(id, record_id || '/o' || outcome_index || '/a' || analysis_index),
       (SELECT text_no FROM result_text WHERE value = v.study_id), outcome_index, analysis_index,
       (SELECT text_no FROM result_text WHERE value = v.outcome_title), (SELECT text_no FROM result_text WHERE value = v.group_ids),
       (SELECT text_no FROM result_text WHERE value = v.kind), (SELECT text_no FROM result_text WHERE value = v.param_raw), estimate,
       ci_level, ci_sides, lower, upper, se, p_raw, p, (SELECT text_no FROM result_text WHERE value = v.p_op),
       (SELECT text_no FROM result_text WHERE value = v.method), adjusted, (SELECT text_no FROM result_text WHERE value = v.sign),
       (SELECT text_no FROM result_text WHERE value = v.verdict), (SELECT text_no FROM result_text WHERE value = v.reason),
       (SELECT text_no FROM result_text WHERE value = v.payload_sha256),
       (SELECT text_no FROM result_text WHERE value = iif(place IS NULL, pointer, rtrim(pointer, '0123456789'))), place
FROM contrast_cut v;
DROP INDEX result_text_value;
DROP VIEW temp.arm_result_cut;
DROP VIEW temp.contrast_cut;
DROP VIEW arm_results;
DROP VIEW contrasts;
DROP TABLE arm_result;
DROP TABLE contrast;

CREATE VIEW arm_result AS
SELECT r.record_id, r.seq,
       coalesce(r.id, r.record_id || '/o' || r.outcome_index || '/c' || r.class_index || '/k' || r.category_index || '/m' || r.place) AS id,
       study_id.value AS study_id, channel.value AS channel, r.outcome_index, outcome_title.value AS outcome_title,
       outcome_type.value AS outcome_type, r.class_index, class_title.value AS class_title, r.category_index,
       category_title.value AS category_title, group_id.value AS group_id, group_title.value AS group_title,
       param_type.value AS param_type, r.value_raw, r.value, dispersion_type.value AS dispersion_type, r.spread_raw, r.lower_raw,
       r.upper_raw, r.spread, r.lower, r.upper, r.n, r.n_raw, unit.value AS unit, timepoint_raw.value AS timepoint_raw, r.timepoint_weeks,
       timepoint_origin.value AS timepoint_origin, instrument.value AS instrument, domain.value AS domain, score_type.value AS score_type,
       subscale.value AS subscale, r.baseline, r.adjusted, use.value AS use, verdict.value AS verdict, reason.value AS reason,
       flags.value AS flags, payload_sha256.value AS payload_sha256, pointer.value || coalesce(r.place, '') AS pointer
FROM arm_result_row r
LEFT JOIN result_text study_id ON study_id.text_no = r.study_id
LEFT JOIN result_text channel ON channel.text_no = r.channel
LEFT JOIN result_text outcome_title ON outcome_title.text_no = r.outcome_title
LEFT JOIN result_text outcome_type ON outcome_type.text_no = r.outcome_type
LEFT JOIN result_text class_title ON class_title.text_no = r.class_title
LEFT JOIN result_text category_title ON category_title.text_no = r.category_title
LEFT JOIN result_text group_id ON group_id.text_no = r.group_id
LEFT JOIN result_text group_title ON group_title.text_no = r.group_title
LEFT JOIN result_text param_type ON param_type.text_no = r.param_type
LEFT JOIN result_text dispersion_type ON dispersion_type.text_no = r.dispersion_type
LEFT JOIN result_text unit ON unit.text_no = r.unit
LEFT JOIN result_text timepoint_raw ON timepoint_raw.text_no = r.timepoint_raw
LEFT JOIN result_text timepoint_origin ON timepoint_origin.text_no = r.timepoint_origin
LEFT JOIN result_text instrument ON instrument.text_no = r.instrument
LEFT JOIN result_text domain ON domain.text_no = r.domain
LEFT JOIN result_text score_type ON score_type.text_no = r.score_type
LEFT JOIN result_text subscale ON subscale.text_no = r.subscale
LEFT JOIN result_text use ON use.text_no = r.use
LEFT JOIN result_text verdict ON verdict.text_no = r.verdict
LEFT JOIN result_text reason ON reason.text_no = r.reason
LEFT JOIN result_text flags ON flags.text_no = r.flags
LEFT JOIN result_text payload_sha256 ON payload_sha256.text_no = r.payload_sha256
LEFT JOIN result_text pointer ON pointer.text_no = r.pointer;

CREATE VIEW contrast AS
SELECT r.record_id, r.seq, coalesce(r.id, r.record_id || '/o' || r.outcome_index || '/a' || r.analysis_index) AS id,
       study_id.value AS study_id, r.outcome_index, r.analysis_index, outcome_title.value AS outcome_title, group_ids.value AS group_ids,
       kind.value AS kind, param_raw.value AS param_raw, r.estimate, r.ci_level, r.ci_sides, r.lower, r.upper, r.se, r.p_raw, r.p,
       p_op.value AS p_op, method.value AS method, r.adjusted, sign.value AS sign, verdict.value AS verdict, reason.value AS reason,
       payload_sha256.value AS payload_sha256, pointer.value || coalesce(r.place, '') AS pointer
FROM contrast_row r
LEFT JOIN result_text study_id ON study_id.text_no = r.study_id
LEFT JOIN result_text outcome_title ON outcome_title.text_no = r.outcome_title
LEFT JOIN result_text group_ids ON group_ids.text_no = r.group_ids
LEFT JOIN result_text kind ON kind.text_no = r.kind
LEFT JOIN result_text param_raw ON param_raw.text_no = r.param_raw
LEFT JOIN result_text p_op ON p_op.text_no = r.p_op
LEFT JOIN result_text method ON method.text_no = r.method
LEFT JOIN result_text sign ON sign.text_no = r.sign
LEFT JOIN result_text verdict ON verdict.text_no = r.verdict
LEFT JOIN result_text reason ON reason.text_no = r.reason
LEFT JOIN result_text payload_sha256 ON payload_sha256.text_no = r.payload_sha256
LEFT JOIN result_text pointer ON pointer.text_no = r.pointer;

CREATE VIEW arm_results AS
SELECT record_id, outcome_index, outcome_title, class_index, class_title, category_index, category_title, group_id, group_title,
       param_type, value_raw, value, dispersion_type, spread_raw, lower_raw, upper_raw, n, unit, timepoint_raw, timepoint_weeks,
       instrument, domain, score_type, verdict, reason, payload_sha256, pointer, timepoint_origin, flags, use
FROM arm_result;

CREATE VIEW contrasts AS
SELECT record_id, study_id, outcome_index, analysis_index, outcome_title, group_ids, kind, param_raw, estimate, ci_level, ci_sides,
       lower, upper, se, p_raw, p, p_op, method, adjusted, sign, verdict, reason, payload_sha256, pointer
FROM contrast;
