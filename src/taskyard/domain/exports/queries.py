"""The statements of an export: PostgreSQL writes the lines and the cells, and COPY carries them out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from taskyard.access import Actor, Role
from taskyard.domain.exports.columns import Column, to_milliseconds
from taskyard.domain.exports.rules import CHANGES_OF_UPLOADS, GONE, NO_CHANGES, Answers, ExportFormat
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.tasks import TaskFilter, may_see, seen_by


@dataclass(frozen=True, slots=True)
class Query:
    """A statement with its values, named as the driver names them."""

    sql: str
    values: dict[str, Any]


def lines(actor: Actor, wanted: Wanted) -> Query:
    """Return the tasks as JSON, oldest first."""
    spent = f", 'seconds', {to_milliseconds('tasks.seconds')}, 'cost', tasks.cost"
    more = spent if may_see(actor, "cost") else ""
    if wanted.with_events:
        more += ", 'events', coalesce(told.events, '[]'::json)"
    if wanted.with_files or wanted.is_of_pictures:
        more += ", 'files', coalesce(used.files, '[]'::json)"
    if wanted.is_of_pictures:
        more += ", 'flow_version', runs.flow_version"
    if wanted.answers is Answers.ALL:
        more += f", 'prefills', {_PREFILLS}"
    given = _LIST.format(answers=_answers(wanted), object=_object(wanted))
    sql = f"""
        SELECT json_build_object({_TASK}, {_RESULT}{more})::text
        FROM tasks {_JOINS} {_VERDICT} {given} {_beside(wanted)} WHERE {_where(actor, wanted)} ORDER BY tasks.id
    """  # noqa: S608 - constants and conditions; values are bound
    return Query(sql, _values(actor, wanted))


class Told(NamedTuple):
    """A task as JSON inside another statement: the value itself, and what is to be joined to `tasks` for it."""

    json: str
    joins: str


def told() -> Told:
    """Return a task as a client's export of final answers has it. The statement binds %(workspace_id)s."""
    wanted = Wanted(ExportFormat.JSONL, TaskFilter())
    joins = _LIST.format(answers=_answers(wanted), object=_object(wanted))
    return Told(f"json_build_object({_TASK}, {_RESULT})", f"{_JOINS} {_VERDICT} {joins}")


def table(actor: Actor, wanted: Wanted, columns: Sequence[Column]) -> Query:
    """Return the tasks as cells, oldest first. The first answer columns read one object that is made once a task."""
    values = _values(actor, wanted)
    cells = []
    for number, column in enumerate(columns):
        values |= {f"c{number}_{name}": value for name, value in column.values.items()}
        cells.append(_NAMED.sub(rf"%(c{number}_\1)s", column.sql))
    given = _CELLS.format(answers=_answers(wanted), object=_object(wanted))
    sql = f"""
        SELECT {", ".join(cells)}
        FROM tasks {_JOINS} {_VERDICT} {given} {_beside(wanted)} WHERE {_where(actor, wanted)} ORDER BY tasks.id
    """  # noqa: S608 - the same
    return Query(sql, values)


def files(actor: Actor, wanted: Wanted) -> Query:
    """Return the files of the tasks, each once: id, name, hash and type."""
    sql = f"""
        SELECT files.id, files.name, files.sha256, files.media_type FROM files
        WHERE files.workspace_id = %(workspace_id)s AND files.id IN (
            SELECT file_uses.file_id FROM file_uses JOIN tasks
                ON tasks.workspace_id = %(workspace_id)s AND tasks.id = file_uses.task_id
            JOIN projects ON projects.workspace_id = %(workspace_id)s AND projects.id = tasks.project_id
            WHERE file_uses.workspace_id = %(workspace_id)s AND {_where(actor, wanted)})
        ORDER BY files.id
    """  # noqa: S608 - the same
    return Query(sql, _values(actor, wanted))


def count(actor: Actor, wanted: Wanted) -> Query:
    """Return how many tasks it will be, and how many answers."""
    given = f"LEFT JOIN LATERAL (SELECT count(*) AS number FROM {_answers(wanted)}) AS given ON true"  # noqa: S608 - the same
    sql = f"""
        SELECT count(*), coalesce(sum(given.number), 0)::bigint FROM tasks {_JOINS} {given}
        WHERE {_where(actor, wanted)}
    """  # noqa: S608 - the same
    return Query(sql, _values(actor, wanted))


