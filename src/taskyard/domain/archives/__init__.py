"""Archives: finished and abandoned tasks moved out of the daily list, whole, and back again."""

from taskyard.domain.archives.due import look
from taskyard.domain.archives.problems import TaskArchived
from taskyard.domain.archives.routes import routes
from taskyard.domain.archives.rules import ARCHIVE, ArchiveState, ItemOutcome
from taskyard.domain.archives.store import Whereabouts, whereabouts
from taskyard.domain.archives.tables import Archive, ArchiveItem
from taskyard.domain.archives.workers import chores

__all__ = [
    "ARCHIVE",
    "Archive",
    "ArchiveItem",
    "ArchiveState",
    "ItemOutcome",
    "TaskArchived",
    "Whereabouts",
    "chores",
    "look",
    "routes",
    "whereabouts",
]
