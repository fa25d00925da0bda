"""What tests build with: a yard of its own for each, people in it, projects and tasks."""

from tests.builders.flows import BOTH_FLOW, CLASSIFY_FLOW, FILL_FLOW, PICTURE_FLOW, TWO_STEP_FLOW
from tests.builders.people import Person, Said
from tests.builders.pictures import a_picture
from tests.builders.yard import Yard, open_yard

__all__ = [
    "BOTH_FLOW",
    "CLASSIFY_FLOW",
    "FILL_FLOW",
    "PICTURE_FLOW",
    "TWO_STEP_FLOW",
    "Person",
    "Said",
    "Yard",
    "a_picture",
    "open_yard",
]
