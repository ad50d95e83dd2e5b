-- Comments that said too little or something wrong. The columns themselves are as they were.

COMMENT ON COLUMN frontlog.events.actors IS 'Neutral names of those who act; of a clash all sides.';

DO $$
DECLARE
    named text;
    said text := 'Everyone said to hold it where the claims disagree: all of them when it is disputed or contested; when it '
                 'is controlled or joint, those said to hold it whom Frontlog did not follow (fewer origins, or a side that '
                 'conceded). Else none.';
BEGIN
    FOREACH named IN ARRAY ARRAY['control_status', 'control_history'] LOOP
        EXECUTE format('COMMENT ON COLUMN frontlog.%I.claimants IS %L', named, said);
    END LOOP;
END
$$;

COMMENT ON VIEW frontlog.control_changes IS
    'What control_status showed, and when it changed: a row where the status or the holders of a holding changed, appeared '
    'or went. Never rewritten. A change of dates, extent, verification or fighting alone makes no row: those are in '
    'control_history.';
COMMENT ON COLUMN frontlog.control_history.known IS
    'Times at which the archive, under this edition, supported this row. known @> a moment: as known then; lower(known): '
    'when it came to be known, upper(known): when it ceased to be (both also as known_from, known_to).';

-- the reason why an input was rejected, for whoever may read the operations
COMMENT ON TABLE frontlog_ops.rejected_input IS
    'Input that no repeat would make an article, with the reason. frontlog status prints the newest.';
