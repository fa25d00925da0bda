"""Refusals about projects."""

from taskyard.kit.problems import Kind, Problem


class NoSuchProject(Problem):
    """No project {project_id} in this workspace."""

    kind = Kind.MISSING


class NothingPublished(Problem):
    """{project} has no published flow yet: publish its draft first."""

    kind = Kind.CONFLICT


class ProjectArchived(Problem):
    """{project} is archived and takes no new tasks: restore it first."""

    kind = Kind.CONFLICT


class DraftStale(Problem):
    """The draft was saved by somebody else since you read it: it is at revision {revision}."""

    kind = Kind.STALE


class ProjectStale(Problem):
    """Somebody changed {project} since you read it: read it again, then decide."""

    kind = Kind.STALE


class NothingToPublish(Problem):
    """The draft of {project} is what version {version} already is."""

    kind = Kind.CONFLICT


class ProjectInUse(Problem):
    """{project} has tasks: archive it, or delete its tasks first."""

    kind = Kind.CONFLICT


class PlaygroundStays(Problem):
    """The playground belongs to the workspace and cannot be removed."""

    kind = Kind.CONFLICT


class NoStepToRedo(Problem):
    """No published flow of this project has the step {step}: {mend}."""
