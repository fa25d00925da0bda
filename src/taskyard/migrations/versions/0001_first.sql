-- The first schema, as the tables in the code declare it. Immutable once released.

CREATE TABLE answers (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	step_run_id UUID NOT NULL, 
	run_id UUID NOT NULL, 
	task_id UUID NOT NULL, 
	step TEXT NOT NULL, 
	use TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	data JSONB NOT NULL, 
	member_id UUID, 
	model TEXT, 
	by_name TEXT NOT NULL, 
	confidence FLOAT, 
	seconds FLOAT, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT answers_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT answers_kind_check CHECK (kind IN ('answer', 'late_draft'))
);
CREATE INDEX answers_member_ix ON answers (workspace_id, member_id, created_at) WHERE member_id IS NOT NULL;
CREATE UNIQUE INDEX answers_one_per_step_run_key ON answers (workspace_id, step_run_id) WHERE kind = 'answer';
CREATE INDEX answers_run_ix ON answers (workspace_id, run_id, id);
CREATE INDEX answers_task_ix ON answers (workspace_id, task_id, id);
COMMENT ON COLUMN answers.use IS 'the kind of work';
COMMENT ON COLUMN answers.kind IS 'answer, or late_draft: work that came too late and was kept';
COMMENT ON COLUMN answers.by_name IS 'who gave it, as they were called then';
COMMENT ON COLUMN answers.seconds IS 'time in hand';

CREATE TABLE facts (
	workspace_id UUID NOT NULL, 
	number BIGINT GENERATED ALWAYS AS IDENTITY, 
	xid xid8 DEFAULT pg_current_xact_id() NOT NULL, 
	name TEXT NOT NULL, 
	says TEXT NOT NULL, 
	noun_id UUID, 
	project_id UUID, 
	task_id UUID, 
	run_id UUID, 
	data JSONB NOT NULL, 
	actor_kind TEXT NOT NULL, 
	actor_id UUID, 
	actor_name TEXT NOT NULL, 
	at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT facts_pkey PRIMARY KEY (workspace_id, number)
);
CREATE INDEX facts_position_ix ON facts (workspace_id, xid, number);
CREATE INDEX facts_run_ix ON facts (workspace_id, run_id, number) WHERE run_id IS NOT NULL;
CREATE INDEX facts_task_ix ON facts (workspace_id, task_id, number) WHERE task_id IS NOT NULL;
COMMENT ON COLUMN facts.number IS 'grows; has gaps';
COMMENT ON COLUMN facts.xid IS 'the transaction that recorded it; readers resume below the oldest one still running';
COMMENT ON COLUMN facts.name IS 'noun.verbed';
COMMENT ON COLUMN facts.says IS 'the fact as a sentence for a timeline';

CREATE TABLE idempotency_keys (
	workspace_id UUID NOT NULL, 
	member_id UUID NOT NULL, 
	key TEXT NOT NULL, 
	fingerprint BYTEA NOT NULL, 
	status SMALLINT, 
	headers JSONB, 
	body BYTEA, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT idempotency_keys_pkey PRIMARY KEY (workspace_id, member_id, key)
);
CREATE INDEX idempotency_keys_age_ix ON idempotency_keys (created_at);
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of method, path, query and body';

CREATE TABLE invitations (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	email TEXT NOT NULL, 
	role TEXT NOT NULL, 
	digest BYTEA NOT NULL, 
	state TEXT NOT NULL, 
	invited_by UUID NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT invitations_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT invitations_workspace_id_digest_key UNIQUE (workspace_id, digest), 
	CONSTRAINT invitations_state_check CHECK (state IN ('open', 'accepted', 'revoked')), 
	CONSTRAINT invitations_role_check CHECK (role IN ('owner', 'manager', 'reviewer', 'annotator', 'client'))
);

CREATE TABLE runs (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	task_id UUID NOT NULL, 
	project_id UUID NOT NULL, 
	number INTEGER NOT NULL, 
	flow_version INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	settings JSONB NOT NULL, 
	output JSONB, 
	error JSONB, 
	cancel_by TIMESTAMP WITH TIME ZONE, 
	created_by UUID, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT runs_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT runs_workspace_id_task_id_number_key UNIQUE (workspace_id, task_id, number), 
	CONSTRAINT runs_state_check CHECK (state IN ('queued', 'running', 'waiting', 'cancelling', 'completed', 'failed', 'cancelled'))
);
CREATE INDEX runs_cancelling_ix ON runs (cancel_by) WHERE state = 'cancelling';
COMMENT ON COLUMN runs.number IS '1 for the first run of the task';
COMMENT ON COLUMN runs.reason IS 'what it waits for, or why it ended, in words';
COMMENT ON COLUMN runs.settings IS 'prompt and model chosen for this run';

