"""Who acts: a signed-in member, a key, a model's worker, or Taskyard itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from taskyard.access.permissions import NotAllowed, Permission, Role, may


class ActorKind(StrEnum):
    """What stands behind an action; facts keep it."""

    MEMBER = "member"
    KEY = "key"
    MODEL = "model"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a verb runs, and the only workspace it can see.

    `member_id` is None for workers and the system. `scopes` narrows a key below its role; None means all of the role.
    """

    workspace_id: UUID
    kind: ActorKind
    name: str
    member_id: UUID | None = None
    user_id: UUID | None = None
    role: Role | None = None
    scopes: frozenset[str] | None = None
    credential_id: UUID | None = None

    def may(self, permission: Permission) -> bool:
        """Say whether the role, narrowed by the key's scopes, admits it."""
        if self.role is None:
            return self.kind is ActorKind.SYSTEM
        return may(self.role, permission) and (self.scopes is None or permission.value in self.scopes)

    def must(self, permission: Permission) -> None:
        """Refuse unless the actor may."""
        if not self.may(permission):
            raise NotAllowed(role=self.role or self.kind, permission=permission.value)

    @property
    def me(self) -> UUID:
        """Return the member's id; only members and keys reach verbs that need it."""
        if self.member_id is None:
            raise NotAllowed(role=self.kind, permission="act as a member")
        return self.member_id

    @classmethod
    def system(cls, workspace_id: UUID, name: str = "Taskyard") -> Actor:
        """Return Taskyard itself, for expiry, schedules and recovery."""
        return cls(workspace_id, ActorKind.SYSTEM, name)
