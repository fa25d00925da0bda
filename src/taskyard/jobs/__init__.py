"""Background chores on Procrastinate, deferred inside our transaction."""

from taskyard.jobs.chores import Chore, ChoreWorker, enqueue

__all__ = ["Chore", "ChoreWorker", "enqueue"]