def there(actor: Actor, wanted: Wanted) -> Query:
    """Return how many of the tasks that were named are there, whatever else they are narrowed by."""
    named = TaskFilter(ids=wanted.tasks.ids)
    sql = f"SELECT count(*) FROM tasks WHERE {_where(actor, replace(wanted, tasks=named, since=None))}"  # noqa: S608 - the same
    return Query(sql, _values(actor, wanted))


def projects(actor: Actor, wanted: Wanted) -> Query:
    """Return the projects that have such tasks, with their published versions."""
    of_tasks = f"EXISTS (SELECT 1 FROM tasks WHERE tasks.project_id = projects.id AND {_where(actor, wanted)})"  # noqa: S608 - the same
    sql = _PROJECTS.format(narrowed=f"projects.workspace_id = %(workspace_id)s AND {of_tasks}")
    return Query(sql, _values(actor, wanted))


def declaring(actor: Actor, wanted: Wanted) -> Query:
    """Return the projects whose flows say which columns a table has, with their published versions.

    Those asked for, whether they have such tasks or not, and for a consumer without projects all of them: the files of
    one consumer have one head.
    """
    if not wanted.tasks.projects and not wanted.is_followed:
        return projects(actor, wanted)
    narrowed = ["projects.workspace_id = %(workspace_id)s"]
    narrowed += ["projects.id = ANY(%(of_projects)s)"] if wanted.tasks.projects else []
    narrowed += ["projects.shared_with_clients"] if actor.role is Role.CLIENT else []
    sql = _PROJECTS.format(narrowed=" AND ".join(narrowed))
    return Query(sql, {"workspace_id": actor.workspace_id, "of_projects": list(wanted.tasks.projects)})


def gone(actor: Actor, wanted: Wanted) -> Query:
    """Return the tasks of the asked projects that were deleted or archived since, and are not there now."""
    where = ["facts.workspace_id = %(workspace_id)s", "facts.name = ANY(%(gone)s)", _SINCE, _NOT_THERE]
    if wanted.tasks.projects:
        where.append("facts.project_id = ANY(%(of_projects)s)")
    if actor.role is Role.CLIENT:
        where.append(
            "facts.project_id IN (SELECT id FROM projects"
            " WHERE workspace_id = %(workspace_id)s AND shared_with_clients)"
        )
    sql = f"""
        SELECT facts.task_id AS id, facts.project_id, max(facts.at) AS at,
               (array_agg(split_part(facts.name, '.', 2) ORDER BY facts.number DESC))[1] AS status
        FROM facts WHERE {" AND ".join(where)} GROUP BY facts.task_id, facts.project_id ORDER BY facts.task_id
    """  # noqa: S608 - the same
    return Query(sql, {**_values(actor, wanted), "gone": list(GONE), "of_projects": list(wanted.tasks.projects)})


def _values(actor: Actor, wanted: Wanted) -> dict[str, Any]:
    return {
        **wanted.tasks.values(),
        "workspace_id": actor.workspace_id,
        "me": actor.member_id,
        "answers_of": wanted.answers_of,
        "since": wanted.since,
        "no_changes": list(NO_CHANGES),
        "of_uploads": list(CHANGES_OF_UPLOADS),
    }


def _where(actor: Actor, wanted: Wanted) -> str:
    where = ["tasks.workspace_id = :workspace_id", *wanted.tasks.conditions(), *seen_by(actor)]
    sql = _NAMED.sub(r"%(\1)s", " AND ".join(where))
    return sql if wanted.since is None else f"{sql} AND {_CHANGED}"


# Conditions name their values as the mapper does; COPY is the driver's own, which names them %(name)s.
_NAMED = re.compile(r"(?<!:):(\w+)")

# What the snapshot of the last time did not see: neither what was settled then nor what had just been committed is told
# again, and what was still under way then is not missed.
_SINCE = """facts.xid >= pg_snapshot_xmin(CAST(%(since)s AS pg_snapshot))
    AND NOT pg_visible_in_snapshot(facts.xid, CAST(%(since)s AS pg_snapshot))"""
