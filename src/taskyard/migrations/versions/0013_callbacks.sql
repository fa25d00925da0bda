ALTER TABLE tasks ADD COLUMN callback_url TEXT;
COMMENT ON COLUMN tasks.callback_url IS 'where its events are sent to';
CREATE INDEX tasks_callback_ix ON tasks (workspace_id, upload_id, id) WHERE callback_url IS NOT NULL;

ALTER TABLE audits ADD COLUMN prior_output JSONB;
COMMENT ON COLUMN audits.prior_output IS 'of a fix: what came of the task before';

CREATE TABLE deliveries (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    event_id UUID NOT NULL,
    task_id UUID NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    url TEXT NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    first_tried_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    token BIGINT DEFAULT 0 NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT deliveries_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT deliveries_state_check CHECK (state IN ('waiting', 'sending', 'delivered', 'failed'))
);
CREATE INDEX deliveries_task_ix ON deliveries (workspace_id, task_id, number);
CREATE INDEX deliveries_due_ix ON deliveries (host, due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_sending_ix ON deliveries (host) WHERE state = 'sending';
CREATE INDEX deliveries_ended_ix ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
COMMENT ON COLUMN deliveries.number IS 'grows; what is told of a task goes to one address in this order';
COMMENT ON COLUMN deliveries.event_id IS 'of the event, for receivers: the same at every attempt';
COMMENT ON COLUMN deliveries.type IS 'the fact that is told';
COMMENT ON COLUMN deliveries.body IS 'what is sent, as the task was when it happened';
COMMENT ON COLUMN deliveries.host IS 'scheme, name and port of the address: one receiver';
COMMENT ON COLUMN deliveries.tries IS 'attempts since it was queued, or sent again by somebody';
COMMENT ON COLUMN deliveries.first_tried_at IS 'of these; what is given up is counted by it';
COMMENT ON COLUMN deliveries.token IS 'only who has the last one may end';
COMMENT ON COLUMN deliveries.reason IS 'why the last attempt failed';
-- Workers look for what is due in every workspace, and send it from within its own.
CREATE POLICY workers ON deliveries FOR SELECT TO taskyard_worker USING (true);

CREATE TABLE delivery_attempts (
    workspace_id UUID NOT NULL,
    delivery_id UUID NOT NULL,
    number INTEGER NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    milliseconds INTEGER,
    status INTEGER,
    error TEXT,
    response TEXT,
    CONSTRAINT delivery_attempts_pkey PRIMARY KEY (workspace_id, delivery_id, number)
);
COMMENT ON COLUMN delivery_attempts.status IS 'of the answer, as HTTP has it';
COMMENT ON COLUMN delivery_attempts.error IS 'why it did not arrive, in words';
COMMENT ON COLUMN delivery_attempts.response IS 'how the answer begins';

CREATE TABLE callback_secrets (
    workspace_id UUID NOT NULL,
    secret TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    previous TEXT,
    previous_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT callback_secrets_pkey PRIMARY KEY (workspace_id)
);
COMMENT ON COLUMN callback_secrets.previous IS 'signs too, until its time is over';
