-- What the pipeline works out, and what people decided.

CREATE TABLE study (
  id         TEXT PRIMARY KEY,
  label      TEXT NOT NULL,
  year       INTEGER,
  substances TEXT NOT NULL,
  conditions TEXT NOT NULL,
  topics     TEXT NOT NULL,
  design     TEXT,
  blinding   TEXT,
  status     TEXT,
  sponsor    TEXT,
  enrollment INTEGER,
  randomised INTEGER,
  retracted  TEXT NOT NULL,
  document   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which records and papers tell of a study.
CREATE TABLE study_record (
  study_id  TEXT NOT NULL REFERENCES study ON DELETE CASCADE,
  role      TEXT NOT NULL CHECK (role IN ('record', 'paper')),
  record_id TEXT NOT NULL,
  PRIMARY KEY (study_id, role, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX study_record_record ON study_record (record_id);

CREATE TABLE link (
  link_no        INTEGER PRIMARY KEY,
  a              TEXT NOT NULL,
  b              TEXT NOT NULL,
  kind           TEXT NOT NULL,
  reason         TEXT NOT NULL,
  strength       TEXT NOT NULL,
  undone         TEXT,
  payload_sha256 TEXT,
  pointer        TEXT
) STRICT;
CREATE INDEX link_a ON link (a);
CREATE INDEX link_b ON link (b);

-- One value cell with its verdict.
CREATE TABLE arm_result (
  record_id       TEXT NOT NULL,
  seq             INTEGER NOT NULL,
  id              TEXT NOT NULL,
  study_id        TEXT,
  channel         TEXT NOT NULL,
  outcome_index   INTEGER NOT NULL,
  outcome_title   TEXT,
  outcome_type    TEXT,
  class_index     INTEGER NOT NULL,
  class_title     TEXT,
  category_index  INTEGER NOT NULL,
  category_title  TEXT,
  group_id        TEXT,
  group_title     TEXT,
  param_type      TEXT,
  value_raw       TEXT,
  value           REAL,
  dispersion_type TEXT,
  spread_raw      TEXT,
  lower_raw       TEXT,
  upper_raw       TEXT,
  spread          REAL,
  lower           REAL,
  upper           REAL,
  n               INTEGER,
  n_raw           TEXT,
  unit            TEXT,
  timepoint_raw   TEXT,
  timepoint_weeks REAL,
  instrument      TEXT,
  domain          TEXT,
  score_type      TEXT,
  subscale        TEXT,
  baseline        INTEGER NOT NULL,
  adjusted        INTEGER NOT NULL,
  verdict         TEXT NOT NULL,
  reason          TEXT NOT NULL,
  flags           TEXT,
  payload_sha256  TEXT NOT NULL,
  pointer         TEXT NOT NULL,
  PRIMARY KEY (record_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX arm_result_id ON arm_result (id);

-- A sponsor's between-group analysis, read.
CREATE TABLE contrast (
  record_id      TEXT NOT NULL,
  seq            INTEGER NOT NULL,
  id             TEXT NOT NULL,
  study_id       TEXT,
  outcome_index  INTEGER NOT NULL,
  analysis_index INTEGER NOT NULL,
  outcome_title  TEXT,
  group_ids      TEXT NOT NULL,
  kind           TEXT,
  param_raw      TEXT,
  estimate       REAL,
  ci_level       REAL,
  ci_sides       INTEGER NOT NULL,
  lower          REAL,
  upper          REAL,
  se             REAL,
  p_raw          TEXT,
  p              REAL,
  p_op           TEXT,
  method         TEXT,
  adjusted       INTEGER NOT NULL,
  sign           TEXT,
  verdict        TEXT NOT NULL,
  reason         TEXT NOT NULL,
  payload_sha256 TEXT NOT NULL,
  pointer        TEXT NOT NULL,
  PRIMARY KEY (record_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX contrast_id ON contrast (id);

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
  estimate         REAL NOT NULL,
  variance         REAL NOT NULL,
  channel          TEXT NOT NULL,
  verdict          TEXT NOT NULL,
  reason           TEXT NOT NULL,
  document         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX effect_study ON effect (study_id);

CREATE TABLE finding (
  id        TEXT PRIMARY KEY,
  question  TEXT NOT NULL,
  title     TEXT NOT NULL,
  substance TEXT NOT NULL,
  condition TEXT NOT NULL,
  domain    TEXT NOT NULL,
  measure   TEXT NOT NULL,
  formula   TEXT NOT NULL,
  method    TEXT NOT NULL,
  test      TEXT NOT NULL,
  k         INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  estimate  REAL,
  ci_lb     REAL,
  ci_ub     REAL,
  certainty TEXT NOT NULL,
  signed    INTEGER NOT NULL,
  document  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE claim (
  id       TEXT PRIMARY KEY,
  verdict  TEXT NOT NULL,
  k        INTEGER NOT NULL,
  n        INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
  topic     TEXT NOT NULL,
  substance TEXT NOT NULL,
  document  TEXT NOT NULL,
  PRIMARY KEY (topic, substance)
) STRICT, WITHOUT ROWID;

-- A published edition, kept for ever.
CREATE TABLE edition (
  edition_no       INTEGER PRIMARY KEY,
  id               TEXT NOT NULL UNIQUE,
  date             TEXT NOT NULL,
  data_hash        TEXT NOT NULL,
  software_version TEXT NOT NULL,
  published_at     TEXT NOT NULL,
  run              TEXT,
  document         BLOB NOT NULL
) STRICT;

-- What an edition changed.
CREATE TABLE change (
  change_no  INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  edition_no INTEGER NOT NULL REFERENCES edition,
  at         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  title      TEXT NOT NULL,
  before     TEXT,
  after      TEXT,
  cause      TEXT,
  detail     TEXT
) STRICT;
CREATE INDEX change_edition ON change (edition_no);

-- What the gate before an edition said.
CREATE TABLE gate (
  run         TEXT PRIMARY KEY,
  at          TEXT NOT NULL,
  passed      INTEGER NOT NULL,
  reasons     TEXT,
  accepted_by TEXT,
  accepted_at TEXT,
  why         TEXT
) STRICT, WITHOUT ROWID;

-- What was sent, so that nothing is sent twice.
CREATE TABLE notice (
  channel TEXT NOT NULL,
  key     TEXT NOT NULL,
  at      TEXT NOT NULL,
  PRIMARY KEY (channel, key)
) STRICT, WITHOUT ROWID;

-- A row of a human decision file.
CREATE TABLE decision (
  file   TEXT NOT NULL,
  line   INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  target TEXT NOT NULL,
  who    TEXT NOT NULL,
  at     TEXT NOT NULL,
  what   TEXT NOT NULL,
  why    TEXT NOT NULL,
  stale  TEXT,
  row    TEXT NOT NULL,
  PRIMARY KEY (file, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_kind ON decision (kind);
