"""Deliveries with every attempt at them, and the secret each workspace signs with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Integer, PrimaryKeyConstraint, Text, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.callbacks.rules import DELIVERY
from taskyard.kit.db.base import Base

When = DateTime(timezone=True)


class Delivery(Base):
    """One event on its way to one address. What is sent stands here, and is the same at every attempt."""

    __tablename__ = "deliveries"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        CheckConstraint(DELIVERY.check_sql(), "state"),
        # What is told of a task, and whether something earlier is still to be told.
        Index("deliveries_task_ix", "workspace_id", "task_id", "number"),
        Index(
            "deliveries_open_ix",
            "workspace_id",
            "task_id",
            "number",
            postgresql_where=sql("state IN ('waiting', 'sending')"),
        ),
        # What is due, receiver by receiver; looked through by workers, across workspaces.
        Index(
            "deliveries_due_ix", "workspace_id", "host", "due_at", "number", postgresql_where=sql("state = 'waiting'")
        ),
        # What is being sent: how many at each receiver, and whose worker is silent.
        Index("deliveries_sending_ix", "workspace_id", "host", postgresql_where=sql("state = 'sending'")),
        # Which receivers have not answered, and are left alone.
        Index(
            "deliveries_spared_ix",
            "workspace_id",
            "host",
            "spared_until",
            postgresql_where=sql("spared_until IS NOT NULL"),
        ),
        # What has had its days.
        Index("deliveries_ended_ix", "ended_at", postgresql_where=sql("ended_at IS NOT NULL")),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    number: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), comment="grows; what is told of a task goes to one address in this order"
    )
    event_id: Mapped[UUID] = mapped_column(comment="of the event, for receivers: the same at every attempt")
    task_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(Text, comment="the fact that is told")
    body: Mapped[str] = mapped_column(Text, comment="what is sent, as the task was when it happened")
    url: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text, comment="scheme, name and port of the address: one receiver")
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    tries: Mapped[int] = mapped_column(
        Integer, server_default=sql("0"), comment="attempts since it was queued, or sent again by somebody"
    )
    first_tried_at: Mapped[datetime | None] = mapped_column(When, comment="of these; what is given up is counted by it")
    due_at: Mapped[datetime] = mapped_column(When, server_default=func.now())
    spared_until: Mapped[datetime | None] = mapped_column(
        When, comment="it was not answered: until then nothing is sent to its receiver"
    )
    token: Mapped[int] = mapped_column(BigInteger, server_default=sql("0"), comment="only who has the last one may end")
    lease_until: Mapped[datetime | None] = mapped_column(When)
    reason: Mapped[str | None] = mapped_column(Text, comment="why the last attempt failed")
    created_at: Mapped[datetime] = mapped_column(When, server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(When)


class DeliveryAttempt(Base):
    """One attempt. Without milliseconds it is under way, or its worker died."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (PrimaryKeyConstraint("workspace_id", "delivery_id", "number"),)

    workspace_id: Mapped[UUID]
    delivery_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer)
    began_at: Mapped[datetime] = mapped_column(When, server_default=func.now())
    milliseconds: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(Integer, comment="of the answer, as HTTP has it")
    error: Mapped[str | None] = mapped_column(Text, comment="why it did not arrive, in words")
    response: Mapped[str | None] = mapped_column(Text, comment="how the answer begins")


class CallbackSecret(Base):
    """What a workspace signs with. Kept as it is: whoever signs needs it whole."""

    __tablename__ = "callback_secrets"
    __table_args__ = (PrimaryKeyConstraint("workspace_id"),)

    workspace_id: Mapped[UUID]
    secret: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(When, server_default=func.now())
    previous: Mapped[str | None] = mapped_column(Text, comment="signs too, until its time is over")
    previous_until: Mapped[datetime | None] = mapped_column(When)
