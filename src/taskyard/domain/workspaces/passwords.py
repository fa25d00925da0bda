"""Passwords by argon2id, hashed beside the event loop."""

from __future__ import annotations

import asyncio
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


async def hash_password(password: str) -> str:
    """Return the argon2id hash; takes about a tenth of a second on purpose."""
    return await asyncio.to_thread(_hasher().hash, password)


async def is_password(password: str, hashed: str | None) -> bool:
    """Check a password. Without a hash it takes as long and says no, so that nobody learns which accounts exist."""
    matches = await asyncio.to_thread(lambda: _hasher().verify(password, hashed or _nobody()))
    return matches and hashed is not None
