"""Files: what people and models give, kept under its hash, shown only as what it is."""

from taskyard.domain.files.actions import Stored, keep, put_away, put_away_made
from taskyard.domain.files.copies import thumbnail_of, view_of
from taskyard.domain.files.handles import find_all, require_all
from taskyard.domain.files.problems import NoSuchFile, NoSuchFiles
from taskyard.domain.files.routes import routes
from taskyard.domain.files.schemas import FileSaid
from taskyard.domain.files.tables import File

__all__ = [
    "File",
    "FileSaid",
    "NoSuchFile",
    "NoSuchFiles",
    "Stored",
    "find_all",
    "keep",
    "put_away",
    "put_away_made",
    "require_all",
    "routes",
    "thumbnail_of",
    "view_of",
]
