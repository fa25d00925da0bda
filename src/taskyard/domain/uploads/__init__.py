"""Uploads: many tasks from one file, all visible at once or none."""

from taskyard.domain.uploads.routes import routes
from taskyard.domain.uploads.rules import UPLOAD, UploadMode, UploadState
from taskyard.domain.uploads.tables import Upload
from taskyard.domain.uploads.workers import chores

__all__ = ["UPLOAD", "Upload", "UploadMode", "UploadState", "chores", "routes"]
