"""Refusals about archives."""

from taskyard.kit.problems import Kind, Problem


class NoSuchArchive(Problem):
    """No archive {archive_id} in this workspace."""

    kind = Kind.MISSING


class NothingToArchive(Problem):
    """None of these can be archived: {summary}."""

    kind = Kind.CONFLICT


class NotInArchive(Problem):
    """{tasks} of those named here never went into this archive: take their ids from its list."""


class ArchiveEmpty(Problem):
    """There is no file to download: {why}."""

    kind = Kind.CONFLICT


class TaskArchived(Problem):
    """The task was archived on {on} in the archive {archive}: restore it from there."""

    kind = Kind.MISSING


class FileUnreadable(Problem):
    """The archive is written in the format {found}, this Taskyard reads {known}: take the version that wrote it."""

    kind = Kind.CONFLICT


class ColumnUnknown(Problem):
    """The archive holds {column}, which this Taskyard does not know: take the version that wrote it."""

    kind = Kind.CONFLICT
