"""Bodies in and out about audits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from taskyard.domain.answers import Answer
from taskyard.domain.audits.problems import AnswerMissing, NotOfThisVerdict, ReasonMissing
from taskyard.domain.audits.rules import REASON_CHARS_MAX, REASONS_MAX, Verdict
from taskyard.domain.audits.tables import Audit
from taskyard.domain.tasks import AuditStatus, TaskStatus
from taskyard.kit.problems import Flaw
from taskyard.web.bodies import Body, Said

Step = Annotated[str, Field(min_length=1, max_length=100)]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_CHARS_MAX, pattern=r"\S")]


class AuditAsked(Body):
    """A verdict. A fix comes with the answer as it should be, a rejection with what is wrong.

    `step` is the step that is fixed; without it, the last one the output is made of. `redo_from` and `again` are for
    owners and managers: the step a rejected task begins again at, and that this verdict replaces one that was given.
    """

    verdict: Verdict
    answer: dict[str, Any] | None = None
    step: Step | None = None
    reasons: Annotated[list[Reason], Field(max_length=REASONS_MAX)] = Field(default_factory=list)
    redo_from: Step | None = None
    again: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.verdict is Verdict.REJECT and not self.reasons:
            raise ReasonMissing([Flaw("reasons", "is missing", "say what is wrong")])
        if self.verdict is Verdict.FIX and self.answer is None:
            raise AnswerMissing([Flaw("answer", "is missing", "send the answer as it should be")])
        owners = {"answer": Verdict.FIX, "step": Verdict.FIX, "redo_from": Verdict.REJECT}
        for field, owner in owners.items():
            if getattr(self, field) is not None and self.verdict is not owner:
                says = f"belongs to the verdict {owner}"
                raise NotOfThisVerdict(
                    [Flaw(field, says, "leave it out")], field=field, owner=owner, verdict=self.verdict
                )
        return self


class Auditor(Said):
    """Who said so; `id` is null for Taskyard itself."""

    id: UUID | None
    name: str


class GivenSaid(Said):
    """An answer that an audit is about."""

    id: UUID
    step: str
    data: dict[str, Any]
    by: str
    created_at: datetime

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Return what is said of an answer."""
        return cls(id=answer.id, step=answer.step, data=answer.data, by=answer.by_name, created_at=answer.created_at)


class AuditSaid(Said):
    """A verdict on a run; of a fix with the answer that counts since, and with those that counted before."""

    id: UUID
    task_id: UUID
    run_id: UUID
    verdict: AuditStatus
    reasons: list[str]
    step: str | None
    redo_from: str | None
    by: Auditor
    at: datetime
    answer: GivenSaid | None
    prior_answers: list[GivenSaid]

    @classmethod
    def of(cls, audit: Audit, answers: dict[UUID, Answer]) -> Self:
        """Return what is said of a row."""
        fix = answers.get(audit.answer_id) if audit.answer_id else None
        prior = answers.get(audit.prior_answer_id) if audit.prior_answer_id else None
        return cls(
            id=audit.id,
            task_id=audit.task_id,
            run_id=audit.run_id,
            verdict=AuditStatus(audit.verdict),
            reasons=audit.reasons,
            step=audit.step,
            redo_from=audit.redo_from,
            by=Auditor(id=audit.member_id, name=audit.by_name),
            at=audit.at,
            answer=GivenSaid.of(fix) if fix else None,
            prior_answers=[GivenSaid.of(prior)] if prior else [],
        )


class AuditedTask(Said):
    """Where a task stands after its verdict."""

    id: UUID
    status: TaskStatus
    audit: AuditStatus | None
    steps: list[str]
    redo_count: int
    run_id: UUID | None


class AuditDone(AuditSaid):
    """A verdict that was just given, and where it leaves the task."""

    task: AuditedTask


class FixStep(Said):
    """The step to fix as whoever answered it had it; `prefill` is the answer that counts now."""

    id: UUID
    step: str
    use: str
    title: str
    run_id: UUID
    with_: Annotated[dict[str, Any], Field(alias="with")]
    output_schema: dict[str, Any]
    prefill: dict[str, Any]
    prefill_by: str


class FixSaid(Said):
    """What a fix begins with: the steps that can be fixed, and one of them."""

    steps: list[str]
    step_run: FixStep
    input: dict[str, Any]
    files: dict[str, Any]
