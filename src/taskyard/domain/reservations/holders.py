"""Who has what: one row a member with work in hand or kept for them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.db.direct import Row, fetch


async def holders(session: AsyncSession, workspace_id: UUID) -> list[Row]:
    """Return everybody with something in hand or kept, who has held something longest first."""
    return await fetch(session, _HOLDERS, {"workspace_id": workspace_id})


# Each part reads an index that holds only what is in hand, or only what is kept.
_HOLDERS = """
    WITH part AS (
        SELECT member_id, project_id, count(*) AS held, 0 AS kept, count(draft) AS drafts,
            min(held_at) AS since, min(lease_until) AS expiry
        FROM reservations WHERE workspace_id = %(workspace_id)s AND state = 'held'
        GROUP BY member_id, project_id
        UNION ALL
        SELECT reserved_for, project_id, 0, count(*), 0, NULL, NULL
        FROM step_runs WHERE workspace_id = %(workspace_id)s AND state = 'queued' AND reserved_for IS NOT NULL
        GROUP BY reserved_for, project_id
        UNION ALL
        SELECT reserved_for, project_id, 0, count(*), 0, NULL, NULL
        FROM tasks WHERE workspace_id = %(workspace_id)s AND reserved_for IS NOT NULL
        GROUP BY reserved_for, project_id
    )
    SELECT json_build_object('id', members.id, 'name', members.name, 'role', members.role,
            'kind', CASE WHEN members.user_id IS NULL THEN 'key' ELSE 'person' END) AS member,
        sum(part.held)::int AS held, sum(part.kept)::int AS kept, sum(part.drafts)::int AS drafts,
        (SELECT json_agg(json_build_object('id', projects.id, 'name', projects.name) ORDER BY projects.name)
         FROM projects WHERE projects.workspace_id = %(workspace_id)s
           AND projects.id = ANY(array_agg(part.project_id))) AS projects,
        min(part.since) AS oldest_since, min(part.expiry) AS next_expiry
    FROM part JOIN members ON members.workspace_id = %(workspace_id)s AND members.id = part.member_id
    GROUP BY members.id, members.name, members.role, members.user_id
    ORDER BY min(part.since) NULLS LAST, members.name, members.id
"""
