"""The way to PostgreSQL: engine, session, roles and row-level security."""