_NOT_THERE = """NOT EXISTS (
    SELECT 1 FROM tasks WHERE tasks.workspace_id = %(workspace_id)s AND tasks.id = facts.task_id)"""
# No two transactions have one moment: the tasks that came with a fact are those of its upload and its time. As two
# lists, or all tasks might be gone through for each upload.
_OF_UPLOADS = f"""FROM facts WHERE facts.workspace_id = %(workspace_id)s
        AND facts.name = ANY(%(of_uploads)s) AND {_SINCE}"""
_CHANGED = f"""tasks.id = ANY(ARRAY(
    SELECT facts.task_id FROM facts WHERE facts.workspace_id = %(workspace_id)s AND facts.task_id IS NOT NULL
      AND split_part(facts.name, '.', 1) <> ALL(%(no_changes)s) AND {_SINCE}
    UNION
    SELECT brought.id FROM tasks AS brought WHERE brought.workspace_id = %(workspace_id)s
      AND brought.upload_id = ANY(ARRAY(SELECT facts.noun_id {_OF_UPLOADS}))
      AND brought.created_at = ANY(ARRAY(SELECT facts.at {_OF_UPLOADS}))))"""  # noqa: S608 - constants

_PROJECTS = """
    SELECT projects.id, projects.name, array(
        SELECT number FROM flow_versions WHERE flow_versions.workspace_id = %(workspace_id)s
          AND flow_versions.project_id = projects.id ORDER BY number) AS versions
    FROM projects WHERE {narrowed} ORDER BY projects.id"""
_TASK = """
    'id', tasks.id, 'external_id', tasks.external_id,
    'project', json_build_object('id', tasks.project_id, 'name', projects.name),
    'status', tasks.status, 'priority', tasks.priority, 'batch', tasks.batch,
    'metadata', task_inputs.metadata, 'input', task_inputs.input,
    'created_at', tasks.created_at, 'last_submitted_at', tasks.last_submitted_at,
    'completed_at', tasks.completed_at, 'audit', tasks.audit, 'verdict', CASE WHEN in_force.at IS NOT NULL THEN
        json_build_object('verdict', in_force.verdict, 'by', json_build_object(
            'id', in_force.member_id, 'name', in_force.by_name), 'at', in_force.at, 'reasons', in_force.reasons) END,
    'redo_count', tasks.redo_count, 'callback_url', tasks.callback_url"""
_RESULT = "'answers', coalesce(given.answers, '[]'::json), 'output', runs.output"
_JOINS = """
    JOIN task_inputs ON task_inputs.workspace_id = %(workspace_id)s AND task_inputs.task_id = tasks.id
    JOIN projects ON projects.workspace_id = %(workspace_id)s AND projects.id = tasks.project_id
    LEFT JOIN runs ON runs.workspace_id = %(workspace_id)s AND runs.id = tasks.run_id"""
# The last word on the task, where one is in force; the others cost no look.
_VERDICT = """
    LEFT JOIN LATERAL (
        SELECT audits.verdict, audits.member_id, audits.by_name, audits.at, audits.reasons FROM audits
        WHERE tasks.audit IS NOT NULL AND audits.workspace_id = %(workspace_id)s AND audits.task_id = tasks.id
        ORDER BY audits.id DESC LIMIT 1) AS in_force ON true"""
_PREFILLS = """coalesce((
        SELECT jsonb_object_agg(brought.step, brought.answer) FROM task_prefills AS brought
        WHERE brought.workspace_id = %(workspace_id)s AND brought.task_id = tasks.id), '{}')"""
_LIST = """
    LEFT JOIN LATERAL (
        SELECT json_agg({object} ORDER BY answers.id) AS answers FROM {answers}) AS given ON true"""
# Where people and a model answered a step, people's word counts; of several of these the last.
_CELLS = """
    LEFT JOIN LATERAL (
        SELECT json_agg({object} ORDER BY answers.id) AS answers,
            jsonb_object_agg(answers.step, jsonb_build_object(
                'data', answers.data, 'by', answers.by_name, 'at', answers.created_at)
                ORDER BY answers.member_id IS NOT NULL, answers.id) FILTER (WHERE answers.kind = 'answer') AS steps
        FROM {answers}) AS given ON true"""