CREATE TABLE setup_links (
	digest BYTEA NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT setup_links_pkey PRIMARY KEY (digest)
);

CREATE TABLE sign_in_counts (
	subject TEXT NOT NULL, 
	minute TIMESTAMP WITH TIME ZONE NOT NULL, 
	attempts INTEGER NOT NULL, 
	CONSTRAINT sign_in_counts_pkey PRIMARY KEY (subject, minute)
);
COMMENT ON COLUMN sign_in_counts.subject IS 'account or address, hashed';

CREATE TABLE step_runs (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	run_id UUID NOT NULL, 
	task_id UUID NOT NULL, 
	project_id UUID NOT NULL, 
	step TEXT NOT NULL, 
	performer TEXT NOT NULL, 
	replica SMALLINT NOT NULL, 
	state TEXT NOT NULL, 
	priority INTEGER NOT NULL, 
	roles TEXT[], 
	hold_seconds INTEGER NOT NULL, 
	attempt SMALLINT NOT NULL, 
	token BIGINT NOT NULL, 
	holder_id UUID, 
	worker TEXT, 
	reserved_for UUID, 
	sent_back_to UUID, 
	lease_until TIMESTAMP WITH TIME ZONE, 
	due_at TIMESTAMP WITH TIME ZONE, 
	reason TEXT, 
	error JSONB, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT step_runs_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT step_runs_workspace_id_run_id_step_performer_replica_key UNIQUE (workspace_id, run_id, step, performer, replica), 
	CONSTRAINT step_runs_state_check CHECK (state IN ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'skipped')), 
	CONSTRAINT step_runs_lease_check CHECK ((state = 'running') = (lease_until IS NOT NULL))
);
CREATE INDEX step_runs_free_ix ON step_runs (workspace_id, priority, task_id, id) WHERE state = 'queued' AND performer IN ('people', 'agents') AND reserved_for IS NULL AND sent_back_to IS NULL;
CREATE INDEX step_runs_free_queue_ix ON step_runs (workspace_id, project_id, step, priority, task_id, id) WHERE state = 'queued' AND performer IN ('people', 'agents') AND reserved_for IS NULL AND sent_back_to IS NULL;
CREATE INDEX step_runs_leases_ix ON step_runs (lease_until) WHERE state = 'running';
CREATE INDEX step_runs_models_ix ON step_runs (workspace_id, performer, priority, task_id, id) WHERE state IN ('queued', 'waiting') AND performer NOT IN ('people', 'agents');
CREATE INDEX step_runs_reserved_ix ON step_runs (workspace_id, reserved_for, priority, task_id, id) WHERE state = 'queued' AND reserved_for IS NOT NULL;
CREATE INDEX step_runs_sent_back_ix ON step_runs (workspace_id, sent_back_to, priority, task_id, id) WHERE state = 'queued' AND reserved_for IS NULL AND sent_back_to IS NOT NULL;
COMMENT ON COLUMN step_runs.task_id IS 'its id is its age: ids of tasks grow with time';
COMMENT ON COLUMN step_runs.performer IS 'people, agents, or a model''s name';
COMMENT ON COLUMN step_runs.roles IS 'who may take it; null: whoever may work';
COMMENT ON COLUMN step_runs.hold_seconds IS 'how long a person holds it before it goes back';
COMMENT ON COLUMN step_runs.token IS 'grows with each lease; a late writer shows an old one';
COMMENT ON COLUMN step_runs.holder_id IS 'the member who holds it';
COMMENT ON COLUMN step_runs.worker IS 'the worker that holds it';
COMMENT ON COLUMN step_runs.reserved_for IS 'only this member may take it';
COMMENT ON COLUMN step_runs.sent_back_to IS 'its author gets it back first';
COMMENT ON COLUMN step_runs.due_at IS 'a retry is not due before';

CREATE TABLE task_inputs (
	workspace_id UUID NOT NULL, 
	task_id UUID NOT NULL, 
	input JSONB NOT NULL, 
	metadata JSONB NOT NULL, 
	CONSTRAINT task_inputs_pkey PRIMARY KEY (workspace_id, task_id)
);

