-- What was collected: kept for ever, and what is parsed from it.

-- A distinct body, byte for byte, stored once.
CREATE TABLE payload (
  payload_no INTEGER PRIMARY KEY,
  sha256     TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  bytes      INTEGER NOT NULL,
  encoding   TEXT NOT NULL CHECK (encoding IN ('zstd', 'raw')),
  body       BLOB NOT NULL
) STRICT;

-- Each time a body came.
CREATE TABLE arrival (
  arrival_no    INTEGER PRIMARY KEY,
  payload_no    INTEGER NOT NULL REFERENCES payload,
  kind          TEXT NOT NULL CHECK (kind IN ('snapshot', 'history')),
  source        TEXT NOT NULL,
  record_id     TEXT,
  url           TEXT NOT NULL,
  fetched_at    TEXT NOT NULL,
  status        INTEGER NOT NULL,
  etag          TEXT,
  last_modified TEXT,
  media_type    TEXT,
  run           TEXT
) STRICT;
CREATE INDEX arrival_payload ON arrival (payload_no);
CREATE INDEX arrival_url ON arrival (url) WHERE etag IS NOT NULL OR last_modified IS NOT NULL;

-- Each request and its outcome.
CREATE TABLE fetch (
  fetch_no       INTEGER PRIMARY KEY,
  source         TEXT NOT NULL,
  url            TEXT NOT NULL,
  method         TEXT NOT NULL,
  at             TEXT NOT NULL,
  took_ms        INTEGER NOT NULL,
  status         INTEGER NOT NULL,
  bytes          INTEGER NOT NULL,
  payload_sha256 TEXT,
  attempt        INTEGER NOT NULL,
  error          TEXT
) STRICT;

-- A query of a source and where it stands.
CREATE TABLE query (
  query_no INTEGER PRIMARY KEY,
  source   TEXT NOT NULL,
  key      TEXT NOT NULL,
  text     TEXT NOT NULL,
  next     TEXT NOT NULL,
  done     INTEGER NOT NULL CHECK (done IN (0, 1)),
  seen     INTEGER NOT NULL,
  total    INTEGER,
  since    TEXT,
  run      TEXT,
  at       TEXT,
  cursor   TEXT NOT NULL,
  UNIQUE (source, key)
) STRICT;

-- One reading of a query's hit list; incremental readings (since) are lists of their own.
CREATE TABLE hit_list (
  list_no  INTEGER PRIMARY KEY,
  query_no INTEGER NOT NULL REFERENCES query,
  since    TEXT,
  begun_at TEXT,
  run      TEXT,
  complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
  total    INTEGER
) STRICT;
CREATE INDEX hit_list_query ON hit_list (query_no, list_no);

CREATE TABLE hit (
  list_no   INTEGER NOT NULL REFERENCES hit_list,
  rank      INTEGER NOT NULL,
  record_id TEXT NOT NULL,
  PRIMARY KEY (list_no, rank)
) STRICT, WITHOUT ROWID;

