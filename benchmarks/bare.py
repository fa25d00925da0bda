"""The bare database: the same rows in the same PostgreSQL by plain psycopg, as the limit nothing can be faster than."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import psycopg

from taskyard.kit.ids import new_id

DATABASE = "bare"
TASKS = """
    CREATE TABLE tasks (id uuid PRIMARY KEY, external_id text UNIQUE, status text NOT NULL, text text NOT NULL,
                        created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX ON tasks (status, id);
"""
LINE = """
    CREATE TABLE line (id bigint PRIMARY KEY, state text NOT NULL, priority integer NOT NULL, holder integer,
                       token integer NOT NULL DEFAULT 0, lease_until timestamptz);
    CREATE INDEX ON line (priority, id) WHERE state = 'queued';
    CREATE TABLE answers (id uuid PRIMARY KEY, line_id bigint NOT NULL UNIQUE, data jsonb NOT NULL);
"""
CLAIM = """
    UPDATE line SET state = 'running', holder = %s, token = token + 1, lease_until = now() + interval '1 hour'
    WHERE id = (SELECT id FROM line WHERE state = 'queued' ORDER BY priority, id FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING id, token
"""
# What a page of the list shows, without the JSON.
PAGE = """
    SELECT tasks.id, external_id, tasks.project_id, projects.name, status, steps, priority, batch, preview, redo_count,
           tasks.run_id, runs.state, runs.reason, tasks.created_at, last_submitted_at, completed_at
    FROM tasks JOIN projects ON projects.workspace_id = tasks.workspace_id AND projects.id = tasks.project_id
    LEFT JOIN runs ON runs.workspace_id = tasks.workspace_id AND runs.id = tasks.run_id
    WHERE tasks.workspace_id = %(workspace)s AND tasks.id < %(after)s {more}
    ORDER BY tasks.id DESC LIMIT 50
"""
SEARCH = """
    SELECT tasks.id, external_id, status, steps, priority, batch, preview FROM task_texts
    JOIN tasks ON tasks.workspace_id = task_texts.workspace_id AND tasks.id = task_id
    WHERE task_texts.workspace_id = %(workspace)s AND words LIKE %(like)s ORDER BY tasks.id DESC LIMIT 50
"""
SORTED = """
    SELECT tasks.id, external_id, status, steps, priority, batch, preview FROM task_values
    JOIN tasks ON tasks.workspace_id = task_values.workspace_id AND tasks.id = task_id
    WHERE task_values.workspace_id = (SELECT id FROM workspaces) AND task_values.project_id = %(project)s
      AND field = %(field)s AND words IS NOT NULL ORDER BY words, task_id LIMIT 50
"""
EXPORT = """
    COPY (SELECT json_build_object('id', tasks.id, 'external_id', external_id, 'status', status,
                                   'input', task_inputs.input, 'output', runs.output, 'answers', (
            SELECT json_agg(json_build_object('step', step, 'data', data, 'by', by_name, 'at', created_at))
            FROM answers WHERE answers.workspace_id = tasks.workspace_id AND answers.run_id = tasks.run_id))
          FROM tasks JOIN task_inputs ON task_inputs.workspace_id = tasks.workspace_id AND task_id = tasks.id
          LEFT JOIN runs ON runs.workspace_id = tasks.workspace_id AND runs.id = tasks.run_id ORDER BY tasks.id)
    TO STDOUT
"""


class Bare:
    """A database of its own beside Taskyard's, in the same server."""

    def __init__(self, of_taskyard: str, dsn: str) -> None:
        self._dsn = dsn
        self._of_taskyard = of_taskyard
        with psycopg.connect(of_taskyard, autocommit=True) as admin, suppress(psycopg.errors.DuplicateDatabase):
            admin.execute(f"CREATE DATABASE {DATABASE}")

    def upload(self, content: bytes, form: str) -> float:
        """Return the seconds to parse the rows and COPY them into a table with three b-trees."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(f"DROP TABLE IF EXISTS tasks; {TASKS}".encode())
            began = time.perf_counter()
            rows: list[dict[str, str]]
            if form == "csv":
                rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
            else:
                rows = json.loads(content)
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY tasks (id, external_id, status, text) FROM STDIN (FORMAT binary)") as copy,
            ):
                copy.set_types(["uuid", "text", "text", "text"])
                for row in rows:
                    copy.write_row((new_id(), row["external_id"], "queued", row["text"]))
            return time.perf_counter() - began

    def pages(self, workspace: str, times: int, *, offset: int = 0, status: str | None = None) -> list[float]:
        """Return the milliseconds of reading a page of fifty so many times."""
        statement = PAGE.format(more="AND status = %(status)s" if status else "").encode()
        last = "ffffffff-ffff-ffff-ffff-ffffffffffff"
        with psycopg.connect(self._of_taskyard, autocommit=True) as connection:
            if offset:
                found = connection.execute("SELECT id FROM tasks ORDER BY id DESC OFFSET %s LIMIT 1", [offset])
                last = found.fetchall()[0][0]
            values = {"workspace": workspace, "after": last, "status": status}
            spent = []
            for _ in range(times):
                began = time.perf_counter()
                connection.execute(statement, values).fetchall()
                spent.append((time.perf_counter() - began) * 1000)
        return spent

    def wait_for_search(self, seconds: float) -> float:
        """Wait until the words and sorted values of all tasks lie beside them; return how long that took."""
        began = time.perf_counter()
        with psycopg.connect(self._of_taskyard, autocommit=True) as connection:
            while connection.execute("SELECT 1 FROM task_spans LIMIT 1").fetchall():
                if time.perf_counter() - began > seconds:
                    raise TimeoutError(f"words were not beside their tasks after {seconds} seconds")
                time.sleep(0.2)
        return time.perf_counter() - began

    def searches(self, workspace: str, words: str, times: int) -> list[float]:
        """Return the milliseconds the newest fifty tasks with some words take, by the index of words alone."""
        return self._times(SEARCH, {"workspace": workspace, "like": f"%{words.lower()}%"}, times)

    def sorted_pages(self, project: str, name: str, times: int) -> list[float]:
        """Return the milliseconds fifty tasks in the order of a text of their input take, by the index alone."""
        return self._times(SORTED, {"project": project, "field": name}, times)

    def _times(self, statement: str, values: dict[str, str], times: int) -> list[float]:
        spent = []
        with psycopg.connect(self._of_taskyard, autocommit=True) as connection:
            for _ in range(times):
                began = time.perf_counter()
                connection.execute(statement.encode(), values).fetchall()
                spent.append((time.perf_counter() - began) * 1000)
        return spent

    def hand_out(self, rows: int, people: int, seconds: float) -> float:
        """Return how many times a second people take a row and answer it, each on a connection of their own."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(f"DROP TABLE IF EXISTS line, answers; {LINE}".encode())
            connection.execute("INSERT INTO line SELECT n, 'queued', 0 FROM generate_series(1, %s) AS n", [rows])
            connection.execute("ANALYZE line")
        counts = [0] * people
        gate = threading.Barrier(people + 1)

        def work(me: int) -> None:
            with psycopg.connect(self._dsn) as connection:
                gate.wait()
                while time.perf_counter() < until:
                    ((line_id, token),) = connection.execute(CLAIM, [me]).fetchall()
                    connection.commit()
                    data = '{"labels": ["question"]}'
                    with connection.pipeline():
                        connection.execute("INSERT INTO answers VALUES (%s, %s, %s)", [uuid4(), line_id, data])
                        connection.execute(
                            "UPDATE line SET state = 'completed', lease_until = NULL WHERE id = %s AND token = %s",
                            [line_id, token],
                        )
                    connection.commit()
                    counts[me] += 1

        threads = [threading.Thread(target=work, args=(me,)) for me in range(people)]
        until = time.perf_counter() + 60
        for thread in threads:
            thread.start()
        gate.wait()
        until = time.perf_counter() + seconds
        for thread in threads:
            thread.join()
        return sum(counts) / seconds

    def export(self) -> float:
        """Return the seconds until the last byte of every task with its answers as JSON."""
        began = time.perf_counter()
        with (
            psycopg.connect(self._of_taskyard) as connection,
            connection.cursor() as cursor,
            cursor.copy(EXPORT.encode()) as copy,
        ):
            for _ in copy:
                pass
        return time.perf_counter() - began

    def answer_everything(self) -> int:
        """Give every task that has none an answer, straight into Taskyard's tables, and return how many have one."""
        with psycopg.connect(self._of_taskyard, autocommit=True) as connection:
            for statement in ANSWERED:
                connection.execute(statement.encode())
            return int(connection.execute("SELECT count(*) FROM answers").fetchall()[0][0])

    def change(self, number: int) -> float:
        """Return the seconds to set one indexed column of so many uploaded rows, named by their ids."""
        return self._of_some("UPDATE tasks SET status = 'changed' WHERE id = ANY(%s)", number)

    def delete(self, number: int) -> float:
        """Return the seconds to delete so many uploaded rows, named by their ids."""
        return self._of_some("DELETE FROM tasks WHERE id = ANY(%s)", number)

    def _of_some(self, statement: str, number: int) -> float:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute("ANALYZE tasks")
            ids = [row[0] for row in connection.execute("SELECT id FROM tasks ORDER BY id DESC LIMIT %s", [number])]
            began = time.perf_counter()
            connection.execute(statement.encode(), [ids])
            return time.perf_counter() - began

    def double_hand_outs(self) -> int:
        """Return how many turns were handed out or answered more than once, by the database's word."""
        with psycopg.connect(self._of_taskyard, autocommit=True) as connection:
            return sum(int(connection.execute(each.encode()).fetchall()[0][0]) for each in DOUBLES)

    def settle(self, tables: Sequence[str]) -> None:
        """Do now what PostgreSQL does by itself within a minute of a bulk load."""
        with psycopg.connect(self._of_taskyard, autocommit=True) as connection:
            for table in tables:
                connection.execute(f"VACUUM (ANALYZE) {table}".encode())


ANSWERED = (
    """INSERT INTO answers (workspace_id, id, step_run_id, run_id, task_id, step, use, kind, data, by_name, seconds)
       SELECT workspace_id, gen_random_uuid(), id, run_id, task_id, step, 'classify', 'answer',
              '{"labels": ["question"]}', 'Somebody', 12.5 FROM step_runs
       WHERE NOT EXISTS (SELECT 1 FROM answers WHERE answers.step_run_id = step_runs.id)""",
    """UPDATE step_runs SET state = 'completed', lease_until = NULL, ended_at = now() WHERE state <> 'completed'""",
    """UPDATE runs SET state = 'completed', output = '{"label": "question"}', ended_at = now()
       WHERE state <> 'completed'""",
    """UPDATE tasks SET status = 'completed', steps = '{}', last_submitted_at = now(), completed_at = now()
       WHERE status <> 'completed'""",
)
DOUBLES = (
    "SELECT count(*) FROM (SELECT 1 FROM reservations GROUP BY step_run_id HAVING count(*) > 1) AS twice",
    "SELECT count(*) FROM (SELECT 1 FROM answers GROUP BY step_run_id HAVING count(*) > 1) AS twice",
    "SELECT count(*) FROM step_runs WHERE attempt > 1",
)
