"""States of members and invitations, and what a good password and e-mail address are."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from taskyard.access import Actor, Role
from taskyard.kit.lifecycle import Lifecycle

PASSWORD_LENGTH_MIN = 8
PASSWORD_LENGTH_MAX = 200
EMAIL_LENGTH_MAX = 254

# What people type when a form only counts characters; sign-in attackers begin with exactly these.
_COMMON = """
    password passw0rd password1 password12 password123 password1234 qwertyui qwertyuiop qwerty123 qwerty12 12345678
    123456789 1234567890 87654321 11111111 00000000 22222222 88888888 iloveyou sunshine princess football baseball
    superman trustno1 letmein1 letmein123 welcome1 welcome123 admin123 admin1234 administrator changeme changeme1
    changeme123 abc12345 abcd1234 1q2w3e4r 1qaz2wsx zaq12wsx q1w2e3r4 asdfghjk asdf1234 monkey123 dragon123
    master123 shadow123 michael1 jennifer computer internet whatever starwars pokemon1 charlie1 secret123 test1234
    testtest taskyard taskyard1 taskyard123 default1 p@ssw0rd p@ssword pa55word passpass 12341234 123123123 987654321
"""
COMMON_PASSWORDS = frozenset(_COMMON.split())
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+|[^@\s\x00-\x1f]+@localhost")


class MemberState(StrEnum):
    """Whether a member may enter."""

    ACTIVE = "active"
    REMOVED = "removed"


MEMBER = Lifecycle(
    "member",
    MemberState,
    MemberState.ACTIVE,
    {
        "remove": ({MemberState.ACTIVE}, MemberState.REMOVED),
        "readmit": ({MemberState.REMOVED}, MemberState.ACTIVE),
    },
)


class InvitationState(StrEnum):
    """What became of an invitation. An open one past its time is refused by the clock, not by its state."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"


INVITATION = Lifecycle(
    "invitation",
    InvitationState,
    InvitationState.OPEN,
    {
        "accept": ({InvitationState.OPEN}, InvitationState.ACCEPTED),
        "revoke": ({InvitationState.OPEN}, InvitationState.REVOKED),
    },
)


def password_flaw(password: str, email: str) -> str | None:
    """Say what is wrong with a password, or None."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        return f"has {len(password)} characters; {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} are needed"
    if password.lower() in COMMON_PASSWORDS:
        return "is one of the passwords that are tried first"
    if password.lower() in {email.lower(), email.lower().partition("@")[0]}:
        return "is your e-mail address"
    return None


def is_email(said: str) -> bool:
    """Say whether it has the shape of an e-mail address; whether it works, only its owner can show."""
    return len(said) <= EMAIL_LENGTH_MAX and _EMAIL.fullmatch(said) is not None


def may_invite(actor: Actor, role: Role) -> bool:
    """Owners invite anyone; managers invite those who work and clients, nobody above them."""
    return actor.role is Role.OWNER or (
        actor.role is Role.MANAGER and role in {Role.REVIEWER, Role.ANNOTATOR, Role.CLIENT}
    )


def is_open(state: str, expires_at: datetime, now: datetime) -> bool:
    """Say whether an invitation can still be accepted."""
    return state == InvitationState.OPEN and now < expires_at
