-- What is the history of a place?
-- Every state of each of its holdings as it is known today, in the order of time; `valid` are the days on which it held for
-- certain. Without the condition on `known_to` the query also shows what was believed earlier, and until when.
SELECT area, valid_from, valid_to, status, controllers, claimants, since_earliest, verification
  FROM frontlog.control_history
 WHERE place = 'Deir ez-Zor' AND known_to IS NULL
 ORDER BY area NULLS FIRST, valid_from NULLS FIRST;
