"""What sorts of answers there are."""

from __future__ import annotations

from enum import StrEnum


class AnswerKind(StrEnum):
    """Whether an answer counts, counted until an audit fixed it, or was kept because it came too late."""

    ANSWER = "answer"
    PRIOR = "prior"
    LATE_DRAFT = "late_draft"


KIND_CHECK = "kind IN ({})".format(", ".join(f"'{kind.value}'" for kind in AnswerKind))
