-- What schema frontlog says of itself.

-- name: views
-- A row a column, with the view's comment and the column's.
SELECT c.relname, coalesce(obj_description(c.oid), ''), a.attname, format_type(a.atttypid, a.atttypmod),
       coalesce(col_description(c.oid, a.attnum), '')
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'frontlog'::regnamespace AND c.relkind = 'v'
 ORDER BY c.relname COLLATE "C", a.attnum

-- name: functions
-- A row a function: name, arguments, comment, and names and types of the columns it returns.
SELECT p.proname, pg_get_function_arguments(p.oid), coalesce(obj_description(p.oid, 'pg_proc'), ''),
       array_agg(o.name ORDER BY o.n), array_agg(format_type(o.type, NULL) ORDER BY o.n)
  FROM pg_proc p
 CROSS JOIN LATERAL unnest(p.proargnames, p.proallargtypes, p.proargmodes) WITH ORDINALITY AS o (name, type, mode, n)
 WHERE p.pronamespace = 'frontlog'::regnamespace AND o.mode = 't'
 GROUP BY p.oid, p.proname
 ORDER BY p.proname COLLATE "C"
