"""Who may do what: actor, roles, scopes and the permission table. Pure."""

from taskyard.access.actor import Actor, ActorKind
from taskyard.access.permissions import BEYOND_SCOPES, PERMISSIONS, WORDS, NotAllowed, Permission, Role, may

__all__ = ["BEYOND_SCOPES", "PERMISSIONS", "WORDS", "Actor", "ActorKind", "NotAllowed", "Permission", "Role", "may"]
