"""Migrations: expand, backfill, contract; run by the owner's role, one process at a time."""

HEAD = "0017"
