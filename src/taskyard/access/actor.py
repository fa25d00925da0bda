"""Who acts: a signed-in member, a key, a model's worker, or Taskyard itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from taskyard.access.permissions import BEYOND_SCOPES, WORDS, NotAllowed, Permission, Role, may


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
        return may(self.role, permission) and self._has_scope(permission)

    def _has_scope(self, permission: Permission) -> bool:
        return self.scopes is None or permission in BEYOND_SCOPES or permission.value in self.scopes

    def must(self, permission: Permission) -> None:
        """Refuse unless the actor may; the refusal says whether it is the role or a scope that is missing."""
        if not self.may(permission):
            lacks_scope = self.role is not None and may(self.role, permission)
            who = "A key without this scope" if lacks_scope else f"The role {self.role or self.kind}"
            raise NotAllowed(who=who, role=self.role or self.kind, permission=permission.value, says=WORDS[permission])

    @property
    def me(self) -> UUID:
        """Return the member's id; only members and keys reach verbs that need it."""
        if self.member_id is None:
            raise NotAllowed(who=f"The role {self.kind}", role=self.kind, permission="member", says="act as a member")
        return self.member_id

    @classmethod
    def system(cls, workspace_id: UUID, name: str = "Taskyard") -> Actor:
        """Return Taskyard itself, for expiry, schedules and recovery."""
        return cls(workspace_id, ActorKind.SYSTEM, name)
