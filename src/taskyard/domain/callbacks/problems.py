"""Refusals about callbacks."""

from taskyard.kit.problems import Kind, Problem


class NoSuchDelivery(Problem):
    """No delivery {delivery_id} in this workspace."""

    kind = Kind.MISSING
