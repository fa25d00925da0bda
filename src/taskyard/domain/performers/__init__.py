"""Performers: models' doing of step runs, under the same kind of lease as people's."""

from taskyard.domain.performers.actions import end_cancelled, lose
from taskyard.domain.performers.workers import Hands

__all__ = ["Hands", "end_cancelled", "lose"]
