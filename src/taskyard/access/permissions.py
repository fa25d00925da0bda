"""The permission table: one row a permission, one set of roles a row. Routes name a row; nothing else decides."""

from __future__ import annotations

from enum import StrEnum

from taskyard.kit.problems import Kind, Problem


class NotAllowed(Problem):
    """{who} may not {says} here."""

    kind = Kind.FORBIDDEN


class Role(StrEnum):
    """What a member is in a workspace."""

    OWNER = "owner"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    ANNOTATOR = "annotator"
    CLIENT = "client"


class Permission(StrEnum):
    """What a route may ask for. PUBLIC needs no caller, KNOWN any signed-in member or key."""

    PUBLIC = "public"
    KNOWN = "known"
    MEMBERS_READ = "members.read"
    MEMBERS_WRITE = "members.write"
    MEMBERS_INVITE = "members.invite"
    KEYS_WRITE = "keys.write"
    PROJECTS_READ = "projects.read"
    PROJECTS_WRITE = "projects.write"
    FILES_READ = "files.read"
    FILES_WRITE = "files.write"
    TASKS_READ = "tasks.read"
    TASKS_WRITE = "tasks.write"
    TASKS_CREATE = "tasks.create"
    TASKS_CANCEL = "tasks.cancel"
    TASKS_EXPORT = "tasks.export"
    UPLOADS_READ = "uploads.read"
    UPLOADS_WRITE = "uploads.write"
    AUDITS_READ = "audits.read"
    AUDITS_WRITE = "audits.write"
    CALLBACKS_READ = "callbacks.read"
    CALLBACKS_WRITE = "callbacks.write"
    CALLBACKS_SECRET = "callbacks.secret"  # noqa: S105 - the name of a permission
    ARCHIVES_READ = "archives.read"
    ARCHIVES_WRITE = "archives.write"
    WORK_TAKE = "work.take"
    WORK_RELEASE_ANY = "work.release_any"
    RUNS_READ = "runs.read"
    RUNS_WRITE = "runs.write"
    EVENTS_READ = "events.read"


# What each lets somebody do, as a refusal says it: "The role annotator may not see uploads here."
WORDS: dict[Permission, str] = {
    Permission.PUBLIC: "look",
    Permission.KNOWN: "ask who they are",
    Permission.MEMBERS_READ: "see the members",
    Permission.MEMBERS_WRITE: "change or remove members",
    Permission.MEMBERS_INVITE: "invite people",
    Permission.KEYS_WRITE: "make or revoke keys",
    Permission.PROJECTS_READ: "see projects",
    Permission.PROJECTS_WRITE: "change projects",
    Permission.FILES_READ: "see files",
    Permission.FILES_WRITE: "give files",
    Permission.TASKS_READ: "see tasks",
    Permission.TASKS_WRITE: "change tasks",
    Permission.TASKS_CREATE: "create tasks",
    Permission.TASKS_CANCEL: "cancel tasks",
    Permission.TASKS_EXPORT: "export tasks",
    Permission.UPLOADS_READ: "see uploads",
    Permission.UPLOADS_WRITE: "upload tasks",
    Permission.AUDITS_READ: "see verdicts",
    Permission.AUDITS_WRITE: "give a verdict",
    Permission.CALLBACKS_READ: "see callbacks",
    Permission.CALLBACKS_WRITE: "send callbacks again",
    Permission.CALLBACKS_SECRET: "see or change the secret of callbacks",
    Permission.ARCHIVES_READ: "see archives",
    Permission.ARCHIVES_WRITE: "archive or restore tasks",
    Permission.WORK_TAKE: "take work",
    Permission.WORK_RELEASE_ANY: "give out or take back the work of others",
    Permission.RUNS_READ: "see runs",
    Permission.RUNS_WRITE: "start, cancel or delete runs",
    Permission.EVENTS_READ: "follow what happens",
}

# Everybody may ask who they are, whatever the scopes of their key leave out.
BEYOND_SCOPES = frozenset({Permission.PUBLIC, Permission.KNOWN})

_ALL = frozenset(Role)
_LEADS = frozenset({Role.OWNER, Role.MANAGER})
_WORKERS = frozenset({Role.OWNER, Role.MANAGER, Role.REVIEWER, Role.ANNOTATOR})
_LEADS_AND_CLIENTS = _LEADS | {Role.CLIENT}

# Which rows a role sees behind a permission is decided where the rows are: managers see the workspace,
# reviewers and annotators their own queues and work, clients the projects shared with them.
PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.KNOWN: _ALL,
    Permission.MEMBERS_READ: _LEADS,
    Permission.MEMBERS_WRITE: frozenset({Role.OWNER}),
    Permission.MEMBERS_INVITE: _LEADS,
    Permission.KEYS_WRITE: frozenset({Role.OWNER}),
    Permission.PROJECTS_READ: _ALL,
    Permission.PROJECTS_WRITE: _LEADS,
    Permission.FILES_READ: _ALL,
    Permission.FILES_WRITE: _ALL,
    Permission.TASKS_READ: _ALL,
    Permission.TASKS_WRITE: _LEADS,
    Permission.TASKS_CREATE: _LEADS_AND_CLIENTS,
    Permission.TASKS_CANCEL: _LEADS_AND_CLIENTS,
    Permission.TASKS_EXPORT: _LEADS_AND_CLIENTS,
    Permission.UPLOADS_READ: _LEADS_AND_CLIENTS,
    Permission.UPLOADS_WRITE: _LEADS_AND_CLIENTS,
    Permission.AUDITS_READ: _LEADS_AND_CLIENTS,
    Permission.AUDITS_WRITE: _LEADS_AND_CLIENTS,
    Permission.CALLBACKS_READ: _LEADS,
    Permission.CALLBACKS_WRITE: _LEADS,
    Permission.CALLBACKS_SECRET: frozenset({Role.OWNER}),
    Permission.ARCHIVES_READ: _LEADS,
    Permission.ARCHIVES_WRITE: _LEADS,
    Permission.WORK_TAKE: _WORKERS,
    Permission.WORK_RELEASE_ANY: _LEADS,
    Permission.RUNS_READ: _ALL,
    Permission.RUNS_WRITE: _WORKERS,
    Permission.EVENTS_READ: _ALL,
}


def may(role: Role, permission: Permission) -> bool:
    """Say whether the table admits the role."""
    return permission is Permission.PUBLIC or role in PERMISSIONS[permission]
