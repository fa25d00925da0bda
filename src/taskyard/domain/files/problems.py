"""Refusals about files."""

from taskyard.kit.problems import Kind, Problem


class NoSuchFile(Problem):
    """No file {file_id} in this workspace."""

    kind = Kind.MISSING


class NoSuchFiles(Problem):
    """{count} of the files named here cannot be used."""


class FileEmpty(Problem):
    """{name} is empty: there is nothing to keep."""


class NoPicture(Problem):
    """{name} is not a picture: there is no view of it, only the file itself."""

    kind = Kind.MISSING


class ContentLeaving(Problem):
    """The same content is just being removed: give it again in a moment."""

    kind = Kind.UNAVAILABLE
    retry_after_seconds = 2
