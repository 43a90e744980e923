"""Prometheus metrics, in a registry of the app's own. No label holds a tenant, a learner or a raw path."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from credpath.service.recent_traffic import BOUNDS, RecentTraffic


class Metrics:
    """What one process counts. Several workers count together only under PROMETHEUS_MULTIPROC_DIR."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.recent = RecentTraffic()
        self._requests = Counter(
            "credpath_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "credpath_request_seconds", "Time to answer.", ("route",), buckets=BOUNDS, registry=self.registry
        )
        self._in_flight = Gauge(
            "credpath_requests_in_flight",
            "Requests being answered.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._recommendations = Counter(
            "credpath_recommendations", "Slates made, by whether a fallback made them.", ("degraded",),
            registry=self.registry,
        )  # fmt: skip
        self._bundle = Gauge(
            "credpath_bundle", "1 for the bundle that serves, 0 for an earlier one.", ("version",),
            registry=self.registry, multiprocess_mode="livemostrecent",
        )  # fmt: skip
        self._bundle_shown = ""

    def begin(self) -> None:
        """A request came in."""
        self._in_flight.inc()

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._in_flight.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        self.recent.note(f"{method} {route}", status, seconds)

    def recommended(self, *, degraded: bool) -> None:
        """A slate or path was made; the fallback share is the rate of one label over both."""
        self._recommendations.labels("true" if degraded else "false").inc()

    def page(self, bundle_version: str) -> bytes:
        """The text that Prometheus reads."""
        # To 0 and not removed: removing does nothing where several processes count together.
        if self._bundle_shown and bundle_version != self._bundle_shown:
            self._bundle.labels(self._bundle_shown).set(0)
        if bundle_version:
            self._bundle.labels(bundle_version).set(1)
        self._bundle_shown = bundle_version
        return generate_latest(_all_processes() or self.registry)


def _all_processes() -> CollectorRegistry | None:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return None
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
