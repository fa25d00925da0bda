CREATE TABLE archives (
	workspace_id UUID NOT NULL,
	id UUID NOT NULL,
	name TEXT NOT NULL,
	state TEXT NOT NULL,
	selection JSONB NOT NULL,
	projects JSONB NOT NULL,
	asked BIGINT NOT NULL,
	tasks BIGINT NOT NULL,
	left_out BIGINT NOT NULL,
	restored BIGINT NOT NULL,
	wanted BIGINT NOT NULL,
	done BIGINT NOT NULL,
	bytes BIGINT,
	sha256 TEXT,
	passage_id UUID,
	attempt INTEGER NOT NULL,
	reason TEXT,
	created_by UUID,
	created_by_name TEXT,
	due_project UUID,
	due_on DATE,
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT archives_pkey PRIMARY KEY (workspace_id, id),
	CONSTRAINT archives_state_check CHECK (state IN ('queued', 'writing', 'removing', 'completed', 'restoring', 'restored', 'failed', 'cancelled', 'deleting')),
	CONSTRAINT archives_file_check CHECK (num_nulls(sha256, bytes, passage_id) IN (0, 3))
);
CREATE INDEX archives_recent_ix ON archives (workspace_id, id DESC);
CREATE UNIQUE INDEX archives_due_key ON archives (workspace_id, due_project, due_on) WHERE due_project IS NOT NULL;
COMMENT ON COLUMN archives.selection IS 'what was asked for, as it was asked';
COMMENT ON COLUMN archives.projects IS 'whose tasks, as they were called then';
COMMENT ON COLUMN archives.asked IS 'the tasks that fitted when it was asked';
COMMENT ON COLUMN archives.tasks IS 'those that went into it, restored ones included';
COMMENT ON COLUMN archives.left_out IS 'those that stayed in the list';
COMMENT ON COLUMN archives.restored IS 'those that went back';
COMMENT ON COLUMN archives.wanted IS 'those that the present restore is about';
COMMENT ON COLUMN archives.done IS 'how many the present work is through with';
COMMENT ON COLUMN archives.bytes IS 'of the file, compressed';
COMMENT ON COLUMN archives.sha256 IS 'of the file; its key in the file store';
COMMENT ON COLUMN archives.passage_id IS 'what keeps the file in the store';
COMMENT ON COLUMN archives.attempt IS 'grows with each worker that begins; only the last one may go on';
COMMENT ON COLUMN archives.created_by IS 'null: by itself, its tasks had rested long enough';
COMMENT ON COLUMN archives.due_project IS 'the project that archives by itself';
COMMENT ON COLUMN archives.due_on IS 'the day on which it was looked at';

CREATE TABLE archive_items (
	workspace_id UUID NOT NULL,
	archive_id UUID NOT NULL,
	number BIGINT NOT NULL,
	task_id UUID NOT NULL,
	project_id UUID NOT NULL,
	external_id TEXT,
	outcome TEXT NOT NULL,
	reason TEXT,
	sha256 TEXT,
	is_wanted BOOLEAN DEFAULT false NOT NULL,
	CONSTRAINT archive_items_pkey PRIMARY KEY (workspace_id, archive_id, number),
	CONSTRAINT archive_items_workspace_id_archive_id_task_id_key UNIQUE (workspace_id, archive_id, task_id),
	CONSTRAINT archive_items_outcome_check CHECK (outcome IN ('asked', 'written', 'archived', 'left_out', 'restored'))
);
CREATE UNIQUE INDEX archive_items_archived_key ON archive_items (workspace_id, task_id) WHERE outcome = 'archived';
COMMENT ON COLUMN archive_items.number IS 'the order of the lines of the file';
COMMENT ON COLUMN archive_items.reason IS 'why it was left out, or could not be restored';
COMMENT ON COLUMN archive_items.sha256 IS 'of its content as it was written';
COMMENT ON COLUMN archive_items.is_wanted IS 'somebody asked to have it restored';

ALTER TABLE projects
	ADD COLUMN archive_after_days INTEGER,
	ADD CONSTRAINT projects_archive_after_days_check CHECK (archive_after_days > 0);
COMMENT ON COLUMN projects.archive_after_days IS 'finished tasks go to the archive by themselves after so many days at rest; null: never';
