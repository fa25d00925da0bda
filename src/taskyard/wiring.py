"""Which facts set off what: one table. A reaction runs in the transaction of its fact."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import answers, audits, callbacks, files, projects, reservations
from taskyard.kit.db.engine import Database
from taskyard.ledger import Fact, Together

Reaction = Callable[[AsyncSession, Fact, Actor], Awaitable[None]]
ReactionToMany = Callable[[AsyncSession, Sequence[Fact], Actor], Awaitable[None]]


async def _open_playground(session: AsyncSession, _fact: Fact, actor: Actor) -> None:
    await projects.open_playground(session, Actor.system(actor.workspace_id))


async def _end_holds(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    if fact.task_id is not None and fact.run_id is not None:
        await reservations.end_with_run(session, actor.workspace_id, fact.task_id, fact.run_id)


async def _end_holds_of_member(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    if fact.data.get("state") == "removed":
        await reservations.end_of_member(session, actor.workspace_id, UUID(fact.data["member_id"]))
    elif fact.name == "member.changed":
        member_id, role = UUID(fact.data["member_id"]), fact.data["role"]
        await reservations.fit_to_role(session, actor.workspace_id, member_id, role)


async def _forget_answers(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    await _forget_answers_of_many(session, [fact], actor)


async def _forget_audits(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    await _forget_audits_of_many(session, [fact], actor)


async def _forget_files(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    await _forget_files_of_many(session, [fact], actor)


async def _call_back(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    await _call_back_of_many(session, [fact], actor)


async def _call_back_of_upload(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    if fact.noun_id is not None:
        await callbacks.note_upload(session, actor.workspace_id, fact.noun_id)


async def _forget_callbacks(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    await _forget_callbacks_of_many(session, [fact], actor)


async def _forget_callbacks_of_archive(session: AsyncSession, fact: Fact, actor: Actor) -> None:
    if fact.noun_id is not None:
        await callbacks.forget_archived(session, actor.workspace_id, fact.noun_id)


REACTIONS: dict[str, tuple[Reaction, ...]] = {
    "workspace.opened": (_open_playground,),
    # Who is gone holds nothing, and nothing is kept for them: neither somebody removed, nor the program whose key is
    # dead. For who became another, only what they may take.
    "member.changed": (_end_holds_of_member,),
    "key.revoked": (_end_holds_of_member,),
    # A step beside theirs failed: people hold nothing that nobody waits for.
    "run.failed": (_end_holds,),
    "run.cancelled": (_end_holds,),
    "task.deleted": (_forget_answers, _forget_audits, _forget_callbacks, _forget_files),
    "archive.deleted": (_forget_callbacks_of_archive,),
    # What is told to whoever gave a task an address for it. Of an upload's tasks there is one fact for all.
    **dict.fromkeys(callbacks.TOLD, (_call_back,)),
    "upload.completed": (_call_back_of_upload,),
    "upload.mended": (_call_back_of_upload,),
}


async def _end_holds_in_many(session: AsyncSession, facts: Sequence[Fact], actor: Actor) -> None:
    ended = [(fact.task_id, fact.run_id) for fact in facts if fact.task_id and fact.run_id]
    task_ids, run_ids = [task_id for task_id, _ in ended], [run_id for _, run_id in ended]
    await reservations.end_with_runs(session, actor.workspace_id, task_ids, run_ids)


async def _forget_answers_of_many(session: AsyncSession, facts: Sequence[Fact], actor: Actor) -> None:
    await answers.delete_of_tasks(session, actor.workspace_id, [fact.task_id for fact in facts if fact.task_id])


async def _forget_audits_of_many(session: AsyncSession, facts: Sequence[Fact], actor: Actor) -> None:
    await audits.delete_of_tasks(session, actor.workspace_id, [fact.task_id for fact in facts if fact.task_id])


async def _call_back_of_many(session: AsyncSession, facts: Sequence[Fact], actor: Actor) -> None:
    callbacks.note(session, facts, actor.workspace_id)


async def _forget_callbacks_of_many(session: AsyncSession, facts: Sequence[Fact], actor: Actor) -> None:
    await callbacks.forget(session, actor.workspace_id, facts)


async def _forget_files_of_many(session: AsyncSession, facts: Sequence[Fact], actor: Actor) -> None:
    await files.forget(session, actor.workspace_id, *[fact.task_id for fact in facts if fact.task_id])


# What sees to many facts in a few statements; any other reaction to them runs for one after the other.
AT_ONCE: dict[Reaction, ReactionToMany] = {
    _end_holds: _end_holds_in_many,
    _forget_answers: _forget_answers_of_many,
    _forget_audits: _forget_audits_of_many,
    _forget_callbacks: _forget_callbacks_of_many,
    _call_back: _call_back_of_many,
    _forget_files: _forget_files_of_many,
}


async def react(session: AsyncSession) -> None:
    """Run the reactions to the facts pending in a transaction, and to those the reactions record."""
    seen = seen_many = 0
    facts, many = ledger.pending(session), ledger.pending_many(session)
    while seen < len(facts) or seen_many < len(many):
        if seen < len(facts):
            fact, by = facts[seen]
            seen += 1
            for reaction in REACTIONS.get(fact.name, ()):
                await reaction(session, fact, by)
        else:
            together = many[seen_many]
            seen_many += 1
            await _react_to_many(session, together)


async def _react_to_many(session: AsyncSession, together: Together) -> None:
    for reaction in REACTIONS.get(together.facts[0].name, ()):
        if at_once := AT_ONCE.get(reaction):
            await at_once(session, together.facts, together.by)
        else:
            for fact in together.facts:
                await reaction(session, fact, together.by)


def connect(database: Database) -> None:
    """Have every transaction of this process react, and write its facts."""
    database.before_commit(react)
    database.before_commit(callbacks.write)
    database.before_commit(ledger.write)
