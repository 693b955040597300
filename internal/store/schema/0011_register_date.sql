-- Versions are ordered by the register's own date of the record, not by when
-- they came: dated is that date, then the register's version number and data
-- day; where the record has no date, the day on which it came.
ALTER TABLE record_version ADD COLUMN dated TEXT NOT NULL DEFAULT '';
UPDATE record_version SET dated = (CASE WHEN stated GLOB '[12][0-9][0-9][0-9]*' THEN trim(stated) ELSE substr(seen, 1, 10) END) || ' v00000000 ';
