"""Callbacks: what happened to a task, told to the address it was given, signed and at least once."""

from taskyard.domain.callbacks.queueing import forget, forget_archived, note, note_upload, write
from taskyard.domain.callbacks.routes import routes
from taskyard.domain.callbacks.rules import DELIVERY, TOLD, DeliveryState
from taskyard.domain.callbacks.tables import CallbackSecret, Delivery, DeliveryAttempt
from taskyard.domain.callbacks.workers import Sender, sweep

__all__ = [
    "DELIVERY",
    "TOLD",
    "CallbackSecret",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "Sender",
    "forget",
    "forget_archived",
    "note",
    "note_upload",
    "routes",
    "sweep",
    "write",
]
