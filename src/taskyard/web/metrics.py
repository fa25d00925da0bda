"""What a server process counts of itself, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response
from starlette.types import Scope

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Whatever matches no route of the API: pages, their assets, and paths that are not there.
ELSEWHERE = "elsewhere"


class Metrics:
    """The counts of one application. Routes are named by their pattern, so that ids make no series of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = Counter(
            "taskyard_requests", "Requests that were answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "taskyard_request_seconds",
            "Time to the end of the answer; streams of events are left out.",
            ["method", "route"],
            buckets=SECONDS,
            registry=self._registry,
        )

    def watch(self, name: str, says: str, now: Callable[[], float]) -> None:
        """Add a figure that is asked for whenever somebody reads."""
        Gauge(name, says, registry=self._registry).set_function(now)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request that has ended."""
        route: Any = scope.get("route")
        # Only the API's own routes declare a permission.
        named = {"method": scope["method"], "route": route.path if hasattr(route, "permission") else ELSEWHERE}
        self._requests.labels(**named, status=str(status)).inc()
        if not scope["path"].endswith("/events"):
            self._seconds.labels(**named).observe(seconds)

    def page(self) -> Response:
        """Return all of it as text."""
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
