"""Refusals about people: sign-in, members, invitations and keys."""

from taskyard.kit.problems import Kind, Problem


class WrongCredentials(Problem):
    """This e-mail address and password do not belong together."""

    kind = Kind.UNKNOWN_CALLER
    keeps_changes = True  # the attempt stays counted


class TooManyAttempts(Problem):
    """Too many sign-in attempts: wait {seconds} seconds."""

    kind = Kind.TOO_MANY
    keeps_changes = True  # the attempt stays counted

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.retry_after_seconds = seconds


class PasswordTooWeak(Problem):
    """The password {says}."""


class EmailUnusable(Problem):
    """{email} is not an e-mail address."""


class AlreadySetUp(Problem):
    """This Taskyard has an owner already: sign in, or ask for an invitation."""

    kind = Kind.CONFLICT


class LinkNotValid(Problem):
    """This link was used, has expired, or never was one: ask for a new one."""

    kind = Kind.FORBIDDEN


class NoSuchMember(Problem):
    """No member {member_id} in this workspace."""

    kind = Kind.MISSING


class NoSuchInvitation(Problem):
    """No invitation {invitation_id} in this workspace."""

    kind = Kind.MISSING


class NoSuchKey(Problem):
    """No key {key_id} in this workspace."""

    kind = Kind.MISSING


class NoSuchWorkspace(Problem):
    """You are no member of that workspace."""

    kind = Kind.MISSING


class AlreadyMember(Problem):
    """{email} is a member of this workspace already."""

    kind = Kind.CONFLICT


class RoleTooHigh(Problem):
    """A manager may invite reviewers, annotators and clients, not a new {role}."""

    kind = Kind.FORBIDDEN


class LastOwner(Problem):
    """A workspace keeps at least one owner: make somebody else owner first."""

    kind = Kind.CONFLICT


class ScopeUnknown(Problem):
    """{scope} is not a scope the role {role} has."""


class ScopeBeyondYours(Problem):
    """A key gives no more than the one that makes it has: {beyond} is beyond yours."""

    kind = Kind.FORBIDDEN


class ExpiryPast(Problem):
    """A key's expiry must lie ahead."""


class NoSuchAccount(Problem):
    """Nobody here has the address {email}."""

    kind = Kind.MISSING


class WorkspaceUnknown(Problem):
    """There is no workspace {said}; there is: {known}."""

    kind = Kind.MISSING


class WorkspaceNotNamed(Problem):
    """There are several workspaces; say which with --workspace: {known}."""
