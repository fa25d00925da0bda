"""The kinds of work: contract, registry and the built-in kinds. Knows no database."""

from taskyard.steps.contract import StepKind
from taskyard.steps.registry import ListedKind, StepKinds, step_kinds
from taskyard.steps.values import Size

__all__ = ["ListedKind", "Size", "StepKind", "StepKinds", "step_kinds"]
