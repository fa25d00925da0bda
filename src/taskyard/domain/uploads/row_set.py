"""A set of row numbers that stays small however many there are: one bit for each row of the file."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Self

_LEVEL = 6


class RowSet:
    """Row numbers, counted from 1."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._count = 0

    @classmethod
    def read(cls, kept: bytes) -> Self:
        """Return what `kept` was written from."""
        made = cls()
        made._bits = bytearray(zlib.decompress(kept))
        made._count = int.from_bytes(made._bits, "little").bit_count()
        return made

    def written(self) -> bytes:
        """Return it in a form that can be kept."""
        return zlib.compress(bytes(self._bits), _LEVEL)

    def add(self, number: int) -> None:
        """Add a number. Safe to repeat."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        if not self._bits[place] & bit:
            self._bits[place] |= bit
            self._count += 1

    def discard(self, number: int) -> None:
        """Take a number away. Safe to repeat."""
        if number in self:
            self._bits[number >> 3] &= ~(1 << (number & 7))
            self._count -= 1

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return number > 0 and place < len(self._bits) and bool(self._bits[place] & 1 << (number & 7))

    def __len__(self) -> int:
        return self._count

    def __or__(self, other: RowSet) -> RowSet:
        return self._made(self._number() | other._number())

    @classmethod
    def union(cls, kept: Iterable[bytes | None]) -> RowSet:
        """Return the numbers of all that were written."""
        whole = RowSet()
        for each in kept:
            whole |= cls.read(each) if each else RowSet()
        return whole

    def __sub__(self, other: RowSet) -> RowSet:
        return self._made(self._number() & ~other._number())

    def _number(self) -> int:
        return int.from_bytes(self._bits, "little")

    @staticmethod
    def _made(number: int) -> RowSet:
        made = RowSet()
        made._bits = bytearray(number.to_bytes((number.bit_length() + 7) // 8, "little"))
        made._count = number.bit_count()
        return made
