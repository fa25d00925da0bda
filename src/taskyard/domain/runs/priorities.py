"""The place of a task in the line: its priority, the one that holds from a step on, and what waiting has gained."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain import projects, tasks
from taskyard.domain.runs import store
from taskyard.domain.runs.problems import NoSuchStep
from taskyard.domain.tasks import Task
from taskyard.kit.problems import Flaw


async def change(session: AsyncSession, task: Task, priority: int | None, from_step: str | None) -> str | None:
    """Give a task a priority, or one from a step on, which None clears; return what changed, in words.

    Task and open step runs are locked. The step runs stand in line by it at once, and keep what waiting has gained.
    """
    order = await _order(session, task)
    before = task.priority, task.step_priorities
    says = f"priority {task.priority} became {priority}"
    if from_step is not None:
        if from_step not in order:
            steps = ", ".join(order)
            flaw = Flaw("from_step", f"{from_step} is no step of its flow", f"Take one of {steps}.", value=from_step)
            raise NoSuchStep([flaw], step=from_step)
        own = {name: value for name, value in (task.step_priorities or {}).items() if name != from_step}
        task.step_priorities = (own if priority is None else {**own, from_step: priority}) or None
        says = f"no priority of its own from {from_step} on any more"
        says = says if priority is None else f"priority {priority} from {from_step} on"
    elif priority is not None:
        task.priority = priority
    if before == (task.priority, task.step_priorities):
        says = ""
    by_step = {step: tasks.priority_at(order, task.priority, task.step_priorities, step) for step in order}
    # Behind the lock of the task: whoever answered just before has opened the next turn with the old priority.
    await store.stand_in_line(session, task.workspace_id, task.run_id, by_step)
    return says or None


async def _order(session: AsyncSession, task: Task) -> list[str]:
    if task.run_id is None:
        return []
    run = await store.get(session, task.workspace_id, task.run_id)
    version = await projects.version(session, task.workspace_id, run.project_id, run.flow_version)
    return [step.id for step in version.flow.order]
