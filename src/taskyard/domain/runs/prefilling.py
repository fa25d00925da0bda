"""Answers that come with new tasks: all of them fit, or none of the tasks is taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from taskyard.domain.files import File
from taskyard.domain.projects import ANSWERS, Prefills, Published
from taskyard.domain.runs.problems import PrefillInvalid
from taskyard.kit.problems import Flaw
from taskyard.steps.values import Size


class _New(Protocol):
    @property
    def project_id(self) -> UUID: ...
    @property
    def input(self) -> dict[str, Any]: ...
    @property
    def answers(self) -> dict[str, Any]: ...


def checked(
    wanted: Sequence[_New], published: Mapping[UUID, Published], shown: Sequence[Sequence[File]]
) -> list[dict[str, Any]]:
    """Return the answers of each task by step, in their canonical form; `shown` are the files its input names."""
    readers: dict[UUID, Prefills] = {}
    found: list[dict[str, Any]] = []
    flaws: list[Flaw] = []
    for number, new in enumerate(wanted):
        if not new.answers:
            found.append({})
            continue
        if new.project_id not in readers:
            readers[new.project_id] = Prefills(published[new.project_id].flow)
        prefills = readers[new.project_id]
        root = f"tasks[{number}]." if len(wanted) > 1 else ""
        answers, wrong = prefills.gathered({ANSWERS: new.answers})
        flaws += [Flaw(f"{root}{flaw.place}", flaw.says, flaw.mend, value=flaw.value) for flaw in wrong]
        for step, answer in answers.items():
            place = f"{root}{ANSWERS}.{step}"
            answers[step], wrong = prefills.check(step, answer, new.input, place, sizes_of(shown[number]))
            flaws += wrong
        found.append(answers)
    if flaws:
        name = next(published[new.project_id].name for new in wanted if new.answers)
        raise PrefillInvalid(flaws, project=name, summary="; ".join(f"{f.place}: {f.says}" for f in flaws[:3]))
    return found


def sizes_of(files: Sequence[File]) -> dict[str, Size]:
    """Return how large the pictures are among some files."""
    return {str(file.id): Size(file.width, file.height) for file in files if file.width and file.height}
