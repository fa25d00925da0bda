"""What a verdict is about: the step a fix replaces, the one a rejected task begins again at, the reasons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

REASONS_MAX = 20
REASON_CHARS_MAX = 1000


class Verdict(StrEnum):
    """What an auditor says."""

    ACCEPT = "accept"
    FIX = "fix"
    REJECT = "reject"


def usual_step(order: Sequence[str], answered: Collection[str], in_output: Collection[str]) -> str | None:
    """Return the step whose answer a fix replaces when it names none: the last of those the output is made of."""
    given = [step for step in order if step in answered]
    return next((step for step in reversed(given) if step in in_output), given[-1] if given else None)


def redo_from(
    asked: str | None, *, is_redone: bool, redo_step: str | None, order: Sequence[str], by_people: Collection[str]
) -> str | None:
    """Return the step a rejected task begins again at; None when it ends.

    What the project says may have left the flow since: then it is the first step that people have done.
    """
    if asked is not None:
        return asked
    if not is_redone:
        return None
    return redo_step if redo_step in order else next((step for step in order if step in by_people), None)


def told(reasons: Sequence[str]) -> str:
    """Return reasons as one sentence, without a full stop of their own."""
    return "; ".join(reason.strip().rstrip(".") for reason in reasons)
