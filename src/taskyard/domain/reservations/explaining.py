"""Why this work and not another, in words that are true in each case. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS


class Place(IntEnum):
    """Which of the three lines a turn stands in; they are handed out one after the other."""

    KEPT = 0
    SENT_BACK = 1
    LINE = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """A turn in the line of one member: `priority` is by which it stands, `aged` of it what waiting has gained."""

    place: Place
    priority: int
    aged: int
    waits_since: datetime


def why(turn: Standing, before: Standing | None, after: Standing | None, *, now: datetime, skipped: int = 0) -> str:
    """Say why a turn comes when it does: after the one before it, if there is one, and before the one after it.

    `skipped` are those that would come earlier, had this member not skipped them.
    """
    if turn.place is Place.KEPT:
        return "It is kept for you."
    if turn.place is Place.SENT_BACK:
        return "It was sent back to you."
    says = [_by_priority(turn, before, after)]
    if turn.aged:
        waited = waited_words((now - turn.waits_since).total_seconds())
        says.append(f"That is priority {turn.priority + turn.aged}, {turn.aged} earlier for waiting {waited}.")
    if skipped:
        says.append(f"{skipped} that you skipped would have come before it.")
    return " ".join(says)


def waited_words(seconds: float) -> str:
    """Return a long time in its largest whole unit."""
    for size, unit in ((DAY_SECONDS, "day"), (HOUR_SECONDS, "hour")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "less than an hour"


def _by_priority(turn: Standing, before: Standing | None, after: Standing | None) -> str:
    number = f"{turn.priority} ({_sense(turn.priority)})"
    if before is not None and before.place is Place.LINE and before.priority == turn.priority:
        return f"Its number is {number} too, and its task is younger than the one before it."
    if after is None:
        return f"Its number is {number}{'' if before else ', and nothing else is free for you'}."
    lowest = f"Of what is free for you its number, {number}, is the lowest"
    if after.priority == turn.priority:
        return f"{lowest}; its task is the oldest of those."
    return f"{lowest}: the next has {after.priority}."


def _sense(priority: int) -> str:
    if priority == 0:
        return "as usual"
    return "earlier than usual" if priority < 0 else "later than usual"
