-- Views for people and other programs, and the local search.

CREATE VIEW payloads AS
SELECT p.sha256, a.source, a.record_id, a.url, a.fetched_at, a.status, a.etag, a.last_modified, a.media_type,
       p.bytes, length(p.body) AS stored_bytes
FROM payload p
JOIN arrival a ON a.arrival_no = (SELECT min(arrival_no) FROM arrival WHERE payload_no = p.payload_no);

CREATE VIEW trials AS
SELECT r.id AS record_id, r.source, r.title, r.official_title, r.acronym, r.url, r.status, r.status_raw, r.status_derived,
       r.last_known_status, r.why_stopped, r.study_type, r.phases, r.allocation, r.intervention_model, r.primary_purpose,
       r.masking, r.who_masked, r.enrollment, r.enrollment_type, r.sex, r.minimum_age, r.maximum_age,
       r.start, r.start_type, r.primary_completion, r.primary_completion_type, r.completion, r.completion_type,
       r.status_verified, r.first_submitted, r.first_posted, r.results_first_posted, r.last_update_submit, r.last_update_posted,
       r.conditions, r.keywords, r.mesh_terms, r.sponsor, r.sponsor_class, r.collaborators, r.countries,
       r.aliases, r.secondary_ids, r.has_results, r.results_in_qc,
       (SELECT t.at FROM tombstone t WHERE t.source = r.source AND t.record_id = r.id AND t.returned_at IS NULL) AS gone_since,
       v.seen AS version_seen, v.content_hash, v.payload_sha256, v.pointer
FROM record r JOIN record_version v ON v.version_no = r.version_no
WHERE r.kind = 'trial';

CREATE VIEW arms AS
SELECT r.id AS record_id, r.source, a.arm_index, a.label, a.type, a.description, a.intervention_names, v.payload_sha256, a.pointer
FROM arm a JOIN record r USING (record_no) JOIN record_version v ON v.version_no = r.version_no;

CREATE VIEW planned_outcomes AS
SELECT r.id AS record_id, r.source, o.outcome_index, o.type, o.measure, o.description, o.time_frame, v.payload_sha256, o.pointer
FROM planned_outcome o JOIN record r USING (record_no) JOIN record_version v ON v.version_no = r.version_no;

CREATE VIEW outcome_groups AS
SELECT r.id AS record_id, r.source, o.outcome_index, g.key AS group_index, g.value ->> 0 AS group_id, g.value ->> 1 AS title
FROM posted_outcome o JOIN record r USING (record_no), json_each(o.groups) g;

-- One row per value cell, as posted.
CREATE VIEW measurements AS
SELECT r.id AS record_id, r.source, o.outcome_index, o.title AS outcome_title, c.key AS class_index, c.value ->> 0 AS class_title,
       k.key AS category_index, (c.value -> 2) ->> k.key AS category_title, m.value ->> 0 AS group_id,
       o.param_type, m.value ->> 1 AS value, o.dispersion_type, m.value ->> 2 AS spread, m.value ->> 3 AS lower,
       m.value ->> 4 AS upper, m.value ->> 5 AS comment, o.unit, o.time_frame, v.payload_sha256,
       coalesce(m.value ->> 6,
         o.pointer || '/classes/' || c.key || '/categories/' || k.key || '/measurements/' || m.key) AS pointer
FROM posted_outcome o
JOIN record r USING (record_no)
JOIN record_version v ON v.version_no = r.version_no,
     json_each(o.classes) c, json_each(c.value, '$[3]') k, json_each(k.value) m;

-- One row per adverse event term and group.
CREATE VIEW adverse_events AS
SELECT r.id AS record_id, r.source, e.key AS event_index, e.value ->> 0 AS serious, e.value ->> 1 AS term, e.value ->> 2 AS organ_system,
       e.value ->> 3 AS vocabulary, e.value ->> 4 AS assessment, s.value ->> 0 AS group_id,
       (SELECT g.title FROM event_group g WHERE g.record_no = l.record_no AND g.group_id = s.value ->> 0) AS group_title,
       s.value ->> 1 AS events, s.value ->> 2 AS affected, s.value ->> 3 AS at_risk, e.value ->> 5 AS notes, v.payload_sha256,
       coalesce(s.value ->> 4, l.pointer || (e.value ->> 6) || s.key) AS pointer
