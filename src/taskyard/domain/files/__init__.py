"""Files: what people and models give, kept under its hash, shown only as what it is."""

from taskyard.domain.files.actions import (
    Stored,
    forget,
    give_up,
    keep,
    keep_content,
    keep_many,
    let_go,
    put_away,
    put_away_made,
    settle,
    stay,
    use,
)
from taskyard.domain.files.copies import thumbnail_of, view_of
from taskyard.domain.files.downloads import disposition_of, sent
from taskyard.domain.files.handles import find_all, require_all
from taskyard.domain.files.problems import ContentLeaving, NoSuchFile, NoSuchFiles
from taskyard.domain.files.routes import routes
from taskyard.domain.files.rules import extension_of, is_picture, safe_name
from taskyard.domain.files.schemas import FileSaid
from taskyard.domain.files.tables import File
from taskyard.domain.files.workers import chores, sweep

__all__ = [
    "ContentLeaving",
    "File",
    "FileSaid",
    "NoSuchFile",
    "NoSuchFiles",
    "Stored",
    "chores",
    "disposition_of",
    "extension_of",
    "find_all",
    "forget",
    "give_up",
    "is_picture",
    "keep",
    "keep_content",
    "keep_many",
    "let_go",
    "put_away",
    "put_away_made",
    "require_all",
    "routes",
    "safe_name",
    "sent",
    "settle",
    "stay",
    "sweep",
    "thumbnail_of",
    "use",
    "view_of",
]
