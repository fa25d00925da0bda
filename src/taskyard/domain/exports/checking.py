"""What is known of an export before it is begun: that its projects, its step and its tasks are there."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain import projects, tasks
from taskyard.domain.exports import store
from taskyard.domain.exports.problems import NoSuchStep, NoTasksThere, NothingAnnotated, StepDrawsNothing
from taskyard.domain.exports.rules import ANNOTATE
from taskyard.domain.exports.wanted import Wanted
from taskyard.kit.problems import Flaw
from taskyard.kit.words import listed, nearest, shortened


async def refuse_unfit(session: AsyncSession, actor: Actor, wanted: Wanted) -> None:
    """Refuse what could give nothing of what is asked for: the file would be empty and nobody would know why."""
    for project_id in wanted.tasks.projects:
        await projects.get(session, actor, project_id)
    tasks.refuse_hidden_fields(actor, wanted.tasks)
    if wanted.tasks.ids:
        await _refuse_none_there(session, actor, wanted)
    if wanted.answers_of or wanted.is_of_pictures:
        _refuse_unfit_step(wanted, await store.steps_in(session, actor, wanted.tasks))


async def _refuse_none_there(session: AsyncSession, actor: Actor, wanted: Wanted) -> None:
    if await store.are_any_there(session, actor, wanted.tasks.ids):
        return
    archived = await store.archives_of(session, actor.workspace_id, wanted.tasks.ids)
    # A client is not told of archives, nor of what was never shared with it.
    if archived and actor.may(Permission.ARCHIVES_READ):
        mend = f"Restore them from the archive {listed(archived)}, or download that archive."
        raise NoTasksThere([Flaw("ids", "in an archive", mend)], why="they are in an archive")
    why = "they were deleted, or were never here"
    raise NoTasksThere([Flaw("ids", "not found", "Take them from the list of tasks.")], why=why)


def _refuse_unfit_step(wanted: Wanted, steps: dict[str, set[str]]) -> None:
    asked = wanted.answers_of
    annotating = [step for step, uses in steps.items() if ANNOTATE in uses]
    if asked and asked not in steps:
        there = f"The steps there are: {listed(list(steps))}." if steps else "No flow is published there."
        meant = nearest(asked, steps)
        mend = f"Did you mean `{meant}`? {there}" if meant else there
        raise NoSuchStep(
            [Flaw("answers_of", "is no step of theirs", mend, value=shortened(asked))], step=shortened(asked, 60)
        )
    if wanted.is_of_pictures and not annotating:
        mend = "Take `csv` or `jsonl`, or a project that annotates pictures."
        raise NothingAnnotated([Flaw("format", "would be empty", mend)], form=wanted.form.upper())
    if wanted.is_of_pictures and asked and asked not in annotating:
        mend = f"The steps that annotate: {listed(annotating)}."
        raise StepDrawsNothing(
            [Flaw("answers_of", "does not annotate", mend)], step=shortened(asked, 60), form=wanted.form.upper()
        )