FROM event_list l
JOIN record r USING (record_no)
JOIN record_version v ON v.version_no = r.version_no, json_each(l.events) e, json_each(e.value, '$[7]') s;

CREATE VIEW publications AS
SELECT r.id AS record_id, r.source, p.pmid, p.pmcid, p.doi, p.title, p.journal, p.volume, p.issue, p.pages, p.published,
       p.authors, p.types, p.language, p.preprint, p.retracted, r.url, v.payload_sha256, v.pointer
FROM publication p JOIN record r USING (record_no) JOIN record_version v ON v.version_no = r.version_no;

CREATE VIEW links AS
SELECT a, b, kind, strength, reason, undone, payload_sha256, pointer FROM link;

CREATE VIEW studies AS
SELECT id AS study_id, label, year, substances, conditions, topics, design, blinding, status, sponsor, enrollment, randomised, retracted
FROM study;

CREATE VIEW arm_results AS
SELECT record_id, outcome_index, outcome_title, class_index, class_title, category_index, category_title, group_id, group_title,
       param_type, value_raw, value, dispersion_type, spread_raw, lower_raw, upper_raw, n, unit, timepoint_raw, timepoint_weeks,
       instrument, domain, score_type, verdict, reason, payload_sha256, pointer
FROM arm_result;

CREATE VIEW contrasts AS
SELECT record_id, study_id, outcome_index, analysis_index, outcome_title, group_ids, kind, param_raw, estimate, ci_level, ci_sides,
       lower, upper, se, p_raw, p, p_op, method, adjusted, sign, verdict, reason, payload_sha256, pointer
FROM contrast;

CREATE VIEW effects AS
SELECT id AS effect_id, study_id, study_label, document ->> '$.year' AS year, record_id, substance, condition,
       document ->> '$.comparator' AS comparator, comparator_class, document ->> '$.arm_treat' AS arm_treat,
       document ->> '$.arm_ctrl' AS arm_ctrl, document ->> '$.dose_treat' AS dose_treat, document ->> '$.dose_ctrl' AS dose_ctrl,
       instrument, domain, document ->> '$.score_type' AS score_type, document ->> '$.timepoint_raw' AS timepoint_raw,
       timepoint_weeks, measure, formula, estimate, variance, document ->> '$.se' AS se,
       document ->> '$.ci_lb' AS ci_lb, document ->> '$.ci_ub' AS ci_ub,
       document ->> '$.n1' AS n1, document ->> '$.mean1' AS mean1, document ->> '$.sd1' AS sd1,
       document ->> '$.n2' AS n2, document ->> '$.mean2' AS mean2, document ->> '$.sd2' AS sd2,
       document ->> '$.events1' AS events1, document ->> '$.events2' AS events2,
       document ->> '$.risk_of_bias' AS risk_of_bias, channel, document ->> '$.doi' AS doi, document ->> '$.source' AS source,
       verdict, reason, document -> '$.inputs' AS inputs
FROM effect;

CREATE VIEW findings AS
SELECT id AS finding_id, question, title, substance, condition, domain, measure, formula, method, test, k, n, estimate,
       document ->> '$.primary.se' AS se, ci_lb, ci_ub,
       document ->> '$.primary.ci_guarded_lb' AS ci_guarded_lb, document ->> '$.primary.ci_guarded_ub' AS ci_guarded_ub,
       document ->> '$.primary.pi_lb' AS pi_lb, document ->> '$.primary.pi_ub' AS pi_ub,
       document ->> '$.primary.tau2' AS tau2, document ->> '$.primary.i2_q' AS i2_q, document ->> '$.primary.i2_tau2' AS i2_tau2,
       document ->> '$.primary.q' AS q, document ->> '$.primary.q_p' AS q_p,
       certainty, signed, document -> '$.primary.warnings' AS warnings
FROM finding;

-- The local search over titles, conditions, interventions, keywords and
-- summaries. Matches in it are "local text matches", not a register's recall.
CREATE VIRTUAL TABLE search USING fts5 (
  title, conditions, interventions, keywords, summary,
  tokenize = "porter unicode61 remove_diacritics 2"
);
