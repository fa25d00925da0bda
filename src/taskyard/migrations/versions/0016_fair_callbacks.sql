-- Workspace by workspace and in the order in which they are due: a look costs what may be sent, not what waits.
DROP INDEX deliveries_due_ix;
CREATE INDEX deliveries_due_ix ON deliveries (workspace_id, due_at, number) WHERE state = 'waiting';
DROP INDEX deliveries_sending_ix;
CREATE INDEX deliveries_sending_ix ON deliveries (workspace_id, host) WHERE state = 'sending';
CREATE INDEX deliveries_open_ix ON deliveries (workspace_id, task_id, number) WHERE state IN ('waiting', 'sending');
