-- What columns say since evidence is bounded by its publication and reports name the policy's numbers.

COMMENT ON COLUMN frontlog.control_evidence.occurred_latest IS
    'Latest possible day; of what is told since a day, the report''s publication. NULL: unbounded.';
COMMENT ON COLUMN frontlog.replay_differences.note IS
    'Why an article keeps its coding; who decided and why; the numbers of the policy by which a holding may differ.';
