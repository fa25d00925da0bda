-- One receiver is one however older rows have it written; the ended ones may be sent again.
UPDATE deliveries SET host = one.host
FROM (SELECT workspace_id, id, regexp_replace(regexp_replace(
            lower(substring(url FROM '^[^:]+://[^/?#]+')),
            '^(http://.+):80$|^(https://.+):443$', '\1\2'), '\.(:[0-9]+)?$', '\1') AS host
      FROM deliveries) AS one
WHERE deliveries.workspace_id = one.workspace_id AND deliveries.id = one.id AND deliveries.host <> one.host;

-- Nothing is due before what it has to wait for.
UPDATE deliveries SET due_at = line.due_at
FROM (SELECT workspace_id, id, max(due_at) OVER (PARTITION BY workspace_id, task_id, url ORDER BY number) AS due_at
      FROM deliveries WHERE state = 'waiting') AS line
WHERE deliveries.workspace_id = line.workspace_id AND deliveries.id = line.id AND deliveries.due_at < line.due_at;

-- Behind the rows, so that nobody who queues something waits for those.
ALTER TABLE deliveries ADD COLUMN spared_until TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN deliveries.spared_until IS 'it was not answered: until then nothing is sent to its receiver';

-- Receiver by receiver, and of each in the order in which they are due: a look costs what may be sent, not what waits.
DROP INDEX deliveries_due_ix;
CREATE INDEX deliveries_due_ix ON deliveries (workspace_id, host, due_at, number) WHERE state = 'waiting';
CREATE INDEX deliveries_spared_ix ON deliveries (workspace_id, host, spared_until) WHERE spared_until IS NOT NULL;
