CREATE TABLE bulks (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    action TEXT NOT NULL,
    arguments JSONB NOT NULL,
    selection JSONB NOT NULL,
    undoes UUID,
    state TEXT NOT NULL,
    reason TEXT,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    position BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    created_by UUID,
    created_by_name TEXT NOT NULL,
    created_by_role TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT bulks_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT bulks_state_check CHECK (state IN ('queued', 'running', 'completed', 'completed_with_refusals', 'failed', 'cancelled', 'undone')),
    CONSTRAINT bulks_action_check CHECK (action IN ('set_priority', 'set_batch', 'reserve', 'release', 'cancel', 'move_to_step', 'send_back', 'complete', 'rerun', 'delete')),
    CONSTRAINT bulks_counts_check CHECK (done + unchanged + refused + failed <= total)
);
COMMENT ON COLUMN bulks.selection IS 'as it was asked for; of ids only how many: the items have them';
COMMENT ON COLUMN bulks.undoes IS 'the bulk operation whose changes this one takes back';
COMMENT ON COLUMN bulks.position IS 'the number of the last item that was come to';
COMMENT ON COLUMN bulks.attempt IS 'how often a worker has begun since a portion was done';
COMMENT ON COLUMN bulks.created_by_role IS 'in whose rights it is done';

CREATE TABLE bulk_items (
    workspace_id UUID NOT NULL,
    bulk_id UUID NOT NULL,
    number BIGINT NOT NULL,
    task_id UUID NOT NULL,
    outcome TEXT,
    code TEXT,
    says TEXT,
    before JSONB,
    CONSTRAINT bulk_items_pkey PRIMARY KEY (workspace_id, bulk_id, number),
    CONSTRAINT bulk_items_workspace_id_bulk_id_fkey FOREIGN KEY(workspace_id, bulk_id) REFERENCES bulks (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT bulk_items_outcome_check CHECK (outcome IN ('done', 'unchanged', 'refused', 'failed'))
);
CREATE INDEX bulk_items_refused_ix ON bulk_items (workspace_id, bulk_id, outcome, number) WHERE outcome IN ('refused', 'failed');
COMMENT ON COLUMN bulk_items.before IS 'what was replaced; of an undo: what is to be there again';

ALTER TABLE answers ADD COLUMN kept_from UUID;
COMMENT ON COLUMN answers.kept_from IS 'the answer of an earlier run that counts in this one too; not a second piece of work';
