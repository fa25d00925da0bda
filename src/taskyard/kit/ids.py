"""Identifiers that sort by the time they were made."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a UUIDv7. Made here and not in the database, so that one INSERT needs no answer."""
    return uuid7()


def first_of(moment: UUID) -> UUID:
    """Return the lowest id of the millisecond in which this one was made."""
    return UUID(int=moment.int >> _RANDOM_BITS << _RANDOM_BITS)


def last_of(moment: UUID) -> UUID:
    """Return the highest id of the millisecond in which this one was made."""
    return UUID(int=moment.int | ((1 << _RANDOM_BITS) - 1))


# Of the 128 bits of an id the first 48 are the time.
_RANDOM_BITS = 80


def id_list(ids: Iterable[UUID | None]) -> str:
    """Return ids as PostgreSQL reads a list of them, for `CAST(:ids AS uuid[])`.

    As one text: the driver takes thousands of them one by one, each time anew. Hyphens would double the time.
    """
    return f"{{{','.join('NULL' if id_ is None else id_.hex for id_ in ids)}}}"
