CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE task_texts (
    workspace_id UUID NOT NULL,
    task_id UUID NOT NULL,
    words TEXT NOT NULL,
    CONSTRAINT task_texts_pkey PRIMARY KEY (workspace_id, task_id),
    CONSTRAINT task_texts_workspace_id_task_id_fkey
        FOREIGN KEY (workspace_id, task_id) REFERENCES tasks (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX task_texts_words_ix ON task_texts USING gin (words gin_trgm_ops);
COMMENT ON COLUMN task_texts.words IS 'id, external id, and every text and number of the input';

CREATE TABLE sorted_fields (
    workspace_id UUID NOT NULL,
    project_id UUID NOT NULL,
    field TEXT NOT NULL,
    CONSTRAINT sorted_fields_pkey PRIMARY KEY (workspace_id, project_id, field),
    CONSTRAINT sorted_fields_workspace_id_project_id_fkey
        FOREIGN KEY (workspace_id, project_id) REFERENCES projects (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE task_values (
    workspace_id UUID NOT NULL,
    task_id UUID NOT NULL,
    field TEXT NOT NULL,
    project_id UUID NOT NULL,
    number FLOAT,
    words TEXT,
    CONSTRAINT task_values_pkey PRIMARY KEY (workspace_id, task_id, field),
    CONSTRAINT task_values_workspace_id_task_id_fkey
        FOREIGN KEY (workspace_id, task_id) REFERENCES tasks (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX task_values_number_ix ON task_values (workspace_id, project_id, field, number, task_id)
    WHERE number IS NOT NULL;
CREATE INDEX task_values_words_ix ON task_values (workspace_id, project_id, field, words, task_id)
    WHERE words IS NOT NULL;

CREATE TABLE task_spans (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    project_id UUID NOT NULL,
    field TEXT,
    first_id UUID NOT NULL,
    last_id UUID NOT NULL,
    CONSTRAINT task_spans_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX task_spans_project_ix ON task_spans (workspace_id, project_id);
COMMENT ON COLUMN task_spans.field IS 'only this field is to be sorted; null: words and all fields';

-- What is there already is put beside by a worker, like a large upload.
INSERT INTO task_spans (workspace_id, id, project_id, first_id, last_id)
SELECT workspace_id, gen_random_uuid(), id,
       '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'
FROM projects;
