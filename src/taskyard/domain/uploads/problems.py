"""Refusals about uploads."""

from taskyard.kit.problems import Kind, Problem


class NoSuchUpload(Problem):
    """No upload {upload_id} in this workspace."""

    kind = Kind.MISSING
