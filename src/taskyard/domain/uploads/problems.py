"""Refusals about uploads."""

from taskyard.kit.problems import Kind, Problem


class NoSuchUpload(Problem):
    """No upload {upload_id} in this workspace."""

    kind = Kind.MISSING


class NoFailedRows(Problem):
    """The upload {name} has no failed rows{why}."""

    kind = Kind.CONFLICT


class FailedRowsNotKept(Problem):
    """Which rows of {name} failed was not kept yet when it came. Mend the file itself and upload it anew."""

    kind = Kind.CONFLICT


class CannotBeMended(Problem):
    """Mended rows cannot be given to {name}: {why}."""

    kind = Kind.CONFLICT


class MendedInAnotherFormat(Problem):
    """The mended rows of {name} come as {wanted}, like its file of failed rows; this is {given}."""

    kind = Kind.UNSUPPORTED
