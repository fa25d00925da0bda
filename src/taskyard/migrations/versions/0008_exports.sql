-- Exports that are made in the background, and the consumers that get what changed since the last one.

CREATE TABLE export_consumers (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	name TEXT NOT NULL, 
	of_clients BOOLEAN NOT NULL, 
	selection JSONB NOT NULL, 
	position TEXT, 
	position_at TIMESTAMP WITH TIME ZONE, 
	last_export_id UUID, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT export_consumers_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT export_consumers_workspace_id_of_clients_name_key UNIQUE (workspace_id, of_clients, name)
);
COMMENT ON COLUMN export_consumers.selection IS 'what it follows';
COMMENT ON COLUMN export_consumers.position IS 'the snapshot that the last completed export read; null: all goes out';

CREATE TABLE exports (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	name TEXT NOT NULL, 
	format TEXT NOT NULL, 
	selection JSONB NOT NULL, 
	answers TEXT NOT NULL, 
	answers_of TEXT, 
	include TEXT[] NOT NULL, 
	consumer_id UUID, 
	since TEXT, 
	state TEXT NOT NULL, 
	done BIGINT NOT NULL, 
	total BIGINT NOT NULL, 
	tasks BIGINT NOT NULL, 
	answers_given BIGINT NOT NULL, 
	gone BIGINT NOT NULL, 
	files BIGINT NOT NULL, 
	left_out JSONB NOT NULL, 
	bytes BIGINT, 
	sha256 TEXT, 
	passage_id UUID, 
	manifest_sha256 TEXT, 
	manifest_bytes BIGINT, 
	manifest_passage_id UUID, 
	attempt INTEGER NOT NULL, 
	reason TEXT, 
	of_clients BOOLEAN NOT NULL, 
	created_by UUID, 
	created_by_name TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	snapshot_at TIMESTAMP WITH TIME ZONE, 
	started_at TIMESTAMP WITH TIME ZONE, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	expires_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT exports_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT exports_workspace_id_consumer_id_fkey FOREIGN KEY(workspace_id, consumer_id) REFERENCES export_consumers (workspace_id, id), 
	CONSTRAINT exports_state_check CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled')), 
	CONSTRAINT exports_format_check CHECK (format IN ('json', 'jsonl', 'csv', 'parquet', 'coco', 'yolo')), 
	CONSTRAINT exports_answers_check CHECK (answers IN ('final', 'latest', 'step', 'all')), 
	CONSTRAINT exports_content_check CHECK (state <> 'completed' OR sha256 IS NOT NULL)
);
CREATE INDEX exports_expiry_ix ON exports (expires_at) WHERE passage_id IS NOT NULL;
CREATE UNIQUE INDEX exports_one_per_consumer_key ON exports (workspace_id, consumer_id) WHERE state IN ('queued', 'running');
CREATE INDEX exports_recent_ix ON exports (workspace_id, id DESC);
COMMENT ON COLUMN exports.name IS 'of the file, without its ending';
COMMENT ON COLUMN exports.selection IS 'as it was asked for';
COMMENT ON COLUMN exports.answers_of IS 'only those of this step';
COMMENT ON COLUMN exports.since IS 'the consumer''s position when it was begun';
COMMENT ON COLUMN exports.done IS 'tasks and files written so far';
COMMENT ON COLUMN exports.total IS 'of so many';
COMMENT ON COLUMN exports.gone IS 'tasks told as deleted or archived since the last time';
COMMENT ON COLUMN exports.left_out IS 'how many, by reason';
COMMENT ON COLUMN exports.passage_id IS 'what keeps the bytes; null: there are none any more';
COMMENT ON COLUMN exports.attempt IS 'grows with each worker that begins; only the last one may end';
COMMENT ON COLUMN exports.of_clients IS 'asked for by a client, of what is shared with clients';
COMMENT ON COLUMN exports.snapshot_at IS 'the moment it shows';

-- Workers find those whose days are over; for anything more they enter the workspace.
CREATE POLICY workers ON exports FOR SELECT TO taskyard_worker USING (true);
