CREATE TABLE audits (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    task_id UUID NOT NULL,
    run_id UUID NOT NULL,
    verdict TEXT NOT NULL,
    reasons TEXT[] NOT NULL,
    step TEXT,
    answer_id UUID,
    prior_answer_id UUID,
    redo_from TEXT,
    member_id UUID,
    by_name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT audits_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT audits_workspace_id_task_id_fkey
        FOREIGN KEY (workspace_id, task_id) REFERENCES tasks (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT audits_verdict_check CHECK (verdict IN ('accepted', 'fixed', 'rejected')),
    CONSTRAINT audits_reasons_check CHECK (verdict <> 'rejected' OR cardinality(reasons) > 0),
    CONSTRAINT audits_fix_check
        CHECK ((verdict = 'fixed') = (answer_id IS NOT NULL AND prior_answer_id IS NOT NULL))
);
CREATE INDEX audits_task_ix ON audits (workspace_id, task_id, id);
COMMENT ON COLUMN audits.run_id IS 'the run whose result was judged';
COMMENT ON COLUMN audits.step IS 'of a fix: the step whose answer was replaced';
COMMENT ON COLUMN audits.answer_id IS 'of a fix: the answer that counts since';
COMMENT ON COLUMN audits.prior_answer_id IS 'of a fix: the answer that counted before';
COMMENT ON COLUMN audits.redo_from IS 'of a rejection: the step the task is done again from; null: it ended';
COMMENT ON COLUMN audits.by_name IS 'who said so, as they were called then';

ALTER TABLE answers ADD COLUMN fixes UUID;
ALTER TABLE answers DROP CONSTRAINT answers_kind_check;
ALTER TABLE answers ADD CONSTRAINT answers_kind_check CHECK (kind IN ('answer', 'prior', 'late_draft'));
COMMENT ON COLUMN answers.kind IS
    'answer; prior: it counted until an audit fixed it; late_draft: work that came too late and was kept';
COMMENT ON COLUMN answers.fixes IS
    'of an audit''s fix: the performer''s answer it stands in the place of; not a piece of work handed out';

ALTER TABLE projects ADD COLUMN on_reject TEXT DEFAULT 'redo' NOT NULL;
ALTER TABLE projects ADD COLUMN redo_step TEXT;
ALTER TABLE projects ADD CONSTRAINT projects_on_reject_check CHECK (on_reject IN ('end', 'redo'));
COMMENT ON COLUMN projects.on_reject IS 'what becomes of a task whose result is rejected: end, or redo';
COMMENT ON COLUMN projects.redo_step IS
    'the step a rejected task is done again from; null: the first that people have done';
