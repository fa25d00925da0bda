ALTER TABLE bulks ADD COLUMN items_kept BOOLEAN DEFAULT true NOT NULL;
COMMENT ON COLUMN bulks.items_kept IS 'false once its items have had their days; what is told of it stays';

-- A worker looks in all workspaces for what has had its days; what goes, goes inside its own.
CREATE POLICY workers ON bulks FOR SELECT TO taskyard_worker USING (true);
CREATE POLICY workers ON bulk_items FOR SELECT TO taskyard_worker USING (true);
