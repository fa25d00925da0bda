"""What a submit reads and what it writes: a hold with the turn, the run and the task behind it.

These rows come and go past the mapper: a person who hands in work waits for nothing else than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain import projects, runs
from taskyard.domain.answers import Answer
from taskyard.domain.reservations.problems import NoSuchReservation
from taskyard.domain.reservations.tables import Reservation
from taskyard.domain.runs import Going, Run, StepRun
from taskyard.domain.tasks import Task
from taskyard.kit.db.direct import Row, fetch


class InHand(NamedTuple):
    """A hold and all that its end may change. The hold, its turn, run and task are locked."""

    reservation: Reservation
    turn: StepRun
    others: list[StepRun]
    going: Going


async def lock(session: AsyncSession, actor: Actor, reservation_id: UUID) -> InHand:
    """Return a hold to be ended. Members see their own, managers all; any other is NoSuchReservation."""
    name = {"workspace_id": actor.workspace_id, "reservation_id": reservation_id, "me": actor.member_id}
    whose = "" if actor.may(Permission.WORK_RELEASE_ANY) else " AND reservations.member_id = %(me)s"
    held = await fetch(session, _LOCK.replace("/*whose*/", whose), name)
    if not held:
        raise NoSuchReservation(reservation_id=reservation_id)
    # Not in the statement that locks: behind the locks, what is read is the run as its last writer left it.
    (known,) = await fetch(session, _READ, name)
    return await _in_hand(session, actor.workspace_id, held[0], known)


async def keep(session: AsyncSession, in_hand: InHand, answer: Answer, opened: Sequence[StepRun]) -> None:
    """Write a submit: the answer, the ends of hold and turn, where run and task stand, and the turns that follow."""
    reservation, turn, others, going = in_hand
    run, task = going.run, going.task
    of_answer = ("workspace_id", "member_id", "step", "use", "kind", "model", "by_name", "confidence", "seconds")
    values = {
        **{name: getattr(answer, name) for name in of_answer},
        **{f"run_{name}": getattr(run, name) for name in ("id", "state", "reason", "started_at", "ended_at")},
        **{
            f"task_{name}": getattr(task, name)
            for name in ("id", "status", "steps", "last_submitted_at", "seconds", "cost", "reserved_for", "audit")
        },
        "answer_id": answer.id,
        "data": Jsonb(answer.data),
        "reservation_id": reservation.id,
        "reservation_state": reservation.state,
        **{f"turn_{name}": getattr(turn, name) for name in _OF_TURN},
        "run_output": None if run.output is None else Jsonb(run.output),
        "run_error": None if run.error is None else Jsonb(run.error),
        "task_completed_at": task.completed_at,
    }
    await fetch(session, _KEEP, values)
    # Of the others only what is needed was read: a time of ending is one of just now.
    for other in others:
        if other.ended_at is not None:
            its = {"workspace_id": run.workspace_id, **{f"turn_{name}": getattr(other, name) for name in _OF_TURN}}
            await fetch(session, _END_TURN, its)
    if opened:
        await runs.open_turns(session, opened)


async def _in_hand(session: AsyncSession, workspace_id: UUID, held: Row, known: Row) -> InHand:
    names = {"workspace_id": workspace_id, "run_id": held.run_id, "task_id": held.task_id,
             "project_id": held.project_id}  # fmt: skip
    reservation = Reservation(
        **names, id=held.id, step_run_id=held.step_run_id, step=held.step, member_id=held.member_id,
        state=held.state, token=held.token, held_at=held.held_at,
    )  # fmt: skip
    run = Run(
        workspace_id=workspace_id, id=held.run_id, task_id=held.task_id, project_id=held.project_id,
        number=held.number, flow_version=held.flow_version, state=held.run_state, reason=held.run_reason,
        settings=held.settings, output=held.output, error=held.error, started_at=held.run_started_at,
        ended_at=held.run_ended_at,
    )  # fmt: skip
    task = Task(
        workspace_id=workspace_id, id=held.task_id, project_id=held.project_id, run_id=held.task_run_id,
        status=held.status, steps=held.steps, priority=held.priority, last_submitted_at=held.last_submitted_at,
        completed_at=held.completed_at, audit=held.audit, seconds=held.seconds, cost=held.cost,
        reserved_for=held.reserved_for, step_priorities=held.step_priorities, callback_url=held.callback_url,
    )  # fmt: skip
    turns = [StepRun(**names, **(turn | {"id": UUID(turn["id"])})) for turn in known.turns]
    turn = next(turn for turn in turns if turn.id == held.step_run_id)
    version = await projects.version(session, workspace_id, held.project_id, held.flow_version)
    given = {**known.input, **held.settings.get("input", {})}
    going = Going(run, task, version.flow, given, known.outputs, known.now)
    return InHand(reservation, turn, [other for other in turns if other is not turn], going)


_LOCK = """
    SELECT reservations.id, reservations.step_run_id, reservations.run_id, reservations.task_id,
        reservations.project_id, reservations.step, reservations.member_id, reservations.state, reservations.token,
        reservations.held_at, runs.number, runs.flow_version, runs.state AS run_state, runs.reason AS run_reason,
        runs.settings, runs.output, runs.error, runs.started_at AS run_started_at, runs.ended_at AS run_ended_at,
        tasks.run_id AS task_run_id, tasks.status, tasks.steps, tasks.priority, tasks.last_submitted_at,
        tasks.completed_at, tasks.audit, tasks.seconds, tasks.cost, tasks.reserved_for, tasks.step_priorities,
        tasks.callback_url
    FROM reservations
    JOIN step_runs ON step_runs.workspace_id = %(workspace_id)s AND step_runs.id = reservations.step_run_id
    JOIN runs ON runs.workspace_id = %(workspace_id)s AND runs.id = reservations.run_id
    JOIN tasks ON tasks.workspace_id = %(workspace_id)s AND tasks.id = reservations.task_id
    WHERE reservations.workspace_id = %(workspace_id)s AND reservations.id = %(reservation_id)s /*whose*/
    FOR UPDATE OF reservations, step_runs, runs, tasks
