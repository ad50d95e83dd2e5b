-- What did a party report against its own side?
-- Losses and withdrawals told by the side that lost or left, or by those it belonged to at the time. Such reports settle a
-- dispute. Add `AND speaker_id = '…'` for one party.
SELECT place, area, event_type, speaker, losers, occurred_latest, source, quote
  FROM frontlog.concessions
 ORDER BY known_at DESC, event_position DESC
 LIMIT 100;
