"""Workspaces: users, members, invitations, sessions and keys."""

from taskyard.domain.workspaces.actions import make_key
from taskyard.domain.workspaces.operators import (
    add_person,
    enter_named,
    open_empty_workspace,
    set_password,
    workspaces_here,
)
from taskyard.domain.workspaces.routes import routes
from taskyard.domain.workspaces.rules import MemberState
from taskyard.domain.workspaces.sign_in import add_user, identify, new_setup_link, open_workspace
from taskyard.domain.workspaces.store import active_members, called, member
from taskyard.domain.workspaces.tables import Member

__all__ = [
    "Member",
    "MemberState",
    "active_members",
    "add_person",
    "add_user",
    "called",
    "enter_named",
    "identify",
    "make_key",
    "member",
    "new_setup_link",
    "open_empty_workspace",
    "open_workspace",
    "routes",
    "set_password",
    "workspaces_here",
]
