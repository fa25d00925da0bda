-- A key that refers to a row costs a look for each row that comes or goes. What is deleted with a task, and what is
-- kept of bulk work, is seen to by whoever deletes, in one statement for thousands.
ALTER TABLE task_texts DROP CONSTRAINT task_texts_workspace_id_task_id_fkey;
ALTER TABLE task_values DROP CONSTRAINT task_values_workspace_id_task_id_fkey;
ALTER TABLE audits DROP CONSTRAINT audits_workspace_id_task_id_fkey;
ALTER TABLE bulk_items DROP CONSTRAINT bulk_items_workspace_id_bulk_id_fkey;

-- Room for a task beside itself: a change of what no index knows, as of a priority, touches no index then.
ALTER TABLE tasks SET (fillfactor = 85);
