-- The files of earlier uploads stand in `uploads` itself: which of their rows failed was not kept.
ALTER TABLE uploads
    ADD COLUMN differing BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN passes INTEGER DEFAULT '1' NOT NULL;
COMMENT ON COLUMN uploads.differing IS 'of the unchanged, those with another input than the task has';
COMMENT ON COLUMN uploads.passes IS 'files: the source, then mended rows';
CREATE TABLE upload_passes (
    workspace_id UUID NOT NULL,
    upload_id UUID NOT NULL,
    number INTEGER NOT NULL,
    flow_version INTEGER NOT NULL,
    file_name TEXT NOT NULL,
    format TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    attempt_before INTEGER NOT NULL,
    failed_rows BYTEA,
    created_by UUID,
    created_by_name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT upload_passes_pkey PRIMARY KEY (workspace_id, upload_id, number),
    CONSTRAINT upload_passes_workspace_id_upload_id_fkey FOREIGN KEY (workspace_id, upload_id)
        REFERENCES uploads (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN upload_passes.attempt_before IS
    'of the upload, when this file came: each file has its own number of attempts';
COMMENT ON COLUMN upload_passes.failed_rows IS
    'a bit per row of the source whose last version is in this file and is still bad, deflated';
