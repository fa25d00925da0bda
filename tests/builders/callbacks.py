"""Tasks that are told of, somebody who answers them, and a worker's sender that works when it is told to."""

from __future__ import annotations

from typing import Any

from taskyard.domain.callbacks import Sender
from taskyard.kit.db.engine import Database
from tests.builders import bulk
from tests.builders.people import Person
from tests.builders.receivers import Receiver
from tests.builders.yard import Yard

QUESTION, PRAISE = {"labels": ["question"]}, {"labels": ["praise"]}


class Line:
    """Tasks with an address, somebody who answers, and a worker's sender that works when it is told to."""

    def __init__(self, yard: Yard, sender: Sender, receiver: Receiver, database: Database) -> None:
        self.yard, self.sender, self.receiver, self.database = yard, sender, receiver, database
        self.project = ""
        self.ana = Person(yard.client, None)

    async def a_task(self, **named: Any) -> str:
        """Return a new task that is told of."""
        made = await self.yard.task(self.project, callback_url=self.receiver.url, **named)
        return str(made["id"])

    async def a_completed_task(self, **named: Any) -> str:
        """Return one that somebody has answered."""
        task = await self.a_task(**named)
        await self.yard.answer(self.ana, QUESTION, self.project)
        return task

    async def do_bulk(self, action: str, *ids: str) -> None:
        """Have something done to many tasks, by a worker's doorway."""
        done = await bulk.did(self.yard, self.yard.desk.settings, action, list(ids))
        assert done["state"] == "completed"

    async def send(self) -> None:
        """Do what a worker does now."""
        await self.sender.send_due()

    async def send_later(self, hours: float = 5) -> None:
        """Do what a worker does when these hours have passed."""
        back = """UPDATE deliveries SET due_at = due_at - make_interval(secs => :seconds),
            first_tried_at = first_tried_at - make_interval(secs => :seconds),
            spared_until = spared_until - make_interval(secs => :seconds) WHERE workspace_id = :here"""
        await self.yard.sql(back, seconds=hours * 3600, here=self.yard.workspace_id)
        await self.send()

    async def many_due(
        self, number: int, *, url: str | None = None, host: str | None = None, due: str = "now()"
    ) -> None:
        """Have many events waiting, each of a task of its own; with a host, each at a receiver called after it."""
        await self.yard.sql(
            f"""INSERT INTO deliveries (workspace_id, id, event_id, task_id, type, body, url, host, state, due_at)
                SELECT :here, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'task.completed', '{{}}', :url,
                    coalesce(:host || n, substring(:url FROM '^[^:]+://[^/]+')), 'waiting', {due} FROM generate_series(1, :number) AS n""",
            here=self.yard.workspace_id, url=url or self.receiver.url, host=host, number=number,
        )  # fmt: skip

    async def deliveries(self, task: str) -> list[dict[str, Any]]:
        """Return what is told of a task, newest first."""
        found: list[dict[str, Any]] = (await self.yard.owner.get(f"/tasks/{task}/deliveries")).json["items"]
        return found

    async def delivery(self, task: str) -> dict[str, Any]:
        """Return the one thing that is told of a task."""
        (found,) = await self.deliveries(task)
        return found