-- The high-water mark of a source.
CREATE TABLE mark (
  source   TEXT PRIMARY KEY,
  stamp    TEXT NOT NULL,
  complete TEXT,
  plan     TEXT NOT NULL,
  skew_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A register said that it no longer has a record; returned_at when it came back.
CREATE TABLE tombstone (
  tombstone_no INTEGER PRIMARY KEY,
  source       TEXT NOT NULL,
  record_id    TEXT NOT NULL,
  at           TEXT NOT NULL,
  run          TEXT,
  returned_at  TEXT
) STRICT;
CREATE UNIQUE INDEX tombstone_open ON tombstone (source, record_id) WHERE returned_at IS NULL;
CREATE INDEX tombstone_record ON tombstone (source, record_id);

-- What could not be read or does not fit.
CREATE TABLE problem (
  problem_no     INTEGER PRIMARY KEY,
  level          TEXT NOT NULL CHECK (level IN ('payload', 'record')),
  source         TEXT NOT NULL,
  record_id      TEXT NOT NULL,
  kind           TEXT NOT NULL,
  place          TEXT NOT NULL,
  message        TEXT NOT NULL,
  retry          TEXT,
  payload_sha256 TEXT NOT NULL,
  at             TEXT NOT NULL,
  resolved_at    TEXT
) STRICT;
CREATE UNIQUE INDEX problem_same ON problem (source, record_id, level, kind, place, message, payload_sha256);
CREATE INDEX problem_open ON problem (source) WHERE resolved_at IS NULL;

-- One run of a stage.
CREATE TABLE run (
  run_no  INTEGER PRIMARY KEY,
  id      TEXT NOT NULL UNIQUE,
  stage   TEXT NOT NULL,
  args    TEXT,
  parent  TEXT,
  pid     INTEGER NOT NULL,
  host    TEXT NOT NULL,
  started TEXT NOT NULL,
  ended   TEXT,
  exit    INTEGER,
  error   TEXT,
  counts  TEXT
) STRICT;

-- Small values that stages leave for the next run.
CREATE TABLE state (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who has, or last had, the database open for writing.
CREATE TABLE writer (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  pid      INTEGER NOT NULL,
  host     TEXT NOT NULL,
  what     TEXT NOT NULL,
  since    TEXT NOT NULL,
  released TEXT
) STRICT;

-- How record_version.body is written.
CREATE TABLE layout (
  layout_no INTEGER PRIMARY KEY,
  text      TEXT NOT NULL UNIQUE
) STRICT;

-- A record in its current version.
CREATE TABLE record (
  record_no            INTEGER PRIMARY KEY,
  source               TEXT NOT NULL,
  id                   TEXT NOT NULL,
  kind                 TEXT NOT NULL,
  version_no           INTEGER NOT NULL,
  url                  TEXT,
  title                TEXT,
  official_title       TEXT,
  acronym              TEXT,
  aliases              TEXT,
  secondary_ids        TEXT,
  status               TEXT,
  status_raw           TEXT,
  status_derived       INTEGER NOT NULL,
  last_known_status    TEXT,
  why_stopped          TEXT,
  start                TEXT,
  start_type           TEXT,
  primary_completion   TEXT,
  primary_completion_type TEXT,
  completion           TEXT,
  completion_type      TEXT,
  status_verified      TEXT,
  first_submitted      TEXT,
  first_posted         TEXT,
  results_first_posted TEXT,
  last_update_submit   TEXT,
  last_update_posted   TEXT,
  study_type           TEXT,
  phases               TEXT,
  allocation           TEXT,
  intervention_model   TEXT,
  primary_purpose      TEXT,
  masking              TEXT,
  who_masked           TEXT,
  enrollment           INTEGER,
  enrollment_type      TEXT,
  sex                  TEXT,
  minimum_age          TEXT,
  maximum_age          TEXT,
  conditions           TEXT,
  keywords             TEXT,
  mesh_terms           TEXT,
  sponsor              TEXT,
  sponsor_class        TEXT,
  collaborators        TEXT,
  countries            TEXT,
  documents            TEXT,
  results_in_qc        INTEGER NOT NULL,
  has_results          INTEGER NOT NULL,
  unknown_keys         TEXT,
  indexed              INTEGER NOT NULL,
  UNIQUE (id, source)
) STRICT;
CREATE INDEX record_source ON record (source, id);
CREATE INDEX record_unindexed ON record (record_no) WHERE indexed = 0;

-- A record's normalised form, one row each time its content changed.
CREATE TABLE record_version (
  version_no     INTEGER PRIMARY KEY,
  record_no      INTEGER NOT NULL REFERENCES record,
  origin         TEXT NOT NULL CHECK (origin IN ('snapshot', 'register')),
  seen           TEXT NOT NULL,
  last_seen      TEXT NOT NULL,
  content_hash   TEXT NOT NULL,
  payload_sha256 TEXT NOT NULL,
  pointer        TEXT NOT NULL,
  label          TEXT,
  stated         TEXT,
  layout_no      INTEGER NOT NULL REFERENCES layout,
  bytes          INTEGER NOT NULL,
  body           BLOB NOT NULL
) STRICT;
CREATE INDEX record_version_record ON record_version (record_no, origin, seen);
CREATE INDEX record_version_payload ON record_version (payload_sha256);

CREATE TABLE arm (
  record_no          INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  arm_index          INTEGER NOT NULL,
  label              TEXT NOT NULL,
  type               TEXT,
  description        TEXT,
  intervention_names TEXT,
  pointer            TEXT,
  PRIMARY KEY (record_no, arm_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE intervention (
  record_no          INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  intervention_index INTEGER NOT NULL,
  type               TEXT,
  name               TEXT NOT NULL,
  description        TEXT,
  arm_labels         TEXT,
  other_names        TEXT,
  PRIMARY KEY (record_no, intervention_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE planned_outcome (
  record_no     INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  outcome_index INTEGER NOT NULL,
  type          TEXT NOT NULL,
  measure       TEXT NOT NULL,
  description   TEXT,
  time_frame    TEXT,
  pointer       TEXT,
  PRIMARY KEY (record_no, outcome_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE reference (
  record_no       INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  reference_index INTEGER NOT NULL,
  pmid            TEXT,
  doi             TEXT,
  type            TEXT,
  citation        TEXT,
  retractions     TEXT,
  pointer         TEXT,
  PRIMARY KEY (record_no, reference_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_pmid ON reference (pmid) WHERE pmid IS NOT NULL;
CREATE INDEX reference_doi ON reference (doi) WHERE doi IS NOT NULL;

-- A posted outcome with its table of value cells; the view measurements shows
-- one row per cell.
CREATE TABLE posted_outcome (
  record_no        INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  position         INTEGER NOT NULL,
  outcome_index    INTEGER NOT NULL,
  type             TEXT,
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
) STRICT, WITHOUT ROWID;

CREATE TABLE posted_analysis (
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
  FOREIGN KEY (record_no, position) REFERENCES posted_outcome ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE event_group (
  record_no        INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  group_index      INTEGER NOT NULL,
  group_id         TEXT NOT NULL,
  title            TEXT,
  description      TEXT,
  deaths_affected  INTEGER,
  deaths_at_risk   INTEGER,
  serious_affected INTEGER,
  serious_at_risk  INTEGER,
  other_affected   INTEGER,
  other_at_risk    INTEGER,
  PRIMARY KEY (record_no, group_index)
) STRICT, WITHOUT ROWID;

-- The adverse events of a record; the view adverse_events shows one row per
-- term and group.
CREATE TABLE event_list (
  record_no   INTEGER PRIMARY KEY REFERENCES record ON DELETE CASCADE,
  event_count INTEGER NOT NULL,
  stat_count  INTEGER NOT NULL,
  pointer     TEXT NOT NULL,
  events      TEXT NOT NULL
) STRICT;

CREATE TABLE publication (
  record_no INTEGER PRIMARY KEY REFERENCES record ON DELETE CASCADE,
  pmid      TEXT,
  pmcid     TEXT,
  doi       TEXT,
  title     TEXT,
  journal   TEXT,
  volume    TEXT,
  issue     TEXT,
  pages     TEXT,
  published TEXT,
  authors   TEXT,
  types     TEXT,
  language  TEXT,
  preprint  INTEGER NOT NULL,
  retracted INTEGER NOT NULL
) STRICT;
CREATE INDEX publication_pmid ON publication (pmid) WHERE pmid IS NOT NULL;
CREATE INDEX publication_doi ON publication (doi) WHERE doi IS NOT NULL;

CREATE TABLE trial_mention (
  record_no     INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  mention_index INTEGER NOT NULL,
  trial_id      TEXT NOT NULL,
  place         TEXT,
  pointer       TEXT,
  PRIMARY KEY (record_no, mention_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX trial_mention_trial ON trial_mention (trial_id);

CREATE TABLE related_work (
  record_no     INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  related_index INTEGER NOT NULL,
  type          TEXT,
  pmid          TEXT,
  doi           TEXT,
  note          TEXT,
  label         TEXT,
  date          TEXT,
  PRIMARY KEY (record_no, related_index)
) STRICT, WITHOUT ROWID;
