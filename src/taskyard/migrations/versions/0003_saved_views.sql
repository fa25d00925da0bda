CREATE TABLE saved_views (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    member_id UUID NOT NULL,
    name TEXT NOT NULL,
    query JSONB NOT NULL,
    is_shared BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT saved_views_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT saved_views_workspace_id_member_id_fkey
        FOREIGN KEY (workspace_id, member_id) REFERENCES members (workspace_id, id)
);
CREATE INDEX saved_views_member_ix ON saved_views (workspace_id, member_id);
COMMENT ON COLUMN saved_views.query IS
    'as the page keeps it in its address; a step or field may have left the flow since';
