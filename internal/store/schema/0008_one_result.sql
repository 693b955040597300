-- A finding has one fitted result, with the guard applied where it acts, and a
-- headline that says what is shown of it; both are empty until a finding is
-- computed again.
DROP VIEW findings;
CREATE VIEW findings AS
SELECT id AS finding_id, question, title, substance, condition, domain, measure, formula, method, test, k, n, estimate,
       document ->> '$.primary.se' AS se, ci_lb, ci_ub,
       document ->> '$.primary.ci_unguarded_lb' AS ci_unguarded_lb, document ->> '$.primary.ci_unguarded_ub' AS ci_unguarded_ub,
       document ->> '$.headline.kind' AS headline_kind, document ->> '$.headline.estimate' AS headline_estimate,
       document ->> '$.headline.lb' AS headline_lb, document ->> '$.headline.ub' AS headline_ub,
       document ->> '$.primary.pi_lb' AS pi_lb, document ->> '$.primary.pi_ub' AS pi_ub,
       document ->> '$.primary.tau2' AS tau2, document ->> '$.primary.i2_q' AS i2_q, document ->> '$.primary.i2_tau2' AS i2_tau2,
       document ->> '$.primary.q' AS q, document ->> '$.primary.q_p' AS q_p,
       certainty, signed, document -> '$.primary.warnings' AS warnings
FROM finding;