_EVENTS = """
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object(
            'number', facts.number, 'name', facts.name, 'says', facts.says, 'at', facts.at,
            'by', json_build_object('kind', facts.actor_kind, 'id', facts.actor_id, 'name', facts.actor_name))
            ORDER BY facts.number) AS events
        FROM facts WHERE facts.workspace_id = %(workspace_id)s AND facts.task_id = tasks.id) AS told ON true"""
_FILES = """
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object(
            'id', files.id, 'name', files.name, 'sha256', files.sha256, 'media_type', files.media_type,
            'bytes', files.bytes, 'width', files.width, 'height', files.height) ORDER BY files.id) AS files
        FROM file_uses JOIN files ON files.workspace_id = %(workspace_id)s AND files.id = file_uses.file_id
        WHERE file_uses.workspace_id = %(workspace_id)s AND file_uses.task_id = tasks.id) AS used ON true"""


def _beside(wanted: Wanted) -> str:
    events = _EVENTS if wanted.with_events else ""
    return events + (_FILES if wanted.with_files or wanted.is_of_pictures else "")


def _object(wanted: Wanted) -> str:
    of_run = "runs" if wanted.answers in {Answers.FINAL, Answers.STEP} else "answers"
    number = "runs.number" if of_run == "runs" else "answers.run_number"
    kept = ", 'kept_from', answers.kept_from" if wanted.answers is Answers.ALL else ""
    version = f", 'flow_version', {of_run}.flow_version" if wanted.is_of_pictures else ""
    return f"""json_build_object(
        'id', answers.id, 'step', answers.step, 'use', answers.use, 'kind', answers.kind, 'run', {number},
        'by', json_build_object(
            'kind', CASE WHEN answers.model IS NULL THEN 'member' ELSE 'model' END,
            'id', coalesce(answers.member_id::text, answers.model), 'name', answers.by_name),
        'data', answers.data, 'confidence', answers.confidence,
        'seconds', {to_milliseconds("answers.seconds")},
        'created_at', answers.created_at{kept}{version})"""


def _answers(wanted: Wanted) -> str:
    # Of pictures every step is read: where a picture came from another step, that step's answer names it.
    one_step = " AND answers.step = %(answers_of)s" if wanted.answers_of and not wanted.is_of_pictures else ""
    match wanted.answers:
        case Answers.FINAL | Answers.STEP:
            return f"""answers WHERE answers.workspace_id = %(workspace_id)s AND answers.run_id = tasks.run_id
                AND answers.kind = 'answer'{one_step}"""
        case Answers.LATEST:
            return f"""(SELECT DISTINCT ON (answers.step) {_ANSWER} AND answers.kind = 'answer'{one_step}
                ORDER BY answers.step, answers.id DESC) AS answers"""
        case Answers.ALL:
            return f"""(SELECT {_ANSWER}{one_step} UNION ALL SELECT {_DRAFT}{one_step.replace("answers.", "held.")})
                AS answers"""


_ANSWER = """answers.id, answers.step, answers.use, answers.kind, answers.model, answers.member_id, answers.by_name,
    answers.data, answers.confidence, answers.seconds, answers.created_at, answers.kept_from,
    of_run.number AS run_number,
    of_run.flow_version FROM answers
    JOIN runs AS of_run ON of_run.workspace_id = %(workspace_id)s AND of_run.id = answers.run_id
    WHERE answers.workspace_id = %(workspace_id)s AND answers.task_id = tasks.id"""
# What somebody has in hand and not handed in.
_DRAFT = """held.id, held.step, NULL, 'draft', NULL, held.member_id, members.name, held.draft, NULL, NULL,
    held.draft_saved_at, NULL, of_run.number, of_run.flow_version FROM reservations AS held
    JOIN runs AS of_run ON of_run.workspace_id = %(workspace_id)s AND of_run.id = held.run_id
    JOIN members ON members.workspace_id = %(workspace_id)s AND members.id = held.member_id
    WHERE held.workspace_id = %(workspace_id)s AND held.task_id = tasks.id AND held.state = 'held'
      AND held.draft IS NOT NULL"""
