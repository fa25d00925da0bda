"""How a caller shows who they are: a session cookie or a bearer key. Both name their workspace."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from starlette.requests import HTTPConnection

from taskyard.web.desk import Credential

COOKIE = "taskyard_session"
KEY_PREFIX = "ty"
SESSION_PREFIX = "tys"
SECRET_BYTES = 24


def make_secret(prefix: str, workspace_id: UUID) -> tuple[str, bytes]:
    """Return a new secret of 192 random bits to show once, and the digest to keep."""
    shown = f"{prefix}_{workspace_id.hex}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return shown, digest(shown)


def digest(shown: str) -> bytes:
    """Return what is kept of a secret. It has 192 random bits, so a plain hash is enough."""
    return hashlib.sha256(shown.encode()).digest()


def credential_of(connection: HTTPConnection) -> Credential | None:
    """Return what the caller showed; a key wins over a cookie. None when nothing readable was shown."""
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _read(key.strip(), KEY_PREFIX)
    return _read(connection.cookies.get(COOKIE, ""), SESSION_PREFIX)


def _read(shown: str, prefix: str) -> Credential | None:
    parts = shown.split("_", 2)
    if len(parts) != 3 or parts[0] != prefix:  # noqa: PLR2004 - prefix, workspace, secret
        return None
    try:
        workspace_id = UUID(hex=parts[1])
    except ValueError:
        return None
    return Credential(prefix == KEY_PREFIX, workspace_id, digest(shown))
