-- A record is its payload and the rows that are queried: the packed copy goes.
CREATE TABLE record_version_new (
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
  dated          TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO record_version_new SELECT version_no, record_no, origin, seen, last_seen, content_hash, payload_sha256, pointer, label, stated, dated FROM record_version;
DROP TABLE record_version;
PRAGMA legacy_alter_table = ON; -- views name the table
ALTER TABLE record_version_new RENAME TO record_version;
PRAGMA legacy_alter_table = OFF;
CREATE INDEX record_version_record ON record_version (record_no, origin, seen);
CREATE INDEX record_version_payload ON record_version (payload_sha256);
DROP TABLE layout;
DROP INDEX record_unindexed;
ALTER TABLE record DROP COLUMN indexed;