"""
# Where people and a model answered a step, people's word counts: the last of a name wins.
_READ = """
    SELECT now() AS now, task_inputs.input,
        (SELECT coalesce(jsonb_object_agg(step, data ORDER BY member_id IS NOT NULL, id), '{}') FROM answers
         WHERE answers.workspace_id = %(workspace_id)s AND answers.run_id = reservations.run_id
           AND answers.kind = 'answer') AS outputs,
        (SELECT jsonb_agg(jsonb_build_object('id', id, 'step', step, 'performer', performer, 'state', state,
                                             'token', token, 'reason', reason, 'error', error) ORDER BY id)
         FROM step_runs WHERE step_runs.workspace_id = %(workspace_id)s
           AND step_runs.run_id = reservations.run_id) AS turns
    FROM reservations
    JOIN task_inputs ON task_inputs.workspace_id = %(workspace_id)s AND task_inputs.task_id = reservations.task_id
    WHERE reservations.workspace_id = %(workspace_id)s AND reservations.id = %(reservation_id)s
"""
_OF_TURN = ("id", "state", "token", "reason")
# One row by its key: joined with a list of rows, PostgreSQL reads every step run of the workspace while it has not
# counted them yet, as after a large upload.
_END_TURN = """
        UPDATE step_runs SET state = %(turn_state)s, token = %(turn_token)s, reason = %(turn_reason)s, ended_at = now(),
            lease_until = NULL, holder_id = NULL, worker = NULL
        WHERE workspace_id = %(workspace_id)s AND id = %(turn_id)s
"""
_KEEP = f"""
    WITH given AS (
        INSERT INTO answers (workspace_id, id, step_run_id, run_id, task_id, step, use, kind, data, member_id, model,
                             by_name, confidence, seconds)
        VALUES (%(workspace_id)s, %(answer_id)s, %(turn_id)s, %(run_id)s, %(task_id)s, %(step)s, %(use)s, %(kind)s,
                %(data)s, %(member_id)s, %(model)s, %(by_name)s, %(confidence)s, %(seconds)s)
    ), held AS (
        UPDATE reservations SET state = %(reservation_state)s, ended_at = now()
        WHERE workspace_id = %(workspace_id)s AND id = %(reservation_id)s
    ), taken AS ({_END_TURN}    ), run AS (
        UPDATE runs SET state = %(run_state)s, reason = %(run_reason)s, output = %(run_output)s, error = %(run_error)s,
            started_at = %(run_started_at)s, ended_at = %(run_ended_at)s
        WHERE workspace_id = %(workspace_id)s AND id = %(run_id)s
    )
    UPDATE tasks SET status = %(task_status)s, steps = %(task_steps)s, last_submitted_at = %(task_last_submitted_at)s,
        completed_at = %(task_completed_at)s, seconds = %(task_seconds)s, cost = %(task_cost)s,
        reserved_for = %(task_reserved_for)s, audit = %(task_audit)s
    WHERE workspace_id = %(workspace_id)s AND id = %(task_id)s
"""  # noqa: S608 - built from constants of this file
