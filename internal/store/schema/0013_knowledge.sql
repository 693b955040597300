-- What protocols say in free text, and the sexual and relational outcomes of all
-- stored trials: derived by the analysis, for readers and exports.
CREATE TABLE coded_text (
  seq        INTEGER PRIMARY KEY,
  record_id  TEXT NOT NULL,
  code_group TEXT NOT NULL,
  code       TEXT NOT NULL,
  stance     TEXT NOT NULL,
  quote      TEXT NOT NULL,
  field      TEXT NOT NULL,
  pointer    TEXT
) STRICT;
CREATE VIEW coded_texts AS
SELECT record_id, code_group, code, stance, quote, field, pointer FROM coded_text;

CREATE TABLE sexual_outcome (
  seq      INTEGER PRIMARY KEY,
  document TEXT NOT NULL
) STRICT;
CREATE VIEW sexual_outcomes AS
SELECT document ->> '$.record_id' AS record_id, document ->> '$.study_id' AS study_id, document ->> '$.label' AS study_label,
       document -> '$.substances' AS substances, document ->> '$.kind' AS kind, document ->> '$.what' AS outcome,
       document ->> '$.outcome_type' AS type, document ->> '$.instrument' AS instrument, document ->> '$.domain' AS domain,
       document ->> '$.time_frame' AS time_frame, document ->> '$.reported' AS reported, document ->> '$.arm' AS arm,
       document ->> '$.affected' AS affected, document ->> '$.at_risk' AS at_risk,
       document ->> '$.provenance.payload_sha256' AS payload_sha256, document ->> '$.provenance.pointer' AS pointer
FROM sexual_outcome;
