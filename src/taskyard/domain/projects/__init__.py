"""Projects and their flows: drafts, published versions, templates, conditions and inputs."""

from taskyard.domain.projects.actions import open_playground, open_project, publish
from taskyard.domain.projects.conditions import holds
from taskyard.domain.projects.flow import Flow, Result, Step
from taskyard.domain.projects.input_cells import Column, takes_other_fields, types_of_fields
from taskyard.domain.projects.input_schema import InputChecker
from taskyard.domain.projects.prefills import ANSWERS, COLUMN, Prefills
from taskyard.domain.projects.problems import NoSuchProject
from taskyard.domain.projects.published import Published, Version, fields_of, published, version
from taskyard.domain.projects.routes import routes
from taskyard.domain.projects.rules import OnReject
from taskyard.domain.projects.store import get, steps_of
from taskyard.domain.projects.tables import Project
from taskyard.domain.projects.templates import Scope, UnresolvedReference, fill

__all__ = [
    "ANSWERS",
    "COLUMN",
    "Column",
    "Flow",
    "InputChecker",
    "NoSuchProject",
    "OnReject",
    "Prefills",
    "Project",
    "Published",
    "Result",
    "Scope",
    "Step",
    "UnresolvedReference",
    "Version",
    "fields_of",
    "fill",
    "get",
    "holds",
    "open_playground",
    "open_project",
    "publish",
    "published",
    "routes",
    "steps_of",
    "takes_other_fields",
    "types_of_fields",
    "version",
]
