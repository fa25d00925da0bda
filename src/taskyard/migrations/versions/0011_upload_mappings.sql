ALTER TABLE upload_passes ADD COLUMN mapping JSONB;
COMMENT ON COLUMN upload_passes.mapping IS 'which column or key is which field; null leaves it out';
CREATE TABLE upload_mappings (
    workspace_id UUID NOT NULL,
    project_id UUID NOT NULL,
    mapping JSONB NOT NULL,
    CONSTRAINT upload_mappings_pkey PRIMARY KEY (workspace_id, project_id)
);
