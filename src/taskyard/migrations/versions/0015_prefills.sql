CREATE TABLE task_prefills (
    workspace_id UUID NOT NULL,
    task_id UUID NOT NULL,
    step TEXT NOT NULL,
    answer JSONB NOT NULL,
    CONSTRAINT task_prefills_pkey PRIMARY KEY (workspace_id, task_id, step)
);
COMMENT ON COLUMN task_prefills.answer IS 'as an answer of the step is; it was checked as one';

ALTER TABLE uploads ADD COLUMN reserved_for UUID;
ALTER TABLE uploads ADD COLUMN reserved_for_name TEXT;
COMMENT ON COLUMN uploads.reserved_for IS 'the member for whom tasks are kept whose rows name nobody';
COMMENT ON COLUMN uploads.reserved_for_name IS 'as they were called then';

ALTER TABLE upload_passes ADD COLUMN may_reserve BOOLEAN DEFAULT false NOT NULL;
COMMENT ON COLUMN upload_passes.may_reserve IS 'whether whoever gave the file may have work kept for somebody';
