"""What is announced about people."""

from __future__ import annotations

from uuid import UUID

from taskyard.domain.workspaces.tables import ApiKey, Invitation, Member, Workspace
from taskyard.ledger import Fact


def workspace_opened(workspace: Workspace) -> Fact:
    """A workspace came into being."""
    return Fact("workspace.opened", f"The workspace {workspace.name} was opened.", workspace.id)


def member_joined(member: Member) -> Fact:
    """Somebody may enter now."""
    return Fact("member.joined", f"{member.name} joined as {member.role}.", member.id, data={"role": member.role})


def member_changed(member: Member, what: str) -> Fact:
    """A role changed, or somebody was removed or readmitted."""
    return Fact(
        "member.changed",
        f"{member.name} {what}.",
        member.id,
        data={"member_id": str(member.id), "role": member.role, "state": member.state},
    )


def signed_in(member: Member) -> Fact:
    """A browser session began."""
    return Fact("member.signed_in", f"{member.name} signed in.", member.id)


def signed_out(name: str, sign_in_id: UUID) -> Fact:
    """A browser session ended, and with it its live streams."""
    return Fact("member.signed_out", f"{name} signed out.", sign_in_id)


def ended_by_new_password(email: str, sign_in_id: UUID) -> Fact:
    """A browser session ended without its own doing, and with it its live streams."""
    return Fact("member.signed_out", f"{email} has a new password and was signed out.", sign_in_id)


def invitation_made(invitation: Invitation) -> Fact:
    """Somebody was invited."""
    return Fact("invitation.made", f"{invitation.email} was invited as {invitation.role}.", invitation.id)


def invitation_revoked(invitation: Invitation) -> Fact:
    """An invitation no longer works."""
    return Fact("invitation.revoked", f"The invitation of {invitation.email} was revoked.", invitation.id)


def key_made(key: ApiKey) -> Fact:
    """A key was made; only its first characters are told."""
    return Fact("key.made", f"The key {key.name} ({key.prefix}…) was made.", key.id)


def key_revoked(key: ApiKey, member: Member) -> Fact:
    """A key is dead, and with it the member that only acts by it."""
    return Fact(
        "key.revoked",
        f"The key {key.name} ({key.prefix}…) was revoked.",
        key.id,
        data={"member_id": str(member.id), "state": member.state},
    )
