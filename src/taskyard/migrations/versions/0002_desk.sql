-- Each with a default that needs no rewriting of the table.
ALTER TABLE tasks
    ADD COLUMN audit TEXT,
    ADD COLUMN seconds FLOAT DEFAULT 0 NOT NULL,
    ADD COLUMN cost FLOAT DEFAULT 0 NOT NULL,
    ADD COLUMN reserved_for UUID,
    ADD COLUMN step_priorities JSONB,
    ADD CONSTRAINT tasks_audit_check CHECK (audit IN ('accepted', 'fixed', 'rejected'));
COMMENT ON COLUMN tasks.audit IS 'the last verdict on it; a completed task without one is ready to be audited';
COMMENT ON COLUMN tasks.seconds IS 'people''s time spent on it, all its runs together';
COMMENT ON COLUMN tasks.cost IS 'credits its models have cost, all its runs together';
COMMENT ON COLUMN tasks.reserved_for IS 'the member for whom the next step done by people is kept';
COMMENT ON COLUMN tasks.step_priorities IS 'priorities that hold from a step on, by its id; null: there are none';
CREATE INDEX tasks_batch_ix ON tasks (workspace_id, batch, id) WHERE batch IS NOT NULL;

-- What was spent before it was counted.
UPDATE tasks SET seconds = spent.seconds FROM (
    SELECT workspace_id, task_id, sum(seconds) AS seconds FROM answers
    WHERE member_id IS NOT NULL AND kind = 'answer' AND seconds IS NOT NULL GROUP BY workspace_id, task_id) AS spent
WHERE tasks.workspace_id = spent.workspace_id AND tasks.id = spent.task_id;
