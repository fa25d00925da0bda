ALTER TABLE step_runs ADD COLUMN aged INTEGER DEFAULT 0 NOT NULL;
COMMENT ON COLUMN step_runs.priority IS 'by which it stands in line: the task''s, less `aged`';
COMMENT ON COLUMN step_runs.aged IS 'how many numbers earlier it stands for having waited';

ALTER TABLE projects
    ADD COLUMN ageing_hours INTEGER,
    ADD CONSTRAINT projects_ageing_hours_check CHECK (ageing_hours > 0);
COMMENT ON COLUMN projects.ageing_hours IS 'a free step run moves one number earlier each time it has waited so long; null: never';
CREATE INDEX projects_ageing_ix ON projects (workspace_id, id) WHERE ageing_hours IS NOT NULL;
-- Workers look for the projects whose work ages; they change its step runs inside the workspace.
CREATE POLICY workers ON projects FOR SELECT TO taskyard_worker USING (true);

CREATE INDEX tasks_reserved_ix ON tasks (workspace_id, reserved_for) WHERE reserved_for IS NOT NULL;
CREATE INDEX step_skips_member_ix ON step_skips (workspace_id, member_id);
COMMENT ON COLUMN reservations.reason IS 'why it ended, in words its holder reads';