CREATE TABLE tasks (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	project_id UUID NOT NULL, 
	external_id TEXT, 
	status TEXT NOT NULL, 
	steps TEXT[] NOT NULL, 
	priority INTEGER NOT NULL, 
	batch TEXT, 
	preview TEXT NOT NULL, 
	picture_id UUID, 
	run_id UUID, 
	run_count INTEGER NOT NULL, 
	redo_count INTEGER NOT NULL, 
	upload_id UUID, 
	created_by UUID, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	last_submitted_at TIMESTAMP WITH TIME ZONE, 
	completed_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT tasks_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT tasks_status_check CHECK (status IN ('queued', 'in_progress', 'completed', 'failed', 'cancelled'))
);
CREATE UNIQUE INDEX tasks_external_id_key ON tasks (workspace_id, project_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX tasks_project_recent_ix ON tasks (workspace_id, project_id, greatest(last_submitted_at, '-infinity'), id);
CREATE INDEX tasks_recent_ix ON tasks (workspace_id, greatest(last_submitted_at, '-infinity'), id);
CREATE INDEX tasks_status_recent_ix ON tasks (workspace_id, status, greatest(last_submitted_at, '-infinity'), id);
COMMENT ON COLUMN tasks.steps IS 'the steps it is at now';
COMMENT ON COLUMN tasks.priority IS 'lower is handed out first';
COMMENT ON COLUMN tasks.picture_id IS 'the file lists show as a thumbnail';
COMMENT ON COLUMN tasks.run_id IS 'the latest run';

CREATE TABLE uploads (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	project_id UUID NOT NULL, 
	flow_version INTEGER NOT NULL, 
	file_name TEXT NOT NULL, 
	format TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	mode TEXT NOT NULL, 
	state TEXT NOT NULL, 
	rows BIGINT NOT NULL, 
	created BIGINT NOT NULL, 
	unchanged BIGINT NOT NULL, 
	failed BIGINT NOT NULL, 
	bytes_read BIGINT NOT NULL, 
	attempt INTEGER NOT NULL, 
	reason TEXT, 
	created_by UUID, 
	created_by_name TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT uploads_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT uploads_state_check CHECK (state IN ('queued', 'validating', 'processing', 'completed', 'completed_with_errors', 'failed', 'cancelled')), 
	CONSTRAINT uploads_mode_check CHECK (mode IN ('all_or_nothing', 'valid_rows')), 
	CONSTRAINT uploads_counts_check CHECK (state NOT IN ('completed', 'completed_with_errors') OR created + unchanged + failed = rows)
);
CREATE INDEX uploads_recent_ix ON uploads (workspace_id, id DESC);
COMMENT ON COLUMN uploads.unchanged IS 'rows whose external id was there before';
COMMENT ON COLUMN uploads.attempt IS 'grows with each worker that begins; only the last one may end';

CREATE TABLE users (
	id UUID NOT NULL, 
	email TEXT NOT NULL, 
	name TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT users_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
COMMENT ON COLUMN users.password_hash IS 'argon2id';

CREATE TABLE workspaces (
	id UUID NOT NULL, 
	name TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT workspaces_pkey PRIMARY KEY (id)
);

CREATE TABLE members (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	user_id UUID, 
	name TEXT NOT NULL, 
	email TEXT, 
	role TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT members_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT members_workspace_id_user_id_key UNIQUE (workspace_id, user_id), 
	CONSTRAINT members_workspace_id_fkey FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT members_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT members_state_check CHECK (state IN ('active', 'removed')), 
	CONSTRAINT members_role_check CHECK (role IN ('owner', 'manager', 'reviewer', 'annotator', 'client'))
);
CREATE INDEX members_user_ix ON members (user_id);

CREATE TABLE projects (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT NOT NULL, 
	instructions TEXT NOT NULL, 
	state TEXT NOT NULL, 
	draft TEXT NOT NULL, 
	draft_revision INTEGER NOT NULL, 
	published_version INTEGER, 
	is_playground BOOLEAN NOT NULL, 
	is_app BOOLEAN NOT NULL, 
	shared_with_clients BOOLEAN NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT projects_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT projects_workspace_id_fkey FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT projects_state_check CHECK (state IN ('active', 'archived'))
);
COMMENT ON COLUMN projects.instructions IS 'Markdown';
COMMENT ON COLUMN projects.draft IS 'the flow as it is being edited; always one that could be published';
COMMENT ON COLUMN projects.is_playground IS 'the project every workspace is born with';
COMMENT ON COLUMN projects.is_app IS 'the published flow can finish without people';

CREATE TABLE reservations (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	step_run_id UUID NOT NULL, 
	run_id UUID NOT NULL, 
	task_id UUID NOT NULL, 
	project_id UUID NOT NULL, 
	step TEXT NOT NULL, 
	member_id UUID NOT NULL, 
	state TEXT NOT NULL, 
	token BIGINT NOT NULL, 
	hold_seconds INTEGER NOT NULL, 
	lease_until TIMESTAMP WITH TIME ZONE NOT NULL, 
	draft JSONB, 
	draft_revision INTEGER NOT NULL, 
	draft_saved_at TIMESTAMP WITH TIME ZONE, 
	reason TEXT, 
	held_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT reservations_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT reservations_workspace_id_step_run_id_fkey FOREIGN KEY(workspace_id, step_run_id) REFERENCES step_runs (workspace_id, id) ON DELETE CASCADE, 
	CONSTRAINT reservations_state_check CHECK (state IN ('held', 'submitted', 'released', 'skipped', 'expired'))
);
CREATE INDEX reservations_held_ix ON reservations (workspace_id, member_id) WHERE state = 'held';
CREATE INDEX reservations_member_ix ON reservations (workspace_id, member_id, task_id);
CREATE UNIQUE INDEX reservations_one_holder_key ON reservations (workspace_id, step_run_id) WHERE state = 'held';
CREATE INDEX reservations_task_ix ON reservations (workspace_id, task_id);
COMMENT ON COLUMN reservations.token IS 'the step run''s token under this lease';
COMMENT ON COLUMN reservations.reason IS 'why it was skipped or released';

CREATE TABLE step_skips (
	workspace_id UUID NOT NULL, 
	step_run_id UUID NOT NULL, 
	member_id UUID NOT NULL, 
	reason TEXT, 
	at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT step_skips_pkey PRIMARY KEY (workspace_id, step_run_id, member_id), 
	CONSTRAINT step_skips_workspace_id_step_run_id_fkey FOREIGN KEY(workspace_id, step_run_id) REFERENCES step_runs (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE upload_errors (
	workspace_id UUID NOT NULL, 
	upload_id UUID NOT NULL, 
	number INTEGER NOT NULL, 
	row BIGINT NOT NULL, 
	field TEXT, 
	says TEXT NOT NULL, 
	value TEXT, 
	CONSTRAINT upload_errors_pkey PRIMARY KEY (workspace_id, upload_id, number), 
	CONSTRAINT upload_errors_workspace_id_upload_id_fkey FOREIGN KEY(workspace_id, upload_id) REFERENCES uploads (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN upload_errors.row IS 'as a person counts the rows of the file; 0 is the file itself';

CREATE TABLE api_keys (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	member_id UUID NOT NULL, 
	name TEXT NOT NULL, 
	prefix TEXT NOT NULL, 
	digest BYTEA NOT NULL, 
	scopes TEXT[], 
	expires_at TIMESTAMP WITH TIME ZONE, 
	revoked_at TIMESTAMP WITH TIME ZONE, 
	last_used_at TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT api_keys_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT api_keys_workspace_id_digest_key UNIQUE (workspace_id, digest), 
	CONSTRAINT api_keys_workspace_id_member_id_fkey FOREIGN KEY(workspace_id, member_id) REFERENCES members (workspace_id, id)
);
COMMENT ON COLUMN api_keys.prefix IS 'the first characters, to recognise it by';
COMMENT ON COLUMN api_keys.scopes IS 'null: everything the role may';

CREATE TABLE files (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	sha256 TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	media_type TEXT NOT NULL, 
	name TEXT NOT NULL, 
	width INTEGER, 
	height INTEGER, 
	frames INTEGER, 
	note TEXT, 
	created_by UUID, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT files_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT files_workspace_id_created_by_fkey FOREIGN KEY(workspace_id, created_by) REFERENCES members (workspace_id, id), 
	CONSTRAINT files_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'), 
	CONSTRAINT files_bytes_check CHECK (bytes > 0), 
	CONSTRAINT files_name_check CHECK (char_length(name) BETWEEN 1 AND 200), 
	CONSTRAINT files_picture_check CHECK (width > 0 AND height > 0 AND frames > 0), 
	CONSTRAINT files_picture_whole_check CHECK (num_nulls(width, height, frames) IN (0, 3))
);
CREATE INDEX files_sha256_ix ON files (workspace_id, sha256);
COMMENT ON COLUMN files.sha256 IS 'of the content; its key in the file store';
COMMENT ON COLUMN files.media_type IS 'told from the content, never from what was said';
COMMENT ON COLUMN files.name IS 'made safe to show; never a path';
COMMENT ON COLUMN files.width IS 'of the upright picture';
COMMENT ON COLUMN files.frames IS 'more than one in an animation; views show the first';
COMMENT ON COLUMN files.note IS 'what people should know about the picture';
COMMENT ON COLUMN files.created_by IS 'null: made by a model''s step';

CREATE TABLE file_uses (
	workspace_id UUID NOT NULL, 
	task_id UUID NOT NULL, 
	file_id UUID NOT NULL, 
	CONSTRAINT file_uses_pkey PRIMARY KEY (workspace_id, task_id, file_id)
);
CREATE INDEX file_uses_file_ix ON file_uses (workspace_id, file_id);

CREATE TABLE file_passages (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	sha256 TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	begun_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT file_passages_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT file_passages_kind_check CHECK (kind IN ('arriving', 'kept', 'leaving'))
);
CREATE INDEX file_passages_sha256_ix ON file_passages (workspace_id, sha256);
CREATE INDEX file_passages_begun_ix ON file_passages (begun_at) WHERE kind <> 'kept';

CREATE TABLE flow_versions (
	workspace_id UUID NOT NULL, 
	project_id UUID NOT NULL, 
	number INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	document JSON NOT NULL, 
	published_by UUID, 
	published_by_name TEXT NOT NULL, 
	published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT flow_versions_pkey PRIMARY KEY (workspace_id, project_id, number), 
	CONSTRAINT flow_versions_workspace_id_project_id_fkey FOREIGN KEY(workspace_id, project_id) REFERENCES projects (workspace_id, id)
);
COMMENT ON COLUMN flow_versions.source IS 'as it was written';
COMMENT ON COLUMN flow_versions.document IS 'as it was checked; JSON keeps the order of fields';

CREATE TABLE sign_ins (
	workspace_id UUID NOT NULL, 
	id UUID NOT NULL, 
	member_id UUID NOT NULL, 
	digest BYTEA NOT NULL, 
	csrf TEXT NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	CONSTRAINT sign_ins_pkey PRIMARY KEY (workspace_id, id), 
	CONSTRAINT sign_ins_workspace_id_digest_key UNIQUE (workspace_id, digest), 
	CONSTRAINT sign_ins_workspace_id_member_id_fkey FOREIGN KEY(workspace_id, member_id) REFERENCES members (workspace_id, id)
);

-- Two roles act at run time; neither owns anything, neither passes by row-level security.
GRANT USAGE ON SCHEMA public TO taskyard_app, taskyard_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO taskyard_app, taskyard_worker;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO taskyard_app, taskyard_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO taskyard_app, taskyard_worker;
REVOKE ALL ON alembic_version FROM taskyard_app, taskyard_worker;
-- Facts are only ever added.
REVOKE UPDATE, DELETE ON facts FROM taskyard_app, taskyard_worker;

-- A session that has entered no workspace sees nothing; one that has, sees its own.
ALTER TABLE answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE answers FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON answers
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON api_keys
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE facts FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON facts
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE file_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_uses FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON file_uses
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE file_passages ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_passages FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON file_passages
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE files ENABLE ROW LEVEL SECURITY;
ALTER TABLE files FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON files
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE flow_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON flow_versions
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON idempotency_keys
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON invitations
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE members FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON members
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE projects FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON projects
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE reservations ENABLE ROW LEVEL SECURITY;
ALTER TABLE reservations FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON reservations
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON runs
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE sign_ins ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_ins FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON sign_ins
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE step_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE step_runs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON step_runs
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE step_skips ENABLE ROW LEVEL SECURITY;
ALTER TABLE step_skips FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON step_skips
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE task_inputs ENABLE ROW LEVEL SECURITY;
ALTER TABLE task_inputs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON task_inputs
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON tasks
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE upload_errors ENABLE ROW LEVEL SECURITY;
ALTER TABLE upload_errors FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON upload_errors
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE uploads FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON uploads
    USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspaces FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON workspaces
    USING (id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);

-- Somebody who signs in sees their memberships before a workspace is chosen.
CREATE POLICY own_memberships ON members FOR SELECT
    USING (user_id = nullif(current_setting('taskyard.user_id', true), '')::uuid);
-- Workers and operators' commands find workspaces, and due work in the line of each; for anything more they enter one.
CREATE POLICY workers ON step_runs FOR SELECT TO taskyard_worker USING (true);
CREATE POLICY workers ON runs FOR SELECT TO taskyard_worker USING (true);
CREATE POLICY workers ON workspaces FOR SELECT TO taskyard_worker USING (true);
CREATE POLICY workers ON idempotency_keys FOR ALL TO taskyard_worker USING (true);
CREATE POLICY workers ON file_passages FOR SELECT TO taskyard_worker USING (true);
