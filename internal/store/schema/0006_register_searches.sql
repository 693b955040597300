-- What each source was asked, for which substances and conditions, and what it
-- did with the words: the ground on which an absence may be stated.
ALTER TABLE hit_list ADD COLUMN text TEXT;
ALTER TABLE hit_list ADD COLUMN substances TEXT;
ALTER TABLE hit_list ADD COLUMN conditions TEXT;
ALTER TABLE hit_list ADD COLUMN read_at TEXT;
ALTER TABLE hit_list ADD COLUMN translation TEXT;
ALTER TABLE hit_list ADD COLUMN not_found TEXT;

-- When the source last said that nothing had changed since mark.complete.
ALTER TABLE mark ADD COLUMN unchanged_at TEXT;

-- One row per reading of a query: source, key, words, concepts, day, complete or not, the register's own count and the
-- hits that were read. An incremental reading has since and lists changes alone. Concept lists are JSON arrays of
-- vocabulary ids; NULL in readings made before they were kept, [] where the query did not name any.
CREATE VIEW register_searches AS
SELECT q.source, q.key AS query_key, coalesce(l.text, q.text) AS text, l.substances, l.conditions, l.begun_at,
       coalesce(l.read_at, q.at) AS read_at, l.complete, l.total, (SELECT count(DISTINCT h.record_id) FROM hit h WHERE h.list_no = l.list_no) AS hits,
       l.since, l.translation, l.not_found, l.run, m.unchanged_at
FROM hit_list l JOIN query q USING (query_no) LEFT JOIN mark m ON m.source = q.source;
