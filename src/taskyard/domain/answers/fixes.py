"""An answer that an audit puts in the place of another: the earlier one is kept, and counts no more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import runs
from taskyard.domain.answers import store
from taskyard.domain.answers.actions import check, work_of
from taskyard.domain.answers.problems import NothingToFix
from taskyard.domain.answers.rules import AnswerKind
from taskyard.domain.answers.tables import Answer
from taskyard.domain.runs import Going
from taskyard.kit.ids import new_id


class Fixed(NamedTuple):
    """The answer that counts now, and the one that counted before."""

    answer: Answer
    prior: Answer


async def fix(session: AsyncSession, actor: Actor, going: Going, step: str, data: Any) -> Fixed:
    """Put an answer in the place of a step's and work out the run's output anew. Refuses one that does not fit.

    What other steps gave stays, though they may have built on what was replaced. Run and task are locked.
    """
    given = await store.counting(session, going.run.workspace_id, going.run.id)
    prior = given.get(step)
    if prior is None:
        raise NothingToFix(step=step, can=fixable(going, given))
    checked = await check(session, going.run, await work_of(session, going, step), data)
    prior.kind = AnswerKind.PRIOR
    # First this one: a turn has one answer that counts.
    await session.flush()
    answer = _fix_of(actor, going, prior, checked)
    session.add(answer)
    await session.flush()
    rows = await runs.step_runs(session, going.run.workspace_id, going.run.id)
    runs.answer_anew(replace(going, outputs={**going.outputs, step: checked}), rows)
    return Fixed(answer, prior)


def fixable(going: Going, given: Collection[str]) -> str:
    """Say which steps have an answer that counts, in the order of the flow."""
    return f"{', '.join(each.id for each in going.flow.order if each.id in given) or 'no step'} can be fixed"


def _fix_of(actor: Actor, going: Going, prior: Answer, checked: dict[str, Any]) -> Answer:
    return Answer(
        workspace_id=prior.workspace_id,
        id=new_id(),
        step_run_id=prior.step_run_id,
        run_id=prior.run_id,
        task_id=prior.task_id,
        step=prior.step,
        use=prior.use,
        kind=AnswerKind.ANSWER,
        data=checked,
        member_id=actor.member_id,
        by_name=actor.name,
        # Of several fixes each names the work that was handed in, not the fix before it.
        fixes=prior.fixes or prior.id,
        created_at=going.now,
    )
