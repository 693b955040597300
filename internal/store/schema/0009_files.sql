-- Files that were imported. A file of many records is kept as one payload per
-- record; the file's own hash and the offsets say where each was. bytes and
-- sha256 are NULL while the file has not been read to its end.
CREATE TABLE file (
  file_no INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  member  TEXT,
  at      TEXT NOT NULL,
  bytes   INTEGER,
  sha256  TEXT CHECK (length(sha256) = 64)
) STRICT;
ALTER TABLE arrival ADD COLUMN file_no INTEGER REFERENCES file;
-- The payload is the first file_head bytes of the file and what follows at file_offset.
ALTER TABLE arrival ADD COLUMN file_offset INTEGER;
ALTER TABLE arrival ADD COLUMN file_head INTEGER;
